package dev.tidemark.core.checkpoint;

import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.HeadState;
import dev.tidemark.core.tile.ItemKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which items belong to a checkpoint: those of the (view version, lane) pairs in its lane rows, and no others (rule
 * R1). An item of another lane, or of a view that its lane does not fold yet, holds records without a position from
 * which a replay could continue.
 */
final class CheckpointItems {

    private static final String BACKFILL = "bf#";

    private final Positions positions;
    private final Map<String, LaneRow> lanes;

    CheckpointItems(Positions positions) {
        this.positions = positions;
        this.lanes = positions.lanesById();
    }

    boolean contains(Found found) {
        return belongs(found.key()) && !isExpired(found);
    }

    private boolean belongs(ItemKey key) {
        if (!key.isLive() && !isCompleteBackfill(key)) {
            return false;
        }
        LaneRow row = lanes.get(liveLane(key));
        return row != null && row.views().containsKey(key.viewVersion()) && status(key) != ViewStatus.RETIRED;
    }

    private @Nullable ViewStatus status(ItemKey key) {
        return positions.control().views().get(key.viewVersion());
    }

    /** An incomplete backfill is repeated, and redriven records are folded again from their manifests. */
    private boolean isCompleteBackfill(ItemKey key) {
        ViewStatus status = status(key);
        return key.lane().startsWith(BACKFILL) && status != null && status.isComplete();
    }

    /** DynamoDB may delete such an item at any moment, so no answer depends on it. */
    private boolean isExpired(Found found) {
        long expiresAtSeconds = found.item().expiresAtSeconds();
        return expiresAtSeconds != 0 && expiresAtSeconds * 1000 < positions.timeMillis();
    }

    /**
     * Whether ids advanced after the positions: then they may have forgotten events that a replay meets again, and only
     * tiles read after the ids are sure to hold these (rule T3).
     */
    boolean mayHaveForgotten(Found found) {
        return found.key().isIds() && found.key().isLive() && isAfterPositions(found);
    }

    /**
     * Whether halves that advanced after the positions may have forgotten what a replay from there needs (rule J3). Then
     * nothing helps: which tiles their pairs went into is forgotten too.
     */
    boolean hasForgotten(Found found) {
        LaneRow row = lanes.get(found.key().lane());
        return found.key().isPair()
                && row != null
                && isAfterPositions(found)
                && Halves.answersSinceMillis(found.item().body()) > row.maxArrivalMillis() - Halves.REGRESS_MILLIS;
    }

    private boolean isAfterPositions(Found found) {
        return isAfterPositions(found.key(), found.item().mark());
    }

    /**
     * Whether a head sent something below after the positions: then only items below that are read after the head are sure
     * to hold it (rule U6), and a replay from the positions will not send it again.
     */
    boolean isTorn(Found found) {
        return found.key().isHead()
                && found.key().isLive()
                && isAfterPositions(found.key(), HeadState.belowOf(found.item().body()));
    }

    private boolean isAfterPositions(ItemKey key, Position position) {
        @Nullable LaneRow row = lanes.get(key.lane());
        return row != null && position.isAfter(row.last());
    }

    /** The id of the lane whose records an item holds. */
    static String liveLane(ItemKey key) {
        return key.lane().substring(key.lane().lastIndexOf('#') + 1);
    }

    static void collect(Map<String, Position> marks, Found found) {
        marks.merge(liveLane(found.key()), found.item().mark(), Position::max);
    }
}
