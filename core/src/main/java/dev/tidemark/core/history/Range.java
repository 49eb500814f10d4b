package dev.tidemark.core.history;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which part of the past to walk, and how. By default everything, one lane after the other.
 *
 * @param begin where to begin
 * @param asOfMillis the walk remembers each lane's last position known by then; at most {@code untilKnownMillis}
 * @param untilKnownMillis where to end: the walk need not include records that became known later, but may include
 *     some. It leaves a lane there unless other lanes need the ids at the lane's end (rule T3)
 * @param untilArrivalMillis segments are not read if their first record arrived later than this, plus a margin for
 *     arrivals that go back
 * @param reachesRows whether the archive must hold all that is done according to the lane rows; for a walk to its end
 * @param lanes ids of the lanes to walk; their ancestors are walked too
 * @param lanesAtOnce how many are walked at the same time
 * @param executor runs what follows an asynchronous read
 * @param asIf whether imported rows are known since they arrived, as far as anybody can say, and not since the import
 *     (rule I3)
 */
public record Range(
        Begin begin,
        long asOfMillis,
        long untilKnownMillis,
        long untilArrivalMillis,
        boolean reachesRows,
        Predicate<String> lanes,
        int lanesAtOnce,
        Executor executor,
        boolean asIf) {

    /** Everything there is. */
    public static final Range ALL = new Range(
            new Begin.Archive(),
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            /* reachesRows= */ false,
            laneId -> true,
            /* lanesAtOnce= */ 1,
            Runnable::run,
            /* asIf= */ false);

    /** Where a walk begins. */
    public sealed interface Begin {

        /** The beginning of the archive. */
        record Archive() implements Begin {}

        /**
         * After what a fold has done already.
         *
         * @param rows the last position of each lane; a lane without a row begins with its first record
         * @param timeMillis when the rows were read
         */
        record Positions(List<LaneRow> rows, long timeMillis) implements Begin {

            public Positions {
                rows = List.copyOf(rows);
            }
        }

        /**
         * With arrivals from a moment on; earlier records may be skipped. For sinks that need nothing earlier, neither
         * values nor the ids of events sent twice.
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

    /** After the rows' last positions; see {@link Begin.Positions}. */
    public Range after(List<LaneRow> rows, long timeMillis) {
        return new Range(
                new Begin.Positions(rows, timeMillis),
                asOfMillis,
                untilKnownMillis,
                untilArrivalMillis,
                reachesRows,
                lanes,
                lanesAtOnce,
                executor,
                asIf);
    }

    /** Everything that arrived between two moments, both included, however late it became known. */
    public static Range arrived(long fromMillis, long untilMillis) {
        return new Range(
                new Begin.Arrivals(fromMillis),
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                untilMillis,
                ALL.reachesRows,
                ALL.lanes,
                ALL.lanesAtOnce,
                ALL.executor,
                ALL.asIf);
    }

    /**
     * At least what was known at a moment.
     *
     * @param asOf see {@link #asOfMillis}
     */
    public Range until(long asOf, long untilKnown, long untilArrival) {
        return new Range(begin, asOf, untilKnown, untilArrival, reachesRows, lanes, lanesAtOnce, executor, asIf);
    }

    /** The archive must hold all that is done according to the lane rows. */
    public Range reachingRows() {
        return new Range(
                begin, asOfMillis, untilKnownMillis, untilArrivalMillis, true, lanes, lanesAtOnce, executor, asIf);
    }

    /** These lanes and their ancestors. */
    public Range ofLanes(Predicate<String> wanted) {
        return new Range(
                begin,
                asOfMillis,
                untilKnownMillis,
                untilArrivalMillis,
                reachesRows,
                wanted,
                lanesAtOnce,
                executor,
                asIf);
    }

    /** Several lanes at once. */
    public Range parallel(int atOnce, Executor threads) {
        return new Range(
                begin, asOfMillis, untilKnownMillis, untilArrivalMillis, reachesRows, lanes, atOnce, threads, asIf);
    }

    /** The same, with another {@link #asIf}. */
    public Range asIf(boolean assumed) {
        return new Range(
                begin,
                asOfMillis,
                untilKnownMillis,
                untilArrivalMillis,
                reachesRows,
                lanes,
                lanesAtOnce,
                executor,
                assumed);
    }
}
