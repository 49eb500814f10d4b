package dev.tidemark.core.past;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.Map;

/**
 * What an answer was computed from, according to itself.
 *
 * @param catalogHash of the catalog that answered
 * @param viewVersion the version that answered
 * @param entity the entity's canonical text
 * @param atMillis the moment asked about, milliseconds since the epoch
 * @param names the values to compute: those that the answer has
 * @param lanes by lane id: everything up to this position is contained, unless {@code ahead} says otherwise
 * @param ahead by item (width, block and lane): it holds its lane's events up to this position
 * @param untilAt whether only events up to {@code atMillis} are in, as in an answer as known now
 */
public record Receipt(
        String catalogHash,
        String viewVersion,
        String entity,
        long atMillis,
        List<String> names,
        Map<String, Position> lanes,
        Map<String, Position> ahead,
        boolean untilAt) {

    public Receipt {
        names = List.copyOf(names);
        lanes = Map.copyOf(lanes);
        ahead = Map.copyOf(ahead);
    }

    /**
     * The position up to which an item is in the answer; {@link Position#ORIGIN} if it is not. A complete backfill is
     * contained entirely, and its items are not listed.
     */
    Position limitOf(String sortKey, String laneId) {
        Position mark = ahead.get(sortKey);
        if (mark != null) {
            return mark;
        }
        String lane = Lane.isBackfill(laneId) ? Lane.liveOf(laneId) : laneId;
        return lanes.getOrDefault(lane, Position.ORIGIN);
    }
}
