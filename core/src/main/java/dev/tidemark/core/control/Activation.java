package dev.tidemark.core.control;

import dev.tidemark.core.control.ControlRow.ViewStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Switching a deployment to a catalog. The views of the first catalog are active at once, because every lane folds them
 * from its first record on. A later view lacks the records before its activation, so it begins as backfilling (rule
 * B1). A view that is in no catalog any more is retired. A retired version never comes back, because its state stopped
 * at its retirement.
 */
public final class Activation {

    private Activation() {}

    /** Without views that wait to be started. */
    public static Optional<ControlRow> next(@Nullable ControlRow current, Set<String> versions, String generation) {
        return next(current, versions, Set.of(), generation);
    }

    /**
     * The control row to write, by compare-and-set.
     *
     * @param current null if there is none yet
     * @param versions the views of the catalog; those that the row does not know are started
     * @param dormant the views of the next catalog: those that the row knows keep their status, the others are not
     *     started
     * @param generation for the first row
     * @return empty if nothing has to change
     * @throws IllegalStateException if a version was retired before
     */
    public static Optional<ControlRow> next(
            @Nullable ControlRow current, Set<String> versions, Set<String> dormant, String generation) {
        if (current == null) {
            Map<String, ViewStatus> views = new HashMap<>();
            versions.forEach(version -> views.put(version, ViewStatus.ACTIVE));
            return Optional.of(new ControlRow(1, generation, ControlRow.Phase.LIVE, views));
        }
        Map<String, ViewStatus> views = new HashMap<>(current.views());
        views.replaceAll((version, status) ->
                versions.contains(version) || dormant.contains(version) ? status : ViewStatus.RETIRED);
        versions.forEach(version -> start(views, version));
        return views.equals(current.views()) ? Optional.empty() : Optional.of(current.withViews(views));
    }

    /**
     * The control row with these views folded too.
     *
     * @return empty if they are already
     * @throws IllegalStateException if a version was retired before
     */
    public static Optional<ControlRow> start(ControlRow current, Set<String> versions) {
        Map<String, ViewStatus> views = new HashMap<>(current.views());
        versions.forEach(version -> start(views, version));
        return views.equals(current.views()) ? Optional.empty() : Optional.of(current.withViews(views));
    }

    private static void start(Map<String, ViewStatus> views, String version) {
        if (views.putIfAbsent(version, ViewStatus.BACKFILLING) == ViewStatus.RETIRED) {
            throw new IllegalStateException("view version " + version + " was retired and cannot be active again: "
                    + "its state has a gap. Change the definition (any setting that decides its content will do), "
                    + "or start with an empty state");
        }
    }
}
