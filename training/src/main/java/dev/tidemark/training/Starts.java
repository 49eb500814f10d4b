package dev.tidemark.training;

import dev.tidemark.core.port.CheckpointStore;
import dev.tidemark.core.port.DamagedCheckpoint;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.replay.LaneStart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each lane is read from: the positions of the newest checkpoint before which nothing arrived that an answer could
 * hold. Only its positions are used, not its state, so this helps where no state from before is needed: not for lifetime
 * windows, and not for views that drop duplicates, which remember ids from the beginning on.
 */
final class Starts {

    private Starts() {}

    /** By lane id; a lane that is not named is read from its first record. */
    static Map<String, LaneStart> of(Plan plan, CheckpointStore checkpoints, String stream) {
        List<Target> targets = plan.targets().stream()
                .filter(target -> target.source().stream().equals(stream))
                .toList();
        if (targets.stream().anyMatch(target -> target.view().duplicates() != null)) {
            return Map.of();
        }
        long earliest = targets.stream().mapToLong(plan::earliestMillis).min().orElse(Long.MIN_VALUE);
        if (earliest == Long.MIN_VALUE) {
            return Map.of();
        }
        List<String> ids = new ArrayList<>(Waiting.on(checkpoints.list()));
        for (int i = ids.size() - 1; i >= 0; i--) {
            List<LaneRow> rows = rows(checkpoints, ids.get(i));
            // An event never happened after it arrived, so whatever arrived before then is too old for every window.
            if (!rows.isEmpty() && rows.stream().allMatch(row -> row.maxArrivalMillis() < earliest)) {
                return starts(rows, stream);
            }
        }
        return Map.of();
    }

    /** None if the checkpoint cannot be read: then an older one is taken, which only means reading more. */
    private static List<LaneRow> rows(CheckpointStore checkpoints, String id) {
        try {
            return Waiting.on(checkpoints.manifest(id)).positions().lanes();
        } catch (DamagedCheckpoint e) {
            return List.of();
        }
    }

    private static Map<String, LaneStart> starts(List<LaneRow> rows, String stream) {
        Map<String, LaneStart> starts = new HashMap<>();
        for (LaneRow row : rows) {
            if (row.lane().streamName().equals(stream)) {
                starts.put(row.lane().id(), LaneStart.of(row));
            }
        }
        return starts;
    }
}
