package dev.tidemark.oracle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Builds records one after the other, in the order of their sequence numbers. */
final class TestRecords {

    /** 2026-01-15T10:00:00Z. */
    static final long TEN_O_CLOCK = 1_768_471_200_000L;

    static final long MINUTE = 60_000L;
    static final long HOUR = 60 * MINUTE;

    private final List<StreamRecord> records = new ArrayList<>();

    /** A record whose event time is its arrival: {@code {"k":"a","t":…,members}}. */
    TestRecords at(long timeMillis, String members) {
        return at(timeMillis, timeMillis, members);
    }

    TestRecords at(long timeMillis, long arrivalMillis, String members) {
        return arrive("shardId-000000000000", arrivalMillis, event(timeMillis, members));
    }

    TestRecords arrive(String shardId, long arrivalMillis, String data) {
        // The width of the sequence numbers grows on the way, as Kinesis does not promise a fixed one.
        String sequenceNumber = Long.toString(7 + records.size());
        records.add(new StreamRecord(
                "st", shardId, sequenceNumber, 0, arrivalMillis, data.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    static String event(long timeMillis, String members) {
        return "{\"k\":\"a\",\"t\":" + timeMillis + (members.isEmpty() ? "" : ",") + members + "}";
    }

    List<StreamRecord> list() {
        return List.copyOf(records);
    }

    /** A catalog with one view {@code v} of one feature {@code f} over records of {@link #event}. */
    static String catalog(String feature) {
        return catalog(feature, "");
    }

    /** @param viewLines further lines of the view, each starting with four spaces and ending in a line break */
    static String catalog(String feature, String viewLines) {
        return """
                tidemark: 1
                sources:
                  s: {stream: st, event_time: {field: t, format: epoch_millis}, event_id: id, max_event_bytes: 2000}
                views:
                  v:
                    source: s
                    entity: k
                """ + viewLines.indent(4) + "    features:\n      f: {" + feature + "}\n";
    }
}
