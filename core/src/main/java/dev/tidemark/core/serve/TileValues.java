package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.aggregate.TileStates;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Window;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The way from tiles to values at one moment, wherever the tiles come from. Used once. */
final class TileValues {

    private final FoundTiles tiles;
    private final Map<Window, Cover> covers;
    private final long atMillis;
    private final Map<Window, WindowTiles> windows = new HashMap<>();

    TileValues(FoundTiles tiles, Map<Window, Cover> covers, long atMillis) {
        this.tiles = tiles;
        this.covers = covers;
        this.atMillis = atMillis;
    }

    /**
     * @param names the values wanted; null stands for those that cannot be computed from what follows
     * @param features what has to be computed for them
     * @param derived likewise, each after those it uses
     * @param approximations takes those of the wanted values that may be inexact
     * @return the wanted values in their order
     */
    Map<String, @Nullable Object> compute(
            Collection<String> names,
            List<View.Feature> features,
            List<View.Derived> derived,
            Map<String, Approximation> approximations) {
        Map<String, @Nullable Object> computed = new HashMap<>();
        for (View.Feature feature : features) {
            TileStates states = window(feature.window()).states(feature.states());
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

    WindowTiles window(Window window) {
        return windows.computeIfAbsent(window, key -> new WindowTiles(tiles, cover(key), atMillis));
    }

    private Cover cover(Window window) {
        Cover cover = covers.get(window);
        if (cover == null) {
            throw new IllegalStateException("no cover of window " + window.text() + " in the plan");
        }
        return cover;
    }
}
