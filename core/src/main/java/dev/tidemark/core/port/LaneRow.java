package dev.tidemark.core.port;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.Map;

/**
 * One lane's progress, and the catalog it folds.
 *
 * @param lane the lane
 * @param rev raised by one at every write; what a write is conditional on
 * @param last everything up to and including this position is archived and folded, or in quarantine
 * @param count how many records that is
 * @param maxArrivalMillis running maximum of their arrival times; {@link Long#MIN_VALUE} before the first
 * @param generation the generation of the state that the lane folds into
 * @param views view version to {@code act}, an exclusive lower bound: the live fold takes positions above it, a
 *     backfill takes the others
 * @param counts view version to what the view made of those of the {@code count} records that lie above its
 *     {@code act}; a view without any may be left out
 */
public record LaneRow(
        Lane lane,
        long rev,
        Position last,
        long count,
        long maxArrivalMillis,
        String generation,
        Map<String, Position> views,
        Map<String, ViewCounts> counts) {

    public LaneRow {
        views = Map.copyOf(views);
        counts = Map.copyOf(counts);
        if (rev < 1 || count < 0) {
            throw new IllegalArgumentException("lane " + lane.id() + " at rev " + rev + " with count " + count);
        }
        if (!views.keySet().containsAll(counts.keySet())) {
            throw new IllegalArgumentException(
                    "lane " + lane.id() + " counts for views " + counts.keySet() + " but folds only " + views.keySet());
        }
    }

    /** What a view made of this lane's records so far. */
    public ViewCounts countsOf(String viewVersion) {
        return counts.getOrDefault(viewVersion, ViewCounts.NONE);
    }
}
