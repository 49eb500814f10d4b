package dev.tidemark.core.serve;

import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.TileStates;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.TileRange;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of one window. States are merged on first use and then shared by every feature of the window that uses
 * them. The tiles themselves are never changed, since several windows share them. Not thread-safe.
 */
final class WindowTiles {

    private final FoundTiles tiles;
    private final Cover cover;
    private final long atMillis;
    private final @Nullable State[] merged;

    WindowTiles(FoundTiles tiles, Cover cover, long atMillis) {
        this.tiles = tiles;
        this.cover = cover;
        this.atMillis = atMillis;
        this.merged = new State[tiles.layoutSize()];
    }

    /** The window as one computation sees it: its state {@code i} is the layout's {@code layoutIndexes.get(i)}. */
    TileStates states(List<Integer> layoutIndexes) {
        return new Projection(layoutIndexes);
    }

    private State merged(int layoutIndex) {
        State state = merged[layoutIndex];
        if (state == null) {
            state = tiles.type(layoutIndex).create();
            for (TileRange range : cover.ranges()) {
                for (List<Tile> lanes : tiles.in(range).values()) {
                    for (Tile lane : lanes) {
                        state.merge(lane.state(layoutIndex));
                    }
                }
            }
            merged[layoutIndex] = state;
        }
        return state;
    }

    private State acrossLanes(List<Tile> lanes, int layoutIndex) {
        if (lanes.size() == 1) {
            return lanes.get(0).state(layoutIndex);
        }
        State state = tiles.type(layoutIndex).create();
        lanes.forEach(lane -> state.merge(lane.state(layoutIndex)));
        return state;
    }

    private final class Projection implements TileStates {

        private final List<Integer> layoutIndexes;

        Projection(List<Integer> layoutIndexes) {
            this.layoutIndexes = layoutIndexes;
        }

        @Override
        public State merged(int state) {
            return WindowTiles.this.merged(layoutIndexes.get(state));
        }

        @Override
        public List<Slice> slices() {
            List<Slice> slices = new ArrayList<>();
            for (TileRange range : cover.ranges()) {
                tiles.in(range).forEach((tile, lanes) -> {
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

        @Override
        public long atMillis() {
            return atMillis;
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
