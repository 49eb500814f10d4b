package dev.tidemark.core.archive;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;

/** Finds positions in increasing records. */
public final class Positions {

    private Positions() {}

    /** How many records are at or below a position. */
    public static int countUpTo(Position position, List<RawRecord> records) {
        int low = 0;
        int high = records.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (records.get(middle).position().isAfter(position)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** How many records are below a position. */
    static int countBelow(Position position, List<RawRecord> records) {
        int upTo = countUpTo(position, records);
        boolean there = upTo > 0 && records.get(upTo - 1).position().equals(position);
        return there ? upTo - 1 : upTo;
    }
}
