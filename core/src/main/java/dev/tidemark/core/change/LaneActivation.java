package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneDecisions;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUps;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Brings every lane row in line with the control row (rules L3 and B1), also of lanes without new records. A lane
 * without a row needs nothing: its row is created with all folded views (rule L1). Views of pairs begin to warm up there, and
 * stop where nothing comes any more (J4).
 */
final class LaneActivation {

    /** Whenever a race is lost, the lane has advanced. */
    private static final int MAX_ATTEMPTS = 50;

    private final ControlStore store;
    private final Map<String, Long> warmUpMillis;
    private final Map<String, Long> streamMillis = new HashMap<>();
    private final long nowMillis;

    /**
     * @param views those that are started
     * @param nowMillis the wall clock
     */
    LaneActivation(ControlStore store, List<View> views, long nowMillis) {
        this.store = store;
        this.warmUpMillis = View.warmUpMillis(views);
        views.forEach(view -> streamMillis.put(view.version(), view.streamRetentionMillis()));
        this.nowMillis = nowMillis;
    }

    /**
     * May be repeated, and run beside the live fold, which does the same at its next batch.
     *
     * @return the resulting rows of all lanes of the live generation: each folds at least what the control row said at
     *     the start; completes exceptionally if a row could not be written
     */
    CompletableFuture<List<LaneRow>> everywhere() {
        return store.readControl()
                .thenApply(row -> row.orElseThrow(() -> new IllegalStateException(
                        "nothing was ever folded here: the control table has no control row")))
                .thenCompose(control -> store.readLanes().thenCompose(rows -> each(control, rows)));
    }

    private CompletableFuture<List<LaneRow>> each(ControlRow control, List<LaneRow> rows) {
        List<LaneRow> done = new ArrayList<>();
        List<LaneRow> live = rows.stream()
                .filter(row -> row.generation().equals(control.generation()))
                .toList();
        return Flight.inOrder(live, row -> one(control, row, 1).thenAccept(done::add))
                .thenApply(activated -> done);
    }

    private Optional<LaneRow> next(LaneRow row, ControlRow control) {
        return LaneDecisions.reconcile(row, control)
                .or(() -> WarmUps.begun(row, warmUpMillis, List.of()))
                .or(() -> WarmUps.endedBySilence(row, streamMillis, nowMillis));
    }

    private CompletableFuture<LaneRow> one(ControlRow control, LaneRow row, int attempt) {
        Optional<LaneRow> next = next(row, control);
        if (next.isEmpty()) {
            return CompletableFuture.completedFuture(row);
        }
        if (attempt > MAX_ATTEMPTS) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "the row of lane " + row.lane().id() + " could not be written; try again"));
        }
        return store.writeLane(next.get()).exceptionally(Cas.Unknown::new).thenCompose(result -> {
            if (result instanceof Cas.Stored) {
                return one(control, next.get(), attempt + 1);
            }
            // Whatever the write's outcome, what counts is the stored row.
            return store.readLane(row.lane())
                    .thenCompose(stored -> one(
                            control,
                            stored.orElseThrow(() -> new IllegalStateException(
                                    "the row of lane " + row.lane().id() + " vanished")),
                            attempt + 1));
        });
    }
}
