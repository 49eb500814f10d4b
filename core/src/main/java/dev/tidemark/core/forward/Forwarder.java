package dev.tidemark.core.forward;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape.AggregatedBy;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Decides what becomes of each record of a stream that is forwarded. A pure function of the record and its lane, so that
 * a record that is delivered again becomes the same bytes. Not thread-safe.
 */
public final class Forwarder {

    /** What Kinesis takes, data and partition key together, unless a stream allows more. */
    static final int MAX_RECORD_BYTES = 1 << 20;

    /** Kinesis's limit for a partition key. */
    static final int MAX_KEY_CHARACTERS = 256;

    private static final String REMEDY = "see forward in docs/catalog.md";

    private final Forward forward;
    private final JsonEventReader reader;
    private final EventRow row;
    private final int[] keySlot;
    private final int originSlot;

    public Forwarder(Forward forward) {
        this.forward = forward;
        this.reader = new JsonEventReader(forward.shape());
        this.row = new EventRow(forward.shape().fields().size());
        this.keySlot = new int[] {forward.shape().fields().indexOf(forward.key())};
        this.originSlot = forward.shape().fields().indexOf(forward.origin());
    }

    /** What becomes of a record. */
    public sealed interface Fate {

        /** It is put onto the other stream. */
        @SuppressWarnings("ArrayRecordComponent") // Handed on once, and compared by nobody.
        record Wanted(String partitionKey, byte[] data) implements Fate {}

        /** The condition does not want it. */
        record Unwanted() implements Fate {}

        /** Nobody could read it there, or Kinesis would not take it. */
        record Refused(Reason reason) implements Fate {}
    }

    /** The fate of a record of a lane of {@link Forward#from}. */
    public Fate fate(Lane lane, RawRecord record) {
        try {
            if (record.outsideShard() && forward.shape().aggregatedBy() == AggregatedBy.KPL) {
                throw new InvalidEvent(Reason.OUTSIDE_SHARD, "the record is outside its shard", REMEDY);
            }
            reader.read(record.data(), row);
            if (forward.where() != null && !forward.where().test(row)) {
                return new Fate.Unwanted();
            }
            String key = key();
            byte[] data = row.isAbsent(originSlot) ? withOrigin(lane, record) : record.data();
            if (data.length + key.getBytes(StandardCharsets.UTF_8).length > MAX_RECORD_BYTES) {
                throw new InvalidEvent(Reason.TOO_LARGE, "the event is too large for the other stream", REMEDY);
            }
            return new Fate.Wanted(key, data);
        } catch (InvalidEvent e) {
            return new Fate.Refused(e.reason());
        }
    }

    /** As a producer would write it: an entity key has its escapes, a partition key none. */
    private String key() {
        String escaped = EntityKeys.of(row, keySlot, List.of(forward.key().toString()));
        String key = EntityKeys.values(escaped).get(0);
        if (key.codePointCount(0, key.length()) > MAX_KEY_CHARACTERS) {
            throw new InvalidEvent(Reason.VALUE_OUT_OF_BOUNDS, "the key is too long for a partition key", REMEDY);
        }
        return key;
    }

    /**
     * The same bytes, and before the end of the object the origin. Of several members with one name the last one counts,
     * so that one which is null does not hide it. An event has an event time and so a member before.
     */
    private byte[] withOrigin(Lane lane, RawRecord record) {
        byte[] data = record.data();
        int end = data.length - 1;
        while (data[end] != '}') {
            end--;
        }
        String origin = "," + JsonNodeFactory.instance.textNode(forward.origin().name()) + ":\"" + lane.id() + "/"
                + record.position().text() + "\"}";
        byte[] member = origin.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(data, end + member.length);
        System.arraycopy(member, 0, all, end, member.length);
        return all;
    }
}
