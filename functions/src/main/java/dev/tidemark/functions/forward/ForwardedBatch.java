package dev.tidemark.functions.forward;

import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.forward.Forward;
import dev.tidemark.core.forward.Forwarder;
import dev.tidemark.core.forward.Forwarder.Fate;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * What a batch becomes on other streams.
 *
 * @param wanted by the name of the stream
 * @param refused records that cannot be forwarded, by the reason, once for each forward
 */
record ForwardedBatch(Map<String, Wanted> wanted, Map<Reason, Long> refused) {

    /**
     * The records for one stream.
     *
     * @param entries in the order of the batch
     * @param positions of the records that they come from
     */
    record Wanted(List<PutRecordsRequestEntry> entries, List<Position> positions) {}

    static ForwardedBatch of(Batch batch, List<Forward> forwards) {
        List<Forwarder> forwarders = forwards.stream().map(Forwarder::new).toList();
        ForwardedBatch forwarded = new ForwardedBatch(new LinkedHashMap<>(), new EnumMap<>(Reason.class));
        for (RawRecord record : batch.records()) {
            for (int i = 0; i < forwards.size(); i++) {
                forwarded.add(forwards.get(i).to(), forwarders.get(i), batch.lane(), record);
            }
        }
        return forwarded;
    }

    private void add(String to, Forwarder forwarder, Lane lane, RawRecord record) {
        Fate fate = forwarder.fate(lane, record);
        if (fate instanceof Fate.Refused no) {
            refused.merge(no.reason(), 1L, Long::sum);
        } else if (fate instanceof Fate.Wanted yes) {
            Wanted of = wanted.computeIfAbsent(to, stream -> new Wanted(new ArrayList<>(), new ArrayList<>()));
            of.positions().add(record.position());
            of.entries()
                    .add(PutRecordsRequestEntry.builder()
                            .partitionKey(yes.partitionKey())
                            .data(SdkBytes.fromByteArrayUnsafe(yes.data()))
                            .build());
        }
    }

    /** @param there how many of the records for each stream are on it, from the first on */
    ForwardOutcome outcome(Map<String, Integer> there) {
        long forwarded = 0;
        long failures = 0;
        @Nullable Position firstFailed = null;
        for (Map.Entry<String, Wanted> each : wanted.entrySet()) {
            int count = there.getOrDefault(each.getKey(), 0);
            List<Position> positions = each.getValue().positions();
            forwarded += count;
            failures += positions.size() - count;
            if (count < positions.size() && (firstFailed == null || firstFailed.isAfter(positions.get(count)))) {
                firstFailed = positions.get(count);
            }
        }
        return new ForwardOutcome(
                forwarded, refused, failures, firstFailed == null ? null : firstFailed.sequenceNumber());
    }
}
