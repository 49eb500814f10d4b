package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** The tiles of one entity that the reads found, by width and index; those of several lanes side by side. */
final class FoundTiles {

    private final TileLayout layout;
    private final Map<TileWidth, NavigableMap<Long, List<Tile>>> byWidth = new HashMap<>();

    FoundTiles(TileLayout layout) {
        this.layout = layout;
    }

    /** Adds one lane's tile, which is never changed from now on. */
    void add(TileWidth width, long index, Tile tile) {
        byWidth.computeIfAbsent(width, key -> new TreeMap<>())
                .computeIfAbsent(index, key -> new ArrayList<>(1))
                .add(tile);
    }

    /** The one tile of this index, which may be added to; a new one if there is none yet. */
    Tile own(TileWidth width, long index) {
        return byWidth.computeIfAbsent(width, key -> new TreeMap<>())
                .computeIfAbsent(index, key -> List.of(Tile.empty(layout)))
                .get(0);
    }

    /** Removes what lies before a tile. */
    void dropBefore(TileWidth width, long index) {
        NavigableMap<Long, List<Tile>> tiles = byWidth.get(width);
        if (tiles != null) {
            tiles.headMap(index, false).clear();
        }
    }

    void clear() {
        byWidth.clear();
    }

    /** The tiles of a range in time order, by index; each as its lanes have it. */
    SortedMap<Long, List<Tile>> in(TileRange range) {
        NavigableMap<Long, List<Tile>> tiles = byWidth.get(range.width());
        return tiles == null ? new TreeMap<>() : tiles.subMap(range.firstTile(), range.endTile());
    }

    StateType type(int layoutIndex) {
        return layout.entries().get(layoutIndex).type();
    }

    int layoutSize() {
        return layout.entries().size();
    }
}
