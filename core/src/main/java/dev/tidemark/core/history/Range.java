package dev.tidemark.core.history;

import dev.tidemark.core.port.CheckpointStore.Manifest;
import dev.tidemark.core.port.LaneRow;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the past to walk, and how. Begins as everything, one lane after the other.
 *
 * @param begin where to begin; null for the beginning of the archive
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
        @Nullable Begin begin,
        long asOfMillis,
        long untilKnownMillis,
        long untilArrivalMillis,
        boolean reachesRows,
        Predicate<String> lanes,
        int lanesAtOnce,
        Executor executor) {

    /** Everything there is. */
    public static final Range ALL = new Range(
            null,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            /* reachesRows= */ false,
            laneId -> true,
            /* lanesAtOnce= */ 1,
            Runnable::run);

    /**
     * After what somebody has folded already.
     *
     * @param rows how far each lane is; a lane that is not among them begins with its first record
     * @param timeMillis when the rows were read
     */
    public record Begin(List<LaneRow> rows, long timeMillis) {

        public Begin {
            rows = List.copyOf(rows);
        }
    }

    public Range {
        if (asOfMillis > untilKnownMillis || lanesAtOnce < 1) {
            throw new IllegalArgumentException("as of " + asOfMillis + ", but only what was known by "
                    + untilKnownMillis + "; " + lanesAtOnce + " lanes at once");
        }
    }

    /** After the positions of a checkpoint; null for the beginning of the archive. */
    public Range after(@Nullable Manifest checkpoint) {
        return checkpoint == null
                ? this
                : new Range(
                        new Begin(checkpoint.positions().lanes(), checkpoint.timeMillis()),
                        asOfMillis,
                        untilKnownMillis,
                        untilArrivalMillis,
                        reachesRows,
                        lanes,
                        lanesAtOnce,
                        executor);
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
