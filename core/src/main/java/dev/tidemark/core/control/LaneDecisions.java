package dev.tidemark.core.control;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which views a lane folds, as pure functions (rules L1 to L3).
 *
 * <p>Example: the row's last record is 129 when the control row wants a new view. {@link #reconcile} activates it after
 * 129: the live fold takes the view's records from 130 on, a backfill those up to 129.
 */
public final class LaneDecisions {

    private LaneDecisions() {}

    /**
     * L1: a lane's row is created with all folded views, each from the lane's first record on. After a restore the lane
     * must be seen to begin there (rule R3). An import's lane descends from none.
     */
    public static LaneRow born(Lane lane, ControlRow control) {
        Map<String, Position> views = new HashMap<>();
        control.views().forEach((version, status) -> {
            if (status.isFolded()) {
                views.put(version, Position.ORIGIN);
            }
        });
        LaneRow born = new LaneRow(lane, 1, Position.ORIGIN, 0, Long.MIN_VALUE, control.generation(), views, Map.of())
                .withAwaitsOverlap(control.restore() != null);
        return lane.isImport() ? born.withKnownAncestors(Map.of()) : born;
    }

    /**
     * L3: a view that the control row wants and the lane lacks is activated from the lane's own position, never from
     * the batch's; a retired view leaves the lane.
     *
     * @return the row to write, or empty if the lane agrees with the control row
     */
    public static Optional<LaneRow> reconcile(LaneRow row, ControlRow control) {
        Map<String, Position> views = new HashMap<>(row.views());
        control.views().forEach((version, status) -> {
            if (status.isFolded()) {
                views.putIfAbsent(version, row.last());
            } else {
                views.remove(version);
            }
        });
        return views.equals(row.views()) ? Optional.empty() : Optional.of(row.withViews(views));
    }

    /** L2: whether this catalog may fold the lane at all. */
    public static boolean knowsAll(LaneRow row, Set<String> knownVersions) {
        return knownVersions.containsAll(row.views().keySet());
    }
}
