package dev.tidemark.core.checkpoint;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.stream.Position;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The latest arrivals of the records in a checkpoint, as a pure function (rule C2). */
final class AsOf {

    /** How much Kinesis's clock may be ahead of ours. */
    private static final long CLOCKS_APART_MILLIS = 60_000;

    private AsOf() {}

    /**
     * @param marks lane id to the highest mark of the lane's items
     * @param later the lane rows as read after the scan
     * @param nowMillis after the scan
     * @return lane id to an upper bound
     */
    static Map<String, Long> of(
            Positions positions, Map<String, Position> marks, Map<String, LaneRow> later, long nowMillis) {
        Map<String, Long> asOfMillis = new HashMap<>();
        for (LaneRow row : positions.lanes()) {
            String lane = row.lane().id();
            Position mark = marks.getOrDefault(lane, Position.ORIGIN);
            asOfMillis.put(lane, bound(row, mark, later.get(lane), nowMillis));
        }
        return asOfMillis;
    }

    /** Items run ahead of their lane row, so a mark after the row says nothing about arrivals until a row reaches it. */
    private static long bound(LaneRow row, Position mark, @Nullable LaneRow later, long nowMillis) {
        if (!mark.isAfter(row.last())) {
            return row.maxArrivalMillis();
        }
        return later != null && !mark.isAfter(later.last())
                ? later.maxArrivalMillis()
                : Math.max(row.maxArrivalMillis(), nowMillis + CLOCKS_APART_MILLIS);
    }
}
