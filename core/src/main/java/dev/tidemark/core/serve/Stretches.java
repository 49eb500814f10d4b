package dev.tidemark.core.serve;

import dev.tidemark.core.tile.MergedTiles;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.window.TileRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of one width, merged as far as windows want them. Windows overlap, so the ends of their ranges cut the width
 * into stretches: a tile is merged into its stretch once, and a window is the sum of a few stretches.
 *
 * <pre>{@code
 * 1h         |============================|
 * 30m                       |=============|
 * 5m                                  |===|
 * stretches  |      1       |    2    | 3 |
 * }</pre>
 *
 * Not thread-safe.
 */
final class Stretches implements MergedTiles.Targets {

    private final TileLayout layout;
    private final List<Stretch> stretches = new ArrayList<>();
    private final List<Consumer<MergedTiles.Targets>> sources = new ArrayList<>();

    /** Found last, and mostly looked for next. */
    private @Nullable Stretch last;

    private boolean isSliced;

    /**
     * What a window wants.
     *
     * @param states indexes of the layout's entries
     */
    record Wanted(TileRange range, BitSet states) {}

    /** Tiles that lie side by side and are in the same windows. */
    static final class Stretch {

        private final long first;
        private final long end;
        private final BitSet states;
        private final MergedTiles merged;

        /** The tiles there are, counted from the first. */
        private final BitSet there = new BitSet();

        private final TreeMap<Long, MergedTiles> slices = new TreeMap<>();

        private Stretch(TileLayout layout, long first, long end, BitSet states) {
            this.first = first;
            this.end = end;
            this.states = states;
            this.merged = new MergedTiles(layout, states);
        }

        private boolean has(long tile) {
            return tile >= first && tile < end;
        }

        /** All tiles; they must not be changed. */
        MergedTiles merged() {
            return merged;
        }

        /** How many tiles there are, those of all lanes counted as one. */
        int tileCount() {
            return there.cardinality();
        }

        /** Each tile, by number, after {@link Stretches#slice}. */
        NavigableMap<Long, MergedTiles> slices() {
            return slices;
        }
    }

    /** @param wanted at least one, all of one width */
    Stretches(TileLayout layout, List<Wanted> wanted) {
        this.layout = layout;
        TreeSet<Long> cuts = new TreeSet<>();
        for (Wanted one : wanted) {
            cuts.add(one.range.firstTile());
            cuts.add(one.range.endTile());
        }
        long first = cuts.first();
        for (long end : cuts.tailSet(first, false)) {
            BitSet states = new BitSet();
            for (Wanted one : wanted) {
                if (one.range.firstTile() <= first && end <= one.range.endTile()) {
                    states.or(one.states);
                }
            }
            if (!states.isEmpty()) {
                stretches.add(new Stretch(layout, first, end, states));
            }
            first = end;
        }
    }

    /**
     * Merges tiles from one source.
     *
     * @param source merges its tiles into what the targets tell, and does so again if asked again
     */
    void add(Consumer<MergedTiles.Targets> source) {
        source.accept(this);
        sources.add(source);
    }

    /** Merges tiles by their numbers; they must not be changed any more. */
    void add(NavigableMap<Long, Tile> tiles) {
        add(targets -> stretches.forEach(
                stretch -> tiles.subMap(stretch.first, stretch.end).forEach(targets::merge)));
    }

    /** Merges all tiles again, each apart. */
    void slice() {
        if (!isSliced) {
            isSliced = true;
            sources.forEach(source -> source.accept(this::slice));
        }
    }

    /** The stretches of a wanted range, oldest first. */
    List<Stretch> in(TileRange range) {
        List<Stretch> found = new ArrayList<>();
        for (Stretch stretch : stretches) {
            if (range.firstTile() <= stretch.first && stretch.end <= range.endTile()) {
                found.add(stretch);
            }
        }
        return found;
    }

    @Override
    public @Nullable MergedTiles of(long tile) {
        Stretch stretch = find(tile);
        if (stretch == null) {
            return null;
        }
        stretch.there.set((int) (tile - stretch.first));
        return stretch.merged;
    }

    private @Nullable MergedTiles slice(long tile) {
        Stretch stretch = find(tile);
        return stretch == null
                ? null
                : stretch.slices.computeIfAbsent(tile, created -> new MergedTiles(layout, stretch.states));
    }

    private @Nullable Stretch find(long tile) {
        if (last == null || !last.has(tile)) {
            last = null;
            for (Stretch stretch : stretches) {
                if (stretch.has(tile)) {
                    last = stretch;
                }
            }
        }
        return last;
    }
}
