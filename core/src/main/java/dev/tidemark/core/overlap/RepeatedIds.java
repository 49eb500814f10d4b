package dev.tidemark.core.overlap;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;

/**
 * Finds the event ids that occur more than once among very many, in eight bytes for each. What it finds are candidates: ids
 * that agree in a 64-bit hash with another, so whoever reads the rows again can compare these few exactly. No repeated id is
 * missed. Not thread-safe.
 */
public final class RepeatedIds {

    private static final Hasher64 IDS = Hashing.xxh3_64();

    private long[] hashes = new long[1024];
    private int count;

    /** The ids that may occur more than once. */
    public static final class Candidates {

        private final long[] sorted;

        private Candidates(long[] sorted) {
            this.sorted = sorted;
        }

        /** Whether the id may be one of them; false is certain. */
        public boolean mayHold(String id) {
            return Arrays.binarySearch(sorted, hash(id)) >= 0;
        }

        public boolean isEmpty() {
            return sorted.length == 0;
        }
    }

    /** Takes the id of one row. */
    public void add(String id) {
        if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.multiplyExact(hashes.length, 2));
        }
        hashes[count++] = hash(id);
    }

    /** What was taken more than once so far. */
    public Candidates candidates() {
        Arrays.parallelSort(hashes, 0, count);
        long[] repeated = new long[16];
        int found = 0;
        for (int i = 1; i < count; i++) {
            boolean isNew = found == 0 || repeated[found - 1] != hashes[i];
            if (hashes[i] == hashes[i - 1] && isNew) {
                if (found == repeated.length) {
                    repeated = Arrays.copyOf(repeated, 2 * found);
                }
                repeated[found++] = hashes[i];
            }
        }
        return new Candidates(Arrays.copyOf(repeated, found));
    }

    private static long hash(String id) {
        return IDS.hashCharsToLong(id);
    }
}
