package dev.tidemark.core.control;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One lane's progress, and the catalog it folds.
 *
 * @param lane the lane
 * @param rev raised by one at every write; what a write is conditional on
 * @param last everything up to and including this position is archived and folded, or in quarantine
 * @param count how many records that is
 * @param maxArrivalMillis running maximum of their arrival times; {@link Long#MIN_VALUE} before the first
 * @param generation the generation of the state that the lane folds into
 * @param views view version to {@code activatedAfter}, an exclusive lower bound: the live fold takes positions above it, a
 *     backfill takes the others
 * @param counts view version to what the view made of those of the {@code count} records that lie above its
 *     {@code activatedAfter}; a view without any may be left out
 * @param ancestors the lanes before this one in which an event may have counted that comes again here (rule T3), by id,
 *     with the latest arrival of their records; they will never change again. Null until they are asked for, by the
 *     first fold of a view that drops duplicates
 * @param awaitsOverlap whether a restore left the row here, and no live batch has yet begun at or before {@code last}
 *     (rule R3)
 * @param ended whether nothing will come after {@code last}: the shard is closed, and each of the lanes that came of it
 *     has a row
 */
public record LaneRow(
        Lane lane,
        long rev,
        Position last,
        long count,
        long maxArrivalMillis,
        String generation,
        Map<String, Position> views,
        Map<String, ViewCounts> counts,
        @Nullable Map<String, Long> ancestors,
        boolean awaitsOverlap,
        boolean ended) {

    public LaneRow {
        views = Map.copyOf(views);
        counts = Map.copyOf(counts);
        ancestors = ancestors == null ? null : Map.copyOf(ancestors);
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

    /** A row that no restore left, of a lane that goes on as far as is known. */
    public LaneRow(
            Lane lane,
            long rev,
            Position last,
            long count,
            long maxArrivalMillis,
            String generation,
            Map<String, Position> views,
            Map<String, ViewCounts> counts,
            @Nullable Map<String, Long> ancestors) {
        this(lane, rev, last, count, maxArrivalMillis, generation, views, counts, ancestors, false, false);
    }

    /** A row whose ancestors nobody has asked for. */
    public LaneRow(
            Lane lane,
            long rev,
            Position last,
            long count,
            long maxArrivalMillis,
            String generation,
            Map<String, Position> views,
            Map<String, ViewCounts> counts) {
        this(lane, rev, last, count, maxArrivalMillis, generation, views, counts, null);
    }

    /** The row that says so, to be written next. */
    public LaneRow withAncestors(Map<String, Long> found) {
        return with(rev + 1, views, counts, found, awaitsOverlap, ended);
    }

    /** The row that folds these views and counts for no others, to be written next. */
    public LaneRow withViews(Map<String, Position> folded) {
        Map<String, ViewCounts> kept = new HashMap<>(counts);
        kept.keySet().retainAll(folded.keySet());
        return with(rev + 1, folded, kept, ancestors, awaitsOverlap, ended);
    }

    /** The row that says that the live fold joins what was restored (rule R3), to be written next. */
    public LaneRow joined() {
        return with(rev + 1, views, counts, ancestors, false, ended);
    }

    /** The row that says that nothing comes after it, to be written next. */
    public LaneRow atItsEnd() {
        return with(rev + 1, views, counts, ancestors, awaitsOverlap, true);
    }

    /** This row with other counts, at the same rev. */
    public LaneRow withCounts(Map<String, ViewCounts> counted) {
        return with(rev, views, counted, ancestors, awaitsOverlap, ended);
    }

    /** This row with or without the mark of a restore, at the same rev. */
    public LaneRow withAwaitsOverlap(boolean awaits) {
        return with(rev, views, counts, ancestors, awaits, ended);
    }

    private LaneRow with(
            long nextRev,
            Map<String, Position> folded,
            Map<String, ViewCounts> counted,
            @Nullable Map<String, Long> found,
            boolean awaits,
            boolean isEnded) {
        return new LaneRow(
                lane, nextRev, last, count, maxArrivalMillis, generation, folded, counted, found, awaits, isEnded);
    }
}
