package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What backfills are to do and have done (rules B1 and B2). Plans and notes are written once and never changed. They
 * belong to one generation: a restore brings no unfinished backfill's items along, so it begins such a backfill anew.
 */
public interface BackfillLog {

    /**
     * Stores a plan unless the view version has one.
     *
     * @return the plan that holds: this one or an earlier one
     */
    CompletableFuture<Plan> propose(Plan plan);

    /** The lanes of a plan that are done, by id. */
    CompletableFuture<Map<String, Done>> done(String generation, String viewVersion);

    /** Notes that all of a lane is in. Again is harmless. */
    CompletableFuture<Void> finish(String generation, String viewVersion, Done done);

    /**
     * What one backfill folds: of each of these lanes, everything up to its activation.
     *
     * @param generation the generation of state that it folds into
     * @param view the view's name
     * @param activations lane id to the position after which the view is activated, inclusive here; lanes that fold the
     *     view from their first record on are not among them
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
     * A lane that is done.
     *
     * @param activatedAfter everything up to it is in
     * @param records how many records that was
     * @param timeMillis when that was noted, milliseconds since the epoch
     */
    record Done(String laneId, Position activatedAfter, long records, long timeMillis) {}
}
