package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneDecisions;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Brings every lane row in line with the control row (rules L3 and B1), also of lanes without new records. A lane
 * without a row needs nothing: its row is created with all folded views (rule L1).
 */
final class LaneActivation {

    /** Whenever a race is lost, the lane has advanced. */
    private static final int MAX_ATTEMPTS = 50;

    private LaneActivation() {}

    /**
     * May be repeated, and run beside the live fold, which does the same at its next batch.
     *
     * @return the resulting rows of all lanes of the live generation: each folds at least what the control row said at
     *     the start; completes exceptionally if a row could not be written
     */
    static CompletableFuture<List<LaneRow>> everywhere(ControlStore store) {
        return store.readControl()
                .thenApply(row -> row.orElseThrow(() -> new IllegalStateException(
                        "nothing was ever folded here: the control table has no control row")))
                .thenCompose(control -> store.readLanes().thenCompose(rows -> each(store, control, rows)));
    }

    private static CompletableFuture<List<LaneRow>> each(ControlStore store, ControlRow control, List<LaneRow> rows) {
        List<LaneRow> done = new ArrayList<>();
        List<LaneRow> live = rows.stream()
                .filter(row -> row.generation().equals(control.generation()))
                .toList();
        return Flight.inOrder(live, row -> one(store, control, row, 1).thenAccept(done::add))
                .thenApply(activated -> done);
    }

    private static CompletableFuture<LaneRow> one(ControlStore store, ControlRow control, LaneRow row, int attempt) {
        Optional<LaneRow> next = LaneDecisions.reconcile(row, control);
        if (next.isEmpty()) {
            return CompletableFuture.completedFuture(row);
        }
        if (attempt > MAX_ATTEMPTS) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "the row of lane " + row.lane().id() + " could not be written; try again"));
        }
        return store.writeLane(next.get()).exceptionally(Cas.Unknown::new).thenCompose(result -> {
            if (result instanceof Cas.Stored) {
                return CompletableFuture.completedFuture(next.get());
            }
            // Whatever the write's outcome, what counts is the stored row.
            return store.readLane(row.lane())
                    .thenCompose(stored -> one(
                            store,
                            control,
                            stored.orElseThrow(() -> new IllegalStateException(
                                    "the row of lane " + row.lane().id() + " vanished")),
                            attempt + 1));
        });
    }
}
