package dev.tidemark.core.control;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One lane's progress, and the catalog it folds.
 *
 * @param lane the lane
 * @param rev raised by one at every write; the condition of a write
 * @param last everything up to and including this position is archived and folded, or in quarantine
 * @param count how many records that is
 * @param maxArrivalMillis running maximum of their arrival times; {@link Long#MIN_VALUE} before the first
 * @param generation the generation of the state that the lane folds into
 * @param views view version to {@code activatedAfter}, an exclusive lower bound: the live fold takes positions above
 *     it, a backfill takes the others
 * @param counts view version to the fates of those of the {@code count} records that are above its {@code
 *     activatedAfter}; a view without any may be left out
 * @param ancestors the lanes before this one that may have counted an event which is sent again here (rule T3), by id,
 *     with the latest arrival of their records; they are final. Null until the first fold of a view that drops
 *     duplicates
 * @param awaitsOverlap whether a restore left the row here, and no live batch has yet begun at or before {@code last}
 *     (rule R3)
 * @param ended whether nothing will come after {@code last}: the shard is closed, and each of its child lanes has a row
 * @param warmUps by view version, of the views of pairs that do not count from the lane's first record on (rule J4); what is
 *     over stays, also when the view is retired
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
        boolean ended,
        Map<String, WarmUp> warmUps) {

    public LaneRow {
        warmUps = Map.copyOf(warmUps);
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

    /**
     * Lane rows by lane id, sorted.
     *
     * @throws IllegalStateException if two are of one lane
     */
    public static SortedMap<String, LaneRow> byId(Collection<LaneRow> rows) {
        return rows.stream()
                .collect(Collectors.toMap(
                        row -> row.lane().id(),
                        Function.identity(),
                        (one, other) -> {
                            throw new IllegalStateException(
                                    "two rows of lane " + one.lane().id());
                        },
                        TreeMap::new));
    }

    /** The fates of this lane's records in a view so far. */
    public ViewCounts countsOf(String viewVersion) {
        return counts.getOrDefault(viewVersion, ViewCounts.NONE);
    }

    /** Whether the lane remembers a view's halves, but makes no pairs of them yet. */
    public boolean isWarmingUp(String viewVersion) {
        WarmUp warmUp = warmUps.get(viewVersion);
        return warmUp != null && warmUp.end() == null;
    }

    /**
     * The position up to which a backfill takes the lane's records into a view's tiles; the live fold takes the others. While
     * the view warms up, what that would be if it ended now. Null if the lane does not fold the view.
     */
    public @Nullable Position countsAfter(String viewVersion) {
        WarmUp warmUp = warmUps.get(viewVersion);
        if (warmUp == null) {
            return views.get(viewVersion);
        }
        return warmUp.end() == null ? last : warmUp.end();
    }

    /** A row that no restore left, of a lane not known to have ended, in which nothing warms up. */
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
        this(lane, rev, last, count, maxArrivalMillis, generation, views, counts, ancestors, false, false, Map.of());
    }

    /** A row whose ancestors are not looked up yet. */
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

    /** The next row, with this progress. */
    public LaneRow withAncestors(Map<String, Long> found) {
        return with(rev + 1, views, counts, found, awaitsOverlap, ended, warmUps);
    }

    /** This row with other ancestors, at the same rev. */
    public LaneRow withKnownAncestors(Map<String, Long> found) {
        return with(rev, views, counts, found, awaitsOverlap, ended, warmUps);
    }

    /** The next row, which folds exactly these views and keeps only their counts. */
    public LaneRow withViews(Map<String, Position> folded) {
        Map<String, ViewCounts> kept = new HashMap<>(counts);
        kept.keySet().retainAll(folded.keySet());
        return with(rev + 1, folded, kept, ancestors, awaitsOverlap, ended, warmUps);
    }

    /** The next row, which says that the live fold continues the restored lane (rule R3). */
    public LaneRow joined() {
        return with(rev + 1, views, counts, ancestors, false, ended, warmUps);
    }

    /** The next row, which says that the lane has ended. */
    public LaneRow atItsEnd() {
        return with(rev + 1, views, counts, ancestors, awaitsOverlap, true, warmUps);
    }

    /** The next row, with these warm-ups. */
    public LaneRow withWarmUps(Map<String, WarmUp> warming) {
        return with(rev + 1, views, counts, ancestors, awaitsOverlap, ended, warming);
    }

    /** This row with other counts, at the same rev. */
    public LaneRow withCounts(Map<String, ViewCounts> counted) {
        return with(rev, views, counted, ancestors, awaitsOverlap, ended, warmUps);
    }

    /** This row with another {@code awaitsOverlap}, at the same rev. */
    public LaneRow withAwaitsOverlap(boolean awaits) {
        return with(rev, views, counts, ancestors, awaits, ended, warmUps);
    }

    private LaneRow with(
            long nextRev,
            Map<String, Position> folded,
            Map<String, ViewCounts> counted,
            @Nullable Map<String, Long> found,
            boolean awaits,
            boolean isEnded,
            Map<String, WarmUp> warming) {
        return new LaneRow(
                lane,
                nextRev,
                last,
                count,
                maxArrivalMillis,
                generation,
                folded,
                counted,
                found,
                awaits,
                isEnded,
                warming);
    }
}
