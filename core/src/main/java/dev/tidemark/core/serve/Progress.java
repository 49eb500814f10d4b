package dev.tidemark.core.serve;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The control row and all lane rows, read at one time. Rows read earlier are a safe lower bound later: positions only
 * grow.
 *
 * @param control null until something is folded
 * @param lanes sorted by lane id
 */
public record Progress(@Nullable ControlRow control, List<LaneRow> lanes) {

    public Progress {
        lanes = lanes.stream()
                .sorted((a, b) -> a.lane().id().compareTo(b.lane().id()))
                .toList();
    }
}
