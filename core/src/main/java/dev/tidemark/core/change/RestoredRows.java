package dev.tidemark.core.change;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.stream.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows with which a restored generation begins, as pure functions of the checkpoint's positions (rule R1). */
final class RestoredRows {

    private RestoredRows() {}

    static ControlRow control(Positions positions, String generation, ControlRow.Restore restore) {
        return new ControlRow(
                1, generation, ControlRow.Phase.LOAD, positions.control().views(), restore);
    }

    /** A retired view leaves a lane row at the lane's next fold; here it leaves at once. */
    static List<LaneRow> lanes(Positions positions, String generation) {
        return positions.lanes().stream()
                .map(row -> lane(row, positions.control(), generation))
                .toList();
    }

    /** The mark of an ended lane is removed and found again, because the rows of its child lanes may be missing here. */
    private static LaneRow lane(LaneRow row, ControlRow control, String generation) {
        Map<String, Position> views = new HashMap<>(row.views());
        views.keySet().removeIf(version -> control.views().get(version) == ViewStatus.RETIRED);
        Map<String, ViewCounts> counts = new HashMap<>(row.counts());
        counts.keySet().retainAll(views.keySet());
        return new LaneRow(
                row.lane(),
                1,
                row.last(),
                row.count(),
                row.maxArrivalMillis(),
                generation,
                views,
                counts,
                row.ancestors(),
                /* awaitsOverlap= */ true,
                /* ended= */ false,
                row.warmUps());
    }
}
