package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of one entity in one batch: their items, and the events with an id, as row numbers in order. */
final class EntityWork {

    private static final int[] NONE = {};

    private final ArrayList<ItemWork> items;
    private @Nullable ItemKey idsKey;
    private int[] rows = NONE;
    private int size;
    private int limit = Integer.MAX_VALUE;

    EntityWork(int widths) {
        items = new ArrayList<>(widths);
    }

    List<ItemWork> items() {
        return items;
    }

    /** Adds an event that has an id, of a view that drops duplicates. */
    void addWithId(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, Math.max(4, 2 * size));
        }
        rows[size++] = row;
    }

    /** Whether the items have to wait for the entity's ids. */
    boolean hasIds() {
        return size > 0;
    }

    int size() {
        return size;
    }

    int row(int place) {
        return rows[place];
    }

    ItemKey idsKey() {
        ItemKey key = idsKey;
        if (key == null) {
            ItemKey item = items.get(0).key;
            key = ItemKey.ids(item.viewVersion(), item.entity(), item.lane());
            idsKey = key;
        }
        return key;
    }

    /** The row before which the items may be written now. */
    int limit() {
        return limit;
    }

    void limit(int row) {
        limit = row;
    }

    /** The first row held up if nothing of this entity can be folded (rule F6). */
    int firstRow() {
        return items.stream().mapToInt(ItemWork::firstRow).min().orElseThrow();
    }
}
