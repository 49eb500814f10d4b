package dev.tidemark.core.fold;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of one entity in one batch. */
final class EntityWork {

    private final View view;
    private final String entity;
    private final String laneId;
    private final List<ItemWork> items = new ArrayList<>(4);
    private @Nullable ItemKey idsKey;
    private int limit = Integer.MAX_VALUE;

    /** The events that go into the entity's head; none if the view has no heads. */
    final RowList headRows = new RowList();

    /** The events with an id, of a view that drops duplicates. */
    final RowList idRows = new RowList();

    EntityWork(View view, String entity, String laneId) {
        this.view = view;
        this.entity = entity;
        this.laneId = laneId;
    }

    /** The items of widths that the events go into; none if the view has heads. */
    List<ItemWork> items() {
        return items;
    }

    /**
     * The item that a tile belongs to, created if need be. An entity mostly has one per width in a batch, so searching a
     * list is faster than a map.
     *
     * @param known of this entity; a new one is added
     * @param tile of the rung's width
     */
    ItemWork itemOf(List<ItemWork> known, int rung, long tile) {
        TileWidth width = view.ladder().widths().get(rung);
        long block = width.blockOf(tile);
        for (int i = known.size() - 1; i >= 0; i--) {
            ItemWork item = known.get(i);
            if (item.key.block() == block && item.width.equals(width)) {
                return item;
            }
        }
        ItemKey key = new ItemKey(view.version(), entity, width.code(), block, laneId);
        ItemWork item = new ItemWork(this, width, key, view.head() != null);
        known.add(item);
        return item;
    }

    /**
     * Puts an event into an item of every width.
     *
     * @param created gets the items that are new
     */
    void addToItems(int place, EventRow row, List<ItemWork> created) {
        List<TileWidth> widths = view.ladder().widths();
        for (int rung = 0; rung < widths.size(); rung++) {
            int known = items.size();
            ItemWork item = itemOf(items, rung, widths.get(rung).tileOf(row.eventTimeMillis()));
            if (items.size() > known) {
                created.add(item);
            }
            item.rows.add(place);
        }
    }

    /** Whether tiles have to wait for the entity's ids. */
    boolean hasIds() {
        return !idRows.isEmpty();
    }

    ItemKey idsKey() {
        ItemKey key = idsKey;
        if (key == null) {
            key = ItemKey.ids(view.version(), entity, laneId);
            idsKey = key;
        }
        return key;
    }

    ItemKey headKey() {
        return ItemKey.head(view.version(), entity, laneId);
    }

    /** The row before which tiles may be written now. */
    int limit() {
        return limit;
    }

    void limit(int row) {
        limit = row;
    }

    /** The first row held up if nothing of this entity can be folded (rule F6). */
    int firstRow() {
        return headRows.isEmpty()
                ? items.stream().mapToInt(ItemWork::firstRow).min().orElseThrow()
                : headRows.first();
    }
}
