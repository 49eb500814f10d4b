package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.TileStates;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of one entity and their values at a moment. Tiles are kept by width and index, those of several lanes side
 * by side. Not thread-safe.
 */
final class TileValues {

    private final TileLayout layout;
    private final Map<TileWidth, NavigableMap<Long, List<Tile>>> byWidth = new HashMap<>();

    TileValues(TileLayout layout) {
        this.layout = layout;
    }

    /** Adds one lane's tile, which must not change any more. */
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

    /** Removes all tiles before this one. */
    void dropBefore(TileWidth width, long index) {
        NavigableMap<Long, List<Tile>> tiles = byWidth.get(width);
        if (tiles != null) {
            tiles.headMap(index, false).clear();
        }
    }

    void clear() {
        byWidth.clear();
    }

    /** The tiles of a range in time order, by index, lane by lane. */
    SortedMap<Long, List<Tile>> in(TileRange range) {
        NavigableMap<Long, List<Tile>> tiles = byWidth.get(range.width());
        return tiles == null ? new TreeMap<>() : tiles.subMap(range.firstTile(), range.endTile());
    }

    /**
     * Computes the values at a moment. It merges states once, so it must not be used after a tile has changed.
     *
     * @param covers the tiles of each window that will be computed
     */
    Moment at(long atMillis, Map<Window, Cover> covers) {
        return new Moment(atMillis, covers);
    }

    private State empty(int layoutIndex) {
        return layout.entries().get(layoutIndex).type().create();
    }

    private State acrossLanes(List<Tile> lanes, int layoutIndex) {
        if (lanes.size() == 1) {
            return lanes.get(0).state(layoutIndex);
        }
        State state = empty(layoutIndex);
        lanes.forEach(lane -> state.merge(lane.state(layoutIndex)));
        return state;
    }

    /** The tiles' values at one moment. */
    final class Moment {

        private final long atMillis;
        private final Map<Window, Cover> covers;
        private final Map<Window, OfWindow> windows = new HashMap<>();

        private Moment(long atMillis, Map<Window, Cover> covers) {
            this.atMillis = atMillis;
            this.covers = covers;
        }

        /**
         * @param names the wanted values; null for those that the next two do not compute
         * @param features to compute for them
         * @param derived to compute for them, each after those it uses
         * @param approximations receives the wanted values that may be inexact
         * @return the wanted values in order
         */
        Map<String, @Nullable Object> compute(
                Collection<String> names,
                List<View.Feature> features,
                List<View.Derived> derived,
                Map<String, Approximation> approximations) {
            Map<String, @Nullable Object> computed = new HashMap<>();
            for (View.Feature feature : features) {
                TileStates states = states(feature.window(), feature.states());
                computed.put(feature.name(), feature.computation().value(states));
                Approximation approximation = feature.computation().approximation(states);
                if (approximation != null && names.contains(feature.name())) {
                    approximations.put(feature.name(), approximation);
                }
            }
            for (View.Derived one : derived) {
                computed.put(one.name(), one.expression().evaluate(computed));
            }
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            names.forEach(name -> values.put(name, computed.get(name)));
            return values;
        }

        /** A window as one computation sees it: its state {@code i} is the layout's {@code layoutIndexes.get(i)}. */
        TileStates states(Window window, List<Integer> layoutIndexes) {
            return new Projection(windows.computeIfAbsent(window, this::window), layoutIndexes, atMillis);
        }

        private OfWindow window(Window window) {
            Cover cover = covers.get(window);
            if (cover == null) {
                throw new IllegalStateException("no cover of window " + window.text() + " in the plan");
            }
            return new OfWindow(cover);
        }
    }

    /**
     * The tiles of one window. States are merged on first use and then shared by every feature of the window that uses
     * them. The tiles themselves are never changed, since several windows share them.
     */
    private final class OfWindow {

        private final Cover cover;
        private final @Nullable State[] merged = new State[layout.entries().size()];

        OfWindow(Cover cover) {
            this.cover = cover;
        }

        State merged(int layoutIndex) {
            State state = merged[layoutIndex];
            if (state == null) {
                state = empty(layoutIndex);
                for (TileRange range : cover.ranges()) {
                    for (List<Tile> lanes : in(range).values()) {
                        for (Tile lane : lanes) {
                            state.merge(lane.state(layoutIndex));
                        }
                    }
                }
                merged[layoutIndex] = state;
            }
            return state;
        }

        List<TileStates.Slice> slices(List<Integer> layoutIndexes) {
            List<TileStates.Slice> slices = new ArrayList<>();
            for (TileRange range : cover.ranges()) {
                in(range).forEach((tile, lanes) -> {
                    List<State> states = layoutIndexes.stream()
                            .map(index -> acrossLanes(lanes, index))
                            .toList();
                    if (!states.stream().allMatch(State::isEmpty)) {
                        slices.add(new MergedTile(range.width(), tile, states));
                    }
                });
            }
            return slices;
        }
    }

    private record Projection(OfWindow window, List<Integer> layoutIndexes, long atMillis) implements TileStates {

        @Override
        public State merged(int state) {
            return window.merged(layoutIndexes.get(state));
        }

        @Override
        public List<Slice> slices() {
            return window.slices(layoutIndexes);
        }
    }

    private record MergedTile(TileWidth width, long index, List<State> states) implements TileStates.Slice {

        @Override
        public long startMillis() {
            return width.tileStartMillis(index);
        }

        @Override
        public long endMillis() {
            return width.tileEndMillis(index);
        }

        @Override
        public State state(int state) {
            return states.get(state);
        }
    }
}
