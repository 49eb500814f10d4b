package dev.tidemark.simulation.check;

import dev.tidemark.core.stream.Position;
import dev.tidemark.samplesevents.oracle.StreamRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is really in the stream: every user record of every shard, in order, packed ones each for itself. */
public final class Ledger {

    private final Map<String, List<Entry>> byShard = new TreeMap<>();
    private final Map<String, Long> arrivals = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();
    private long newestArrivalMillis = Long.MIN_VALUE;

    /** One user record. */
    public record Entry(Position position, String partitionKey, StreamRecord record) {}

    public void arrived(String shardId, String sequence, long arrivalMillis) {
        arrivals.put(sequence, arrivalMillis);
        labels.put(sequence, shardId.substring(shardId.length() - 1) + "#" + (arrivals.size() - 1));
        newestArrivalMillis = Math.max(newestArrivalMillis, arrivalMillis);
    }

    public void add(String shardId, Entry entry) {
        byShard.computeIfAbsent(shardId, id -> new ArrayList<>()).add(entry);
    }

    /** When a record arrived, by its sequence number. */
    public long arrivalMillis(String sequence) {
        Long millis = arrivals.get(sequence);
        if (millis == null) {
            throw new IllegalArgumentException("no record " + sequence + " was ever put");
        }
        return millis;
    }

    public long newestArrivalMillis() {
        return newestArrivalMillis;
    }

    public List<String> shards() {
        return List.copyOf(byShard.keySet());
    }

    /** In order of position. */
    public List<Entry> of(String shardId) {
        return Collections.unmodifiableList(byShard.getOrDefault(shardId, List.of()));
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
}
