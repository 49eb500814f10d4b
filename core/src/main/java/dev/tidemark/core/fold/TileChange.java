package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.Expiry;
import org.jspecify.annotations.Nullable;

/**
 * Puts events of one batch, or tiles that a head gives up, into the tiles of one block (rule F4): those after the item's
 * mark and the view's {@code activatedAfter}, in order, without duplicates.
 *
 * <p>Example: the batch has the entity's events at positions 4, 6 and 9 of this block, and 9 is a duplicate.
 *
 * <pre>{@code
 * stored item     folded in   written
 * none            4, 6        mark 6, on absence
 * mark 4          6           mark 6, on mark 4
 * mark 6          nothing     nothing: an earlier delivery did it
 * }</pre>
 *
 * The mark is 6 and not 9, wherever the batch ends, so each delivery makes the same item.
 */
final class TileChange implements ItemChange {

    private final ItemWork work;
    private final FoldedEvents view;
    private final Position activatedAfter;
    private final long expiresAtSeconds;

    TileChange(ItemWork work, FoldedEvents view, Position activatedAfter) {
        this.work = work;
        this.view = view;
        this.activatedAfter = activatedAfter;
        this.expiresAtSeconds = Expiry.ofBlockSeconds(view.view(), work.width, work.key.block());
    }

    @Override
    public ItemKey key() {
        return work.key;
    }

    @Override
    public boolean isExpired(long nowMillis) {
        return expiresAtSeconds != 0 && expiresAtSeconds * 1000 < nowMillis + EXPIRY_MARGIN_MILLIS;
    }

    @Override
    public @Nullable StoredItem next(@Nullable StoredItem base) {
        Position floor = base == null ? activatedAfter : Position.max(activatedAfter, base.mark());
        int last = lastCounted();
        if (last < 0 || !position(last).isAfter(floor)) {
            return null;
        }
        ItemState state = state(base);
        for (int i = 0; i <= last; i++) {
            int index = work.rows.get(i);
            if (!view.isDropped(index) && position(i).isAfter(floor)) {
                add(state, i, index);
            }
        }
        return new StoredItem(position(last), state.encode(), expiresAtSeconds);
    }

    private void add(ItemState state, int place, int index) {
        EventRow row = view.row(index);
        ItemWork.FromHead fromHead = work.fromHead(place);
        if (fromHead != null) {
            state.setOpen(fromHead.open());
        }
        if (fromHead != null && fromHead.encoded() != null) {
            state.merge(fromHead.tile(), fromHead.encoded());
        } else {
            state.add(work.width.tileOf(row.eventTimeMillis()), row, view.filterBits(index));
        }
    }

    /**
     * The index of the last event that counts and may be folded now; -1 if there is none. It gives the mark, so the
     * mark does not depend on where a batch ends, not even a batch of duplicates.
     */
    private int lastCounted() {
        int last = work.rows.size() - 1;
        while (last >= 0 && (work.rows.get(last) >= work.entity.limit() || view.isDropped(work.rows.get(last)))) {
            last--;
        }
        return last;
    }

    private Position position(int place) {
        return view.row(work.rows.get(place)).position();
    }

    private ItemState state(@Nullable StoredItem base) {
        TileLayout layout = view.view().layout();
        long block = work.key.block();
        String shardId = view.row(work.firstRow()).shardId();
        return base == null
                ? ItemState.empty(layout, work.width, block, shardId)
                : ItemState.decode(layout, work.width, block, shardId, base.body());
    }
}
