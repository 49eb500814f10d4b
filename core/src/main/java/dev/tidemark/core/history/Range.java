package dev.tidemark.core.history;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the past to walk, and how. Begins as everything, one lane after the other.
 *
 * @param begin where to begin
 * @param asOfMillis the walk remembers how far the lanes were of what was known until then; at most {@code
 *     untilKnownMillis}
 * @param untilKnownMillis where to end: nothing that was known later need be walked, some of it is. A lane is left there
 *     unless ids of it are asked for, as they were in the end (rule T3)
 * @param untilArrivalMillis segments whose first record arrived later, by more than arrivals go back, are not read
 * @param reachesRows whether the archive must hold all that the lane rows call done; for a walk to the end of it
 * @param lanes ids of the lanes to walk, besides those they descend from
 * @param lanesAtOnce how many are walked at the same time
 * @param executor runs what follows a read that was waited for
 */
public record Range(
        Begin begin,
        long asOfMillis,
        long untilKnownMillis,
        long untilArrivalMillis,
        boolean reachesRows,
        Predicate<String> lanes,
        int lanesAtOnce,
        Executor executor) {

    /** Everything there is. */
    public static final Range ALL = new Range(
            new Begin.Archive(),
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            /* reachesRows= */ false,
            laneId -> true,
            /* lanesAtOnce= */ 1,
            Runnable::run);

    /** Where a walk begins. */
    public sealed interface Begin {

        /** The beginning of the archive. */
        record Archive() implements Begin {}

        /**
         * After what somebody has folded already.
         *
         * @param rows how far each lane is; a lane that is not among them begins with its first record
         * @param timeMillis when the rows were read
         */
        record Positions(List<LaneRow> rows, long timeMillis) implements Begin {

            public Positions {
                rows = List.copyOf(rows);
            }
        }

        /**
         * With what arrived at a moment or later; records that arrived earlier may be passed over. For those who need
         * nothing of what came before, neither values nor the ids of events sent twice.
         */
        record Arrivals(long fromMillis) implements Begin {}
    }

    public Range {
        if (asOfMillis > untilKnownMillis || lanesAtOnce < 1) {
            throw new IllegalArgumentException("as of " + asOfMillis + ", but only what was known by "
                    + untilKnownMillis + "; " + lanesAtOnce + " lanes at once");
        }
    }

    /** After the positions of a checkpoint; null for the beginning of the archive. */
    public Range after(@Nullable Manifest checkpoint) {
        return checkpoint == null ? this : after(checkpoint.positions().lanes(), checkpoint.timeMillis());
    }

    /** After what the rows call done; see {@link Begin.Positions}. */
    public Range after(List<LaneRow> rows, long timeMillis) {
        return new Range(
                new Begin.Positions(rows, timeMillis),
                asOfMillis,
                untilKnownMillis,
                untilArrivalMillis,
                reachesRows,
                lanes,
                lanesAtOnce,
                executor);
    }

    /** Everything that arrived in some time, whenever it was known, ends included. */
    public static Range arrived(long fromMillis, long untilMillis) {
        return new Range(
                new Begin.Arrivals(fromMillis),
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                untilMillis,
                ALL.reachesRows,
                ALL.lanes,
                ALL.lanesAtOnce,
                ALL.executor);
    }

    /**
     * Up to what was known at a moment, at least.
     *
     * @param asOf see {@link #asOfMillis}
     */
    public Range until(long asOf, long untilKnown, long untilArrival) {
        return new Range(begin, asOf, untilKnown, untilArrival, reachesRows, lanes, lanesAtOnce, executor);
    }

    /** The archive must hold all that the lane rows call done. */
    public Range reachingRows() {
        return new Range(begin, asOfMillis, untilKnownMillis, untilArrivalMillis, true, lanes, lanesAtOnce, executor);
    }

    /** These lanes, and those they descend from. */
    public Range ofLanes(Predicate<String> wanted) {
        return new Range(
                begin, asOfMillis, untilKnownMillis, untilArrivalMillis, reachesRows, wanted, lanesAtOnce, executor);
    }

    /** Several lanes at once. */
    public Range parallel(int atOnce, Executor threads) {
        return new Range(begin, asOfMillis, untilKnownMillis, untilArrivalMillis, reachesRows, lanes, atOnce, threads);
    }
}
