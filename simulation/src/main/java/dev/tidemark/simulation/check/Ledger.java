package dev.tidemark.simulation.check;

import dev.tidemark.core.stream.Position;
import dev.tidemark.kinesis.StreamRecord;
import dev.tidemark.local.mapping.ShardLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is really in the stream: the records of every shard in order, with the arrival times that the run gives them, and
 * the user records that they hold, packed ones each for itself.
 */
public final class Ledger {

    private final Map<String, Shard> shards = new TreeMap<>();
    private final Map<String, String> labels = new HashMap<>();
    private long newestArrivalMillis = Long.MIN_VALUE;

    /**
     * One user record.
     *
     * @param newestArrivalMillis the newest arrival in its shard up to here
     */
    public record Entry(
            Position position,
            String partitionKey,
            dev.tidemark.oracle.StreamRecord record,
            long newestArrivalMillis) {}

    /** Takes down a record that was put. */
    public void put(String shardId, StreamRecord record) {
        shard(shardId).records.add(record);
        labels.put(record.sequenceNumber(), shardId.substring(shardId.length() - 1) + "#" + labels.size());
        newestArrivalMillis = Math.max(newestArrivalMillis, record.arrivalMillis());
    }

    /** Takes down a user record of the record that was put last, which belongs to its shard. */
    public void add(String partitionKey, dev.tidemark.oracle.StreamRecord record) {
        List<Entry> entries = shard(record.shardId()).entries;
        long newest = entries.isEmpty()
                ? Long.MIN_VALUE
                : entries.get(entries.size() - 1).newestArrivalMillis();
        entries.add(new Entry(
                new Position(record.sequenceNumber(), record.subsequence()),
                partitionKey,
                record,
                Math.max(newest, record.arrivalMillis())));
    }

    /** A shard takes no more records. */
    public void close(String shardId) {
        shard(shardId).closed = true;
    }

    /** Whether a shard takes no more records. */
    boolean isClosed(String shardId) {
        return shard(shardId).closed;
    }

    /** What a poller reads. */
    public ShardLog log(String shardId) {
        return shard(shardId);
    }

    /** {@link Long#MIN_VALUE} if nothing ever arrived. */
    public long newestArrivalMillis() {
        return newestArrivalMillis;
    }

    /** Those that ever had a user record. */
    public List<String> shards() {
        return shards.keySet().stream()
                .filter(shardId -> !shard(shardId).entries.isEmpty())
                .toList();
    }

    /** The user records of a shard, in order of position. */
    public List<Entry> of(String shardId) {
        return Collections.unmodifiableList(shard(shardId).entries);
    }

    /** How many user records of a shard stand at or before a position. */
    public int countUpTo(String shardId, Position position) {
        List<Entry> entries = of(shardId);
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).position().isAfter(position)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** A position as shard and number, for traces; any other text as it is. */
    public String shorten(String text) {
        int colon = text.indexOf(':');
        String label = labels.get(colon < 0 ? text : text.substring(0, colon));
        if (label == null) {
            return text;
        }
        return colon < 0 || text.endsWith(":0")
                ? label
                : label + text.substring(colon).replace(':', '.');
    }

    private Shard shard(String shardId) {
        return shards.computeIfAbsent(shardId, id -> new Shard());
    }

    private static final class Shard implements ShardLog {

        private final List<StreamRecord> records = new ArrayList<>();
        private final List<Entry> entries = new ArrayList<>();
        private boolean closed;

        @Override
        public List<StreamRecord> after(@Nullable String sequenceNumber, int max) {
            int from = records.size();
            while (from > 0 && (sequenceNumber == null || isAfter(records.get(from - 1), sequenceNumber))) {
                from--;
            }
            return List.copyOf(records.subList(from, (int) Math.min(from + (long) max, records.size())));
        }

        private static boolean isAfter(StreamRecord record, String sequenceNumber) {
            return Position.compareSequenceNumbers(record.sequenceNumber(), sequenceNumber) > 0;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }
    }
}
