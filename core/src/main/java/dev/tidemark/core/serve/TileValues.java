package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.TileStates;
import dev.tidemark.core.tile.MergedTiles;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The values of one entity at a moment, from its tiles: first all are added, then values computed. Not thread-safe. */
final class TileValues {

    /** A count of all events of the view, which views keep where a feature needs it. */
    private static final Computation COUNT =
            AggregateFunctions.find("count").orElseThrow().bind(FieldInput.NONE, Map.of());

    private static final TileLayout.Entry EVERY_EVENT =
            new TileLayout.Entry(COUNT.states().get(0), TileLayout.NO_FILTER);

    private final TileLayout layout;
    private final long atMillis;

    /** Where {@link #EVERY_EVENT} is in the layout; negative if it is not. */
    private final int everyEvent;

    private final Map<TileWidth, Stretches> widths = new HashMap<>();
    private final Map<Window, OfWindow> windows = new HashMap<>();

    /**
     * @param covers the tiles of each window of the features
     * @param features what will be computed
     */
    TileValues(TileLayout layout, long atMillis, Map<Window, Cover> covers, Collection<View.Feature> features) {
        this.layout = layout;
        this.atMillis = atMillis;
        this.everyEvent = layout.entries().indexOf(EVERY_EVENT);
        covers.forEach((window, cover) -> windows.put(window, new OfWindow(cover)));
        features.forEach(feature -> feature.states().forEach(of(feature.window()).wanted::set));
        Map<TileWidth, List<Stretches.Wanted>> wanted = new HashMap<>();
        for (OfWindow window : windows.values()) {
            for (TileRange range : window.cover.ranges()) {
                wanted.computeIfAbsent(range.width(), width -> new ArrayList<>())
                        .add(new Stretches.Wanted(range, window.wanted));
            }
        }
        wanted.forEach((width, ranges) -> widths.put(width, new Stretches(layout, ranges)));
    }

    /** Adds tiles of one width, see {@link Stretches#add(Consumer)}. */
    void add(TileWidth width, Consumer<MergedTiles.Targets> source) {
        Stretches stretches = widths.get(width);
        if (stretches != null) {
            stretches.add(source);
        }
    }

    /** Adds tiles of one width by their numbers; they must not be changed any more. */
    void add(TileWidth width, NavigableMap<Long, Tile> tiles) {
        Stretches stretches = widths.get(width);
        if (stretches != null) {
            stretches.add(tiles);
        }
    }

    /** How many tiles of a range of a cover there are, those of all lanes counted as one. */
    int tileCount(TileRange range) {
        int count = 0;
        for (Stretches.Stretch stretch : stretches(range)) {
            count += stretch.tileCount();
        }
        return count;
    }

    /** How many events the window has; null if the view keeps no count of all its events. */
    @Nullable
    Object eventCount(Window window) {
        return everyEvent < 0 ? null : COUNT.value(states(window, List.of(everyEvent)));
    }

    /**
     * Computes values.
     *
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
        return new Projection(of(window), layoutIndexes, atMillis);
    }

    private OfWindow of(Window window) {
        OfWindow of = windows.get(window);
        if (of == null) {
            throw new IllegalStateException("no cover of window " + window.text() + " in the plan");
        }
        return of;
    }

    private List<Stretches.Stretch> stretches(TileRange range) {
        Stretches stretches = widths.get(range.width());
        if (stretches == null) {
            throw new IllegalStateException(
                    "no window has tiles of width " + range.width().code());
        }
        return stretches.in(range);
    }

    /** One window. Its states are merged on first use and then shared by every feature that uses them. */
    private final class OfWindow {

        private final Cover cover;

        /** Indexes of the layout's entries. */
        private final BitSet wanted = new BitSet();

        private @Nullable MergedTiles merged;

        OfWindow(Cover cover) {
            this.cover = cover;
            if (everyEvent >= 0) {
                wanted.set(everyEvent);
            }
        }

        MergedTiles merged() {
            MergedTiles known = merged;
            if (known == null) {
                known = new MergedTiles(layout, wanted);
                for (TileRange range : cover.ranges()) {
                    for (Stretches.Stretch stretch : stretches(range)) {
                        known.merge(stretch.merged());
                    }
                }
                merged = known;
            }
            return known;
        }

        List<TileStates.Slice> slices(List<Integer> layoutIndexes) {
            widths.values().forEach(Stretches::slice);
            List<TileStates.Slice> slices = new ArrayList<>();
            for (TileRange range : cover.ranges()) {
                for (Stretches.Stretch stretch : stretches(range)) {
                    stretch.slices().forEach((tile, merged) -> {
                        List<State> states =
                                layoutIndexes.stream().map(merged::state).toList();
                        if (!states.stream().allMatch(State::isEmpty)) {
                            slices.add(new OneTile(range.width(), tile, states));
                        }
                    });
                }
            }
            return slices;
        }
    }

    private record Projection(OfWindow window, List<Integer> layoutIndexes, long atMillis) implements TileStates {

        @Override
        public State merged(int state) {
            return window.merged().state(layoutIndexes.get(state));
        }

        @Override
        public List<Slice> slices() {
            return window.slices(layoutIndexes);
        }
    }

    private record OneTile(TileWidth width, long index, List<State> states) implements TileStates.Slice {

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
