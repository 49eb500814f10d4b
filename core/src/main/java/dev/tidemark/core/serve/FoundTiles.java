package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
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
    private final Map<TileWidth, NavigableMap<Long, List<List<State>>>> byWidth = new HashMap<>();

    FoundTiles(TileLayout layout) {
        this.layout = layout;
    }

    /** Adds one lane's tile; {@code states} stand in the order of the layout and are never changed. */
    void add(TileWidth width, long tile, List<State> states) {
        byWidth.computeIfAbsent(width, key -> new TreeMap<>())
                .computeIfAbsent(tile, key -> new ArrayList<>(1))
                .add(states);
    }

    /** The tiles of a range in time order; per tile, the states of each lane. */
    SortedMap<Long, List<List<State>>> in(TileRange range) {
        NavigableMap<Long, List<List<State>>> tiles = byWidth.get(range.width());
        return tiles == null ? new TreeMap<>() : tiles.subMap(range.firstTile(), range.endTile());
    }

    StateType type(int layoutIndex) {
        return layout.entries().get(layoutIndex).type();
    }

    int layoutSize() {
        return layout.entries().size();
    }
}
