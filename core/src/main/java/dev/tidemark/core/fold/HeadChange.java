package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts one entity's events of one batch into its head, and first what goes below into its items (rules U1 to U3).
 *
 * <p>Example: the head holds as many tiles as it may, and the batch opens one more.
 *
 * <pre>{@code
 * head as cached          something goes below: read the head, strongly consistent (U2)
 * head as stored          spills tiles 5 to 40, of which the oldest are in one block and one hour
 * block, hour             put, each on its own mark (U3)
 * head                    put on the mark that was read
 * }</pre>
 */
final class HeadChange implements ItemChange, EntityState.Items {

    private final EntityWork work;
    private final FoldedEvents view;
    private final Position activatedAfter;
    private final long usefulMillis;
    private final ItemKey key;

    /** What the last {@link #next} sends below. */
    private final List<ItemWork> below = new ArrayList<>();

    /** Of the result of the last {@link #next}. */
    private long lastUseMillis = Long.MAX_VALUE;

    /** The row that is being folded. */
    private int row;

    /** @param usefulMillis a moment at which the head is still needed, whatever its tiles */
    HeadChange(EntityWork work, FoldedEvents view, Position activatedAfter, long usefulMillis) {
        this.work = work;
        this.view = view;
        this.activatedAfter = activatedAfter;
        this.usefulMillis = usefulMillis;
        this.key = work.headKey();
    }

    @Override
    public ItemKey key() {
        return key;
    }

    @Override
    public @Nullable StoredItem next(@Nullable StoredItem base) {
        below.clear();
        EntityState state = new EntityState(view.view(), shardId(), base);
        Position before = state.mark();
        for (int i = 0; i < work.headRows.size() && work.headRows.get(i) < work.limit(); i++) {
            row = work.headRows.get(i);
            if (!view.isDropped(row)) {
                state.add(view.row(row), view.filterBits(row), this);
            }
        }
        if (state.mark().equals(before)) {
            return null;
        }
        lastUseMillis = state.lastUseMillis();
        return state.stored(usefulMillis);
    }

    /** Whether no question can ask for anything in the head that was put, such as after a redrive of old records. */
    boolean isUseless(long nowMillis) {
        return lastUseMillis < nowMillis;
    }

    private String shardId() {
        return view.row(work.headRows.first()).shardId();
    }

    @Override
    public List<TileChange> before() {
        return below.stream()
                .map(item -> new TileChange(item, view, activatedAfter))
                .toList();
    }

    @Override
    public void event(int rung, long tile, EventRow event, long filterBits, long open) {
        sendBelow(rung, tile, null, open);
    }

    @Override
    public void tile(int rung, long tile, byte[] encoded, EventRow event, long open) {
        sendBelow(rung, tile, encoded, open);
    }

    private void sendBelow(int rung, long tile, byte @Nullable [] encoded, long open) {
        work.itemOf(below, rung, tile).add(row, new ItemWork.FromHead(tile, encoded, open));
    }
}
