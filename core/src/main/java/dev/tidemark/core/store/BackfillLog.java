package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The plans and progress of backfills (rules B1 and B2). Plans and notes are written once and never changed. They
 * belong to one generation: a restore omits an unfinished backfill's items, so that backfill begins again.
 */
public interface BackfillLog {

    /**
     * Stores a plan unless the view version has one.
     *
     * @return the valid plan: this one or an earlier one
     */
    CompletableFuture<Plan> propose(Plan plan);

    /** The finished lanes of a plan, by id. */
    CompletableFuture<Map<String, Done>> done(String generation, String viewVersion);

    /** Notes that a lane is finished. May be repeated. */
    CompletableFuture<Void> finish(String generation, String viewVersion, Done done);

    /**
     * What one backfill folds: the records of each of these lanes up to the activation.
     *
     * @param generation the generation of state that it folds into
     * @param view the view's name
     * @param activations lane id to the view's activation, inclusive here; without lanes that fold the view from their
     *     first record on
     */
    record Plan(String generation, String view, String viewVersion, Map<String, Position> activations) {

        public Plan {
            activations = Map.copyOf(activations);
            if (activations.containsValue(Position.ORIGIN)) {
                throw new IllegalArgumentException(
                        "plan of view version " + viewVersion + " with activations " + activations);
            }
        }
    }

    /**
     * A finished lane.
     *
     * @param activatedAfter everything up to it is folded
     * @param records how many records that was
     * @param timeMillis when that was noted, milliseconds since the epoch
     */
    record Done(String laneId, Position activatedAfter, long records, long timeMillis) {}
}
