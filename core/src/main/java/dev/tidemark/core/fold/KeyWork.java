package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;

/** The halves of one key in one batch, of a view of pairs. */
final class KeyWork {

    final ItemKey item;
    final RowList rows = new RowList();

    KeyWork(ItemKey item) {
        this.item = item;
    }
}
