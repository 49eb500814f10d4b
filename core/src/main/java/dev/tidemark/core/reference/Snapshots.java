package dev.tidemark.core.reference;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The snapshots of one reference that some records need, one after the other.
 *
 * @param list not empty, by number; each is effective no earlier than the one before
 */
public record Snapshots(List<Snapshot> list) {

    public Snapshots {
        list = List.copyOf(list);
        if (list.isEmpty()) {
            throw new IllegalArgumentException("no snapshot");
        }
    }

    /** Of each reference, by name, the one that is effective at a moment. */
    public static Map<String, Snapshot> at(Map<String, Snapshots> references, long millis) {
        Map<String, Snapshot> effective = new HashMap<>();
        references.forEach((name, snapshots) -> effective.put(name, snapshots.at(millis)));
        return effective;
    }

    /**
     * The one that is effective for what arrives at a moment: the last that became effective no later (rule X1).
     *
     * @throws IllegalArgumentException if that is not among these
     */
    public Snapshot at(long arrivalMillis) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (list.get(i).effectiveMillis() <= arrivalMillis) {
                return list.get(i);
            }
        }
        throw new IllegalArgumentException("none of the snapshots from number "
                + list.get(0).number() + " on is effective for what arrives at " + arrivalMillis);
    }
}
