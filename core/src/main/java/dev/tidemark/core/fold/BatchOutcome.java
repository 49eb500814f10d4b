package dev.tidemark.core.fold;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a batch.
 *
 * @param firstFailed sequence number from which the batch must be delivered again; null when all of it is done
 * @param held why nothing was folded, if nothing was; caused by the deployment's state, not by the records
 * @param lane the lane's row as this batch wrote or last saw it; null if it could not be read
 * @param added view name to what this batch added to the counts of the lane row; empty unless the row's write was
 *     confirmed, so the sum over all batches never exceeds the row's counts; if two versions of a view are folded, the
 *     current catalog's
 * @param counts the effort
 * @param troubles why requests failed: the first few different causes, even if a retry helped
 * @param violations protocol assertions that did not hold; each is an alarm
 */
public record BatchOutcome(
        @Nullable String firstFailed,
        @Nullable Hold held,
        @Nullable LaneRow lane,
        Map<String, ViewCounts> added,
        FoldCounts counts,
        List<String> troubles,
        List<String> violations) {

    /** Why a batch is held back without being folded. */
    public enum Hold {
        /**
         * The lane folds a view that this catalog does not know (rule L2): another version of the function must fold
         * it.
         */
        UNKNOWN_VIEW,
        /** The deployment is being restored, or this function folds into another generation (rule R2). */
        NOT_LIVE,
        /** A view needs the event ids of an ancestor that is not final yet (rule T3). */
        WAITS_FOR_PARENT,
        /** The lane was restored, and the batch begins later: records may be missing between (rule R3). */
        DOES_NOT_JOIN,
        /** The control table did not answer, or kept changing. */
        CONTROL_UNAVAILABLE,
        /** What reading the records needs besides their bytes cannot be had, see {@link Inputs}. */
        INPUTS_UNAVAILABLE
    }

    public BatchOutcome {
        added = Map.copyOf(added);
        troubles = List.copyOf(troubles);
        violations = List.copyOf(violations);
    }

    public boolean isDone() {
        return firstFailed == null;
    }

    /**
     * Whether the lane did not advance although the batch may be folded and some of it waits. Once may be bad luck; if
     * it repeats, the lane makes no progress.
     */
    public boolean isStuck() {
        return !isDone() && held == null && counts.portions.sum() == 0;
    }

    /** The batch's additions to the counts, over all views: a record counts once for each view. */
    public ViewCounts total() {
        return added.values().stream().reduce(ViewCounts.NONE, ViewCounts::plus);
    }
}
