package dev.tidemark.oracle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A record, read or found unreadable: the part of the judgement that is the same for every view of a source.
 *
 * @param event null if the record cannot be read
 * @param badReason null if it can
 */
record Reading(
        StreamRecord record,
        @Nullable Event event,
        @Nullable String badReason) {

    /** The records of a source's stream, shard by shard after its ancestors, and each shard in order of position. */
    static List<Reading> all(
            Definitions.Source source, Collection<StreamRecord> records, Collection<ShardDescent> descents) {
        Map<String, List<StreamRecord>> byShard = new TreeMap<>(
                Comparator.comparingInt((String shardId) -> ShardDescent.ancestors(source.stream(), shardId, descents)
                                .size())
                        .thenComparing(Comparator.naturalOrder()));
        for (StreamRecord record : records) {
            if (record.stream().equals(source.stream())) {
                byShard.computeIfAbsent(record.shardId(), shard -> new ArrayList<>())
                        .add(record);
            }
        }
        List<Reading> readings = new ArrayList<>();
        for (List<StreamRecord> shard : byShard.values()) {
            shard.sort(StreamRecord.BY_POSITION);
            refuseRepeats(shard);
            shard.forEach(record -> readings.add(read(record, source)));
        }
        return List.copyOf(readings);
    }

    private static Reading read(StreamRecord record, Definitions.Source source) {
        try {
            return new Reading(record, Event.parse(record, source), null);
        } catch (BadRecord e) {
            return new Reading(record, null, e.reason());
        }
    }

    /** The oracle wants each record once; what a poller saw twice is for the caller to remove. */
    private static void refuseRepeats(List<StreamRecord> shard) {
        for (int i = 1; i < shard.size(); i++) {
            if (StreamRecord.BY_POSITION.compare(shard.get(i - 1), shard.get(i)) == 0) {
                throw new IllegalArgumentException("the same record twice: " + shard.get(i));
            }
        }
    }
}
