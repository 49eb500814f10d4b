package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.Arrays;

/** The events of one batch that go into one item, as row numbers in batch order. */
final class ItemWork {

    final EntityWork entity;
    final int rung;
    final TileWidth width;
    final ItemKey key;
    private int[] rows = new int[4];
    private int size;

    /** @param rung the index of the width in the view's ladder */
    ItemWork(EntityWork entity, View view, int rung, ItemKey key) {
        this.entity = entity;
        this.rung = rung;
        this.width = view.ladder().widths().get(rung);
        this.key = key;
    }

    void add(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, 2 * size);
        }
        rows[size++] = row;
    }

    int size() {
        return size;
    }

    int row(int index) {
        return rows[index];
    }

    /** The lowest row: what this item holds up if it fails (rule F6). */
    int firstRow() {
        return rows[0];
    }
}
