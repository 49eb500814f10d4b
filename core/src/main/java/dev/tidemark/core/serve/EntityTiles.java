package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.TileWidth;
import dev.tidemark.core.window.Window;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of one entity, built in memory, with values at ever later moments. So a replay answers many questions about
 * one entity and adds each event once. The values are computed like an answer's.
 *
 * <p>For each moment: {@link #advanceTo}, {@link #add} the events that are known by then and not added yet, {@link
 * #values}. Tiles that no later moment can need are dropped, so memory is bounded by the windows and not by the
 * history. Mutable, not thread-safe.
 */
public final class EntityTiles {

    private final View view;
    private final Selection selection;
    private final List<Window> windows;
    private final boolean hasLifetime;
    private final Map<TileWidth, NavigableMap<Long, Tile>> tiles = new HashMap<>();
    private final Map<Window, Cover> covers = new HashMap<>();
    private long atMillis = Long.MIN_VALUE;

    /** Every bounded window covers only event times from here on, now and later. */
    private long startMillis = Long.MAX_VALUE;

    /**
     * @param wanted names of values, each one of {@link View#valueNames}; null for all
     * @throws IllegalArgumentException if a name is unknown
     */
    public EntityTiles(View view, @Nullable Collection<String> wanted) {
        this.view = view;
        this.selection = wanted == null ? Selection.all(view) : Selection.of(view, wanted);
        this.windows = selection.features().stream()
                .map(View.Feature::window)
                .distinct()
                .toList();
        this.hasLifetime = windows.stream().anyMatch(Window::isLifetime);
        view.ladder().widths().forEach(width -> tiles.put(width, new TreeMap<>()));
    }

    /** Forgets everything, for another entity. */
    public void clear() {
        tiles.values().forEach(Map::clear);
        covers.clear();
        atMillis = Long.MIN_VALUE;
        startMillis = Long.MAX_VALUE;
    }

    /**
     * Moves on to the next moment.
     *
     * @param nextMillis not before the last moment
     */
    public void advanceTo(long nextMillis) {
        if (nextMillis < atMillis) {
            throw new IllegalArgumentException("moment " + nextMillis + " after moment " + atMillis);
        }
        if (nextMillis == atMillis && !covers.isEmpty()) {
            return;
        }
        atMillis = nextMillis;
        startMillis = Long.MAX_VALUE;
        for (Window window : windows) {
            Cover cover = view.ladder().cover(window, atMillis);
            covers.put(window, cover);
            if (!window.isLifetime()) {
                startMillis = Math.min(startMillis, cover.interval().startMillis());
            }
        }
        tiles.forEach((width, byIndex) -> {
            if (!width.isLifetime() && startMillis != Long.MAX_VALUE) {
                byIndex.headMap(width.tileOf(startMillis), false).clear();
            }
        });
    }

    /** Whether an event at this time can be in a value of this or a later moment. */
    public boolean needs(long eventTimeMillis) {
        return hasLifetime || eventTimeMillis >= startMillis;
    }

    /** Adds an event that the view folds; see {@link dev.tidemark.core.tile.Tile#add}. Keeps no argument. */
    public void add(EventRow row, long filterBits) {
        tiles.forEach((width, byIndex) -> {
            if (width.isLifetime() ? hasLifetime : row.eventTimeMillis() >= startMillis) {
                byIndex.computeIfAbsent(width.tileOf(row.eventTimeMillis()), created -> Tile.empty(view.layout()))
                        .add(row, filterBits);
            }
        });
    }

    /**
     * The wanted values at the moment last advanced to, in catalog order, from the events added so far.
     *
     * @param approximations receives the values that may be inexact
     */
    public Map<String, @Nullable Object> values(Map<String, Approximation> approximations) {
        TileValues values = new TileValues(view.layout(), atMillis, covers, selection.features());
        tiles.forEach(values::add);
        return values.compute(selection.names(), selection.features(), selection.derived(), approximations);
    }

    /** The names of the values, in order. */
    public List<String> names() {
        return selection.names();
    }
}
