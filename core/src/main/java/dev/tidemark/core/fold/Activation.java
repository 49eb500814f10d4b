package dev.tidemark.core.fold;

import dev.tidemark.core.port.ControlRow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Switching a deployment to a catalog: its views become active, all others retired. A retired version can never become
 * active again, because its state stopped where it was retired; it would need a backfill, which is a new version's
 * business.
 */
public final class Activation {

    private Activation() {}

    /**
     * The control row to write, by compare-and-set.
     *
     * @param current null if there is none yet
     * @param versions the views of the catalog
     * @param generation for the first row
     * @return empty if the current row says it all already
     * @throws IllegalStateException if a version was retired before
     */
    public static Optional<ControlRow> next(@Nullable ControlRow current, Set<String> versions, String generation) {
        Map<String, ControlRow.ViewStatus> views = new HashMap<>();
        if (current != null) {
            current.views().keySet().forEach(version -> views.put(version, ControlRow.ViewStatus.RETIRED));
        }
        for (String version : versions) {
            if (current != null && current.views().get(version) == ControlRow.ViewStatus.RETIRED) {
                throw new IllegalStateException("view version " + version + " was retired and cannot be active again: "
                        + "its state has a gap. Change the definition (any setting that decides its content will do), "
                        + "or start with an empty state");
            }
            views.put(version, ControlRow.ViewStatus.ACTIVE);
        }
        if (current == null) {
            return Optional.of(new ControlRow(1, generation, ControlRow.Phase.LIVE, views));
        }
        return views.equals(current.views())
                ? Optional.empty()
                : Optional.of(new ControlRow(current.rev() + 1, current.generation(), current.phase(), views));
    }
}
