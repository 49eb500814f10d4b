package dev.tidemark.training;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;

/**
 * Entities by their hashes, 8 to 16 bytes each: for one in many billions it may wrongly say yes, but never wrongly no.
 * Thread-safe once nothing is added any more.
 */
final class EntitySet {

    private static final Hasher64 HASHES = Hashing.xxh3_64(7);

    /** Marks an empty place; never a hash. */
    private static final long NONE = 0;

    private long[] places = new long[1 << 10];
    private int size;

    static long hash(String entity) {
        long hash = HASHES.hashCharsToLong(entity);
        return hash == NONE ? 1 : hash;
    }

    /** The partition of an entity; uses bits that the places here do not use. */
    static int partition(long hash, int partitions) {
        return (int) Long.remainderUnsigned(hash >>> 32, partitions);
    }

    void add(long hash) {
        if (2L * size >= places.length) {
            grow();
        }
        if (insert(places, hash)) {
            size++;
        }
    }

    boolean contains(long hash) {
        int mask = places.length - 1;
        for (int at = (int) hash & mask; places[at] != NONE; at = (at + 1) & mask) {
            if (places[at] == hash) {
                return true;
            }
        }
        return false;
    }

    private void grow() {
        long[] larger = new long[2 * places.length];
        Arrays.stream(places).filter(hash -> hash != NONE).forEach(hash -> insert(larger, hash));
        places = larger;
    }

    private static boolean insert(long[] places, long hash) {
        int mask = places.length - 1;
        int at = (int) hash & mask;
        while (places[at] != NONE) {
            if (places[at] == hash) {
                return false;
            }
            at = (at + 1) & mask;
        }
        places[at] = hash;
        return true;
    }
}
