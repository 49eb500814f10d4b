package dev.tidemark.core.replay;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What of a lane was read last: the records that a segment still to be read may hold too, and one before them. */
final class Tail {

    private final ArrayList<RawRecord> records = new ArrayList<>();

    /** By the first position that was taken from it: the segment of the records. */
    private final TreeMap<Position, String> keys = new TreeMap<>();

    /** The number of the record behind the last one here. */
    private long nextNumber = 1;

    /**
     * @param added what follows the records here; may be empty
     * @param firstNumber the number of the first of them
     * @param from no segment still to be read begins before this position; null if there are none
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

    /** How many records of the lane lie at or below a position; -1 if that is too long ago. */
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
     * Compares records with those that were read, as far as they are still here.
     *
     * @param again of another segment, increasing, none after the last one here
     * @param goesOn whether that segment goes on after the last one here, and so must hold all up to there
     * @return the first position at which they differ in anything; null if there is none
     */
    @Nullable
    Position difference(List<RawRecord> again, boolean goesOn) {
        if (records.isEmpty() || again.isEmpty()) {
            return null;
        }
        int theirs = Positions.countBelow(records.get(0).position(), again);
        if (theirs == again.size()) {
            return null;
        }
        int ours = Positions.countBelow(again.get(theirs).position(), records);
        while (theirs < again.size() && ours < records.size()) {
            RawRecord one = records.get(ours++);
            RawRecord other = again.get(theirs++);
            if (!isSame(one, other)) {
                return one.position().isAfter(other.position()) ? other.position() : one.position();
            }
        }
        if (theirs < again.size()) {
            return again.get(theirs).position();
        }
        return goesOn && ours < records.size() ? records.get(ours).position() : null;
    }

    private static boolean isSame(RawRecord one, RawRecord other) {
        return one.position().equals(other.position())
                && one.arrivalMillis() == other.arrivalMillis()
                && one.partitionKey().equals(other.partitionKey())
                && Arrays.equals(one.data(), other.data());
    }
}
