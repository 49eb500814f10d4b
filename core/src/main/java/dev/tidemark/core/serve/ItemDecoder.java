package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.window.TileWidth;
import java.util.List;

/** Reads the tiles out of a stored item. */
interface ItemDecoder {

    void decode(TileLayout layout, TileWidth width, ItemKey key, StoredItem item, TileSink sink);

    /** Takes one tile; its states in the layout's order. */
    @FunctionalInterface
    interface TileSink {
        void tile(long tile, List<State> states);
    }
}
