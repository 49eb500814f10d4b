package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map from scalars to states with room for a fixed number of entries: of all keys ever put it keeps those with the
 * smallest 64-bit hashes (unsigned; ties by key), in that order.
 *
 * <p>Which keys stay must not depend on the order in which they come, else the content would depend on batch boundaries
 * and retries. "The first", "the most frequent so far" and "the latest" all do. The smallest under a fixed total order
 * do not: the smallest {@code m} of a union are among the smallest {@code m} of its parts, so a key that stays in the
 * end was never removed before, and its state is complete. The order is by hash, so the choice of keys is independent
 * of their values.
 */
final class SmallestHashes {

    private final int maxEntries;
    private long[] hashes = new long[4];
    private ScalarKey[] keys = new ScalarKey[4];
    private State[] states = new State[4];
    private int size;

    SmallestHashes(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    int size() {
        return size;
    }

    /** In the order of hashes; a view. */
    List<ScalarKey> keys() {
        return Collections.unmodifiableList(Arrays.asList(keys).subList(0, size));
    }

    long hash(int place) {
        return hashes[place];
    }

    ScalarKey key(int place) {
        return keys[place];
    }

    State state(int place) {
        return states[place];
    }

    /** The state of the key that a row's slot holds; null if there is none. */
    @Nullable
    State find(long hash, EventRow row, int slot) {
        for (int place = firstNotBelow(hash); place < size && hashes[place] == hash; place++) {
            if (keys[place].matches(row, slot)) {
                return states[place];
            }
        }
        return null;
    }

    @Nullable
    State find(long hash, ScalarKey key) {
        int place = place(hash, key);
        return isAt(place, hash, key) ? states[place] : null;
    }

    /** Whether a key stays, or would stay, if it were put: there is room, or a greater key. */
    boolean admits(long hash, ScalarKey key) {
        return place(hash, key) < size || size < maxEntries;
    }

    /**
     * Puts a key that is not in the map.
     *
     * @return the state that had to leave, of the greatest key or of the new one; null if there was room
     */
    @Nullable
    State put(long hash, ScalarKey key, State state) {
        int place = place(hash, key);
        if (size < maxEntries) {
            insert(place, hash, key, state);
            return null;
        }
        if (place == size) {
            return state;
        }
        State last = states[--size];
        insert(place, hash, key, state);
        return last;
    }

    private void insert(int place, long hash, ScalarKey key, State state) {
        if (size == hashes.length) {
            int capacity = Math.min(maxEntries, size * 2);
            hashes = Arrays.copyOf(hashes, capacity);
            keys = Arrays.copyOf(keys, capacity);
            states = Arrays.copyOf(states, capacity);
        }
        System.arraycopy(hashes, place, hashes, place + 1, size - place);
        System.arraycopy(keys, place, keys, place + 1, size - place);
        System.arraycopy(states, place, states, place + 1, size - place);
        hashes[place] = hash;
        keys[place] = key;
        states[place] = state;
        size++;
    }

    private boolean isAt(int place, long hash, ScalarKey key) {
        return place < size && hashes[place] == hash && keys[place].equals(key);
    }

    /** Where the key is or would be put. */
    private int place(long hash, ScalarKey key) {
        int place = firstNotBelow(hash);
        while (place < size && hashes[place] == hash && keys[place].compareTo(key) < 0) {
            place++;
        }
        return place;
    }

    private int firstNotBelow(long hash) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(hashes[middle], hash) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
