package dev.tidemark.core.archive;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The end of what was read of a lane: the records that a segment still to be read may hold too, and one before them.
 */
final class ReadTail {

    private final ArrayList<RawRecord> records = new ArrayList<>();

    /** The segments of the records, by the first position taken from each. */
    private final TreeMap<Position, String> keys = new TreeMap<>();

    /** The number of the record after the last one here. */
    private long nextNumber = 1;

    /**
     * @param added the records after those here; may be empty
     * @param firstNumber the number of the first of them
     * @param from no segment still to be read begins before this position; null if none is left
     */
    void add(String key, List<RawRecord> added, long firstNumber, @Nullable Position from) {
        int unneeded = from == null ? added.size() : Positions.countBelow(from, added);
        if (unneeded > 0) {
            records.clear();
            keys.clear();
            records.addAll(added.subList(unneeded - 1, added.size()));
        } else {
            forgetBefore(from);
            records.addAll(added);
        }
        if (!added.isEmpty()) {
            keys.put(added.get(0).position(), key);
            nextNumber = firstNumber + added.size();
        }
    }

    private void forgetBefore(@Nullable Position from) {
        int unneeded = from == null ? records.size() : Positions.countBelow(from, records);
        if (unneeded > 1) {
            records.subList(0, unneeded - 1).clear();
            Position oldest = keys.floorKey(records.get(0).position());
            if (oldest != null) {
                keys.headMap(oldest).clear();
            }
        }
    }

    /** How many records of the lane are at or below a position; -1 if it is too far back. */
    long countUpTo(Position position) {
        return records.isEmpty() || records.get(0).position().isAfter(position)
                ? -1
                : nextNumber - records.size() + Positions.countUpTo(position, records) - 1;
    }

    /** The segment from which the record at a position, or the one before it, was taken. */
    String keyAt(Position position) {
        Map.Entry<Position, String> entry = keys.floorEntry(position);
        return entry == null ? "another segment" : entry.getValue();
    }

    /**
     * Compares records with those that were read and are still here.
     *
     * @param again of another segment, increasing, none after the last one here
     * @param goesOn whether that segment continues after the last one here, and so must hold all up to there
     * @return the first position at which they differ in anything; null if there is none
     */
    @Nullable
    Position difference(List<RawRecord> again, boolean goesOn) {
        int below = records.isEmpty()
                ? again.size()
                : Positions.countBelow(records.get(0).position(), again);
        if (below == again.size()) {
            return null;
        }
        int from = Positions.countBelow(again.get(below).position(), records);
        return difference(records.subList(from, records.size()), again.subList(below, again.size()), goesOn);
    }

    /**
     * Compares two stretches of a lane that should begin with the same record.
     *
     * @param again none after the last one of {@code records}
     * @param goesOn whether {@code again} should end with the same record too; else it may end before
     * @return the first position at which they differ in anything; null if there is none
     */
    static @Nullable Position difference(List<RawRecord> records, List<RawRecord> again, boolean goesOn) {
        int both = Math.min(records.size(), again.size());
        for (int i = 0; i < both; i++) {
            RawRecord one = records.get(i);
            RawRecord other = again.get(i);
            if (!isSame(one, other)) {
                return one.position().isAfter(other.position()) ? other.position() : one.position();
            }
        }
        if (both < again.size()) {
            return again.get(both).position();
        }
        return goesOn && both < records.size() ? records.get(both).position() : null;
    }

    /** About how much memory a record takes. */
    static long memoryBytes(RawRecord record) {
        return 200L + record.data().length + record.partitionKey().length();
    }

    private static boolean isSame(RawRecord one, RawRecord other) {
        return one.position().equals(other.position())
                && one.arrivalMillis() == other.arrivalMillis()
                && one.partitionKey().equals(other.partitionKey())
                && one.outsideShard() == other.outsideShard()
                && Arrays.equals(one.data(), other.data());
    }
}
