package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one batch puts into one item of a width: its events, or below a head what the head gives up and late events. */
final class ItemWork {

    final EntityWork entity;
    final TileWidth width;
    final ItemKey key;

    /** The events, or those at which the head gave something up. */
    final RowList rows = new RowList();

    /** By place in {@link #rows}, what else there is to know; null if the item is not below a head. */
    private final @Nullable List<FromHead> fromHead;

    /**
     * What an event makes go below the head.
     *
     * @param tile of the item's width
     * @param encoded a tile's bytes; null for the event itself, which is late
     * @param open the head's oldest tile then
     */
    @SuppressWarnings("ArrayRecordComponent") // Bytes on their way into an item; never compared.
    record FromHead(long tile, byte @Nullable [] encoded, long open) {}

    ItemWork(EntityWork entity, TileWidth width, ItemKey key, boolean belowHead) {
        this.entity = entity;
        this.width = width;
        this.key = key;
        this.fromHead = belowHead ? new ArrayList<>() : null;
    }

    void add(int row, FromHead what) {
        rows.add(row);
        if (fromHead == null) {
            throw new IllegalStateException("item " + key.sortKey() + " is not below a head");
        }
        fromHead.add(what);
    }

    @Nullable
    FromHead fromHead(int place) {
        return fromHead == null ? null : fromHead.get(place);
    }

    /** The lowest row: what this item holds up if it fails (rule F6). */
    int firstRow() {
        return rows.first();
    }
}
