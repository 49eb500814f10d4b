package dev.tidemark.core.aggregate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of a window, seen group by group: for each group, and for all others together, what the tiles would be if
 * there were only its events.
 *
 * <p>A group that the merged state keeps apart is kept apart by every tile: it is among the smallest of the window's
 * groups, so among the smallest of each tile's. A tile may keep apart more groups than that; those count as others.
 */
final class GroupViews {

    private final TileStates tiles;
    private final List<StateType> inner;
    private final List<Groups> merged = new ArrayList<>();
    private final Set<ScalarKey> shown = new LinkedHashSet<>();
    private @Nullable List<TileStates.Slice> slices;

    /** @param inner the types of the states that each group has */
    GroupViews(TileStates tiles, List<StateType> inner) {
        this.tiles = tiles;
        this.inner = inner;
        for (int state = 0; state < inner.size(); state++) {
            merged.add((Groups) tiles.merged(state));
        }
        merged.forEach(groups -> shown.addAll(groups.keys()));
        merged.forEach(groups -> shown.removeIf(key -> !groups.separates(key)));
    }

    /** The groups that got events and, if there are any, the others; sorted by code points. */
    Map<String, TileStates> byName() {
        Map<String, TileStates> views = new TreeMap<>(Inputs::compareText);
        for (ScalarKey key : shown) {
            views.put(GroupText.shown((String) key.value()), new View((state, groups) -> ofGroup(state, groups, key)));
        }
        View others = new View(this::ofOthers);
        if (!others.isEmpty()) {
            views.put(GroupText.OTHER, others);
        }
        return views;
    }

    /** Whether there were more groups than allowed. */
    boolean isOverflowed() {
        return merged.stream().anyMatch(Groups::isOverflowed);
    }

    private State ofGroup(int state, Groups groups, ScalarKey key) {
        State found = groups.get(key);
        return found == null ? inner.get(state).create() : found;
    }

    private State ofOthers(int state, Groups groups) {
        State others = inner.get(state).create();
        others.merge(groups.other());
        for (ScalarKey key : groups.keys()) {
            State group = groups.get(key);
            if (group != null && !shown.contains(key)) {
                others.merge(group);
            }
        }
        return others;
    }

    private List<TileStates.Slice> slices() {
        if (slices == null) {
            slices = tiles.slices();
        }
        return slices;
    }

    /** Takes the state of one group, or of the others, out of the state of all. */
    private interface Selection {
        State select(int state, Groups groups);
    }

    private final class View implements TileStates {

        private final Selection selection;

        View(Selection selection) {
            this.selection = selection;
        }

        @Override
        public State merged(int state) {
            return selection.select(state, merged.get(state));
        }

        @Override
        public List<Slice> slices() {
            List<Slice> found = new ArrayList<>();
            for (Slice slice : GroupViews.this.slices()) {
                GroupSlice ofGroup = new GroupSlice(slice, selection);
                if (!ofGroup.isEmpty(inner.size())) {
                    found.add(ofGroup);
                }
            }
            return found;
        }

        @Override
        public long atMillis() {
            return tiles.atMillis();
        }

        boolean isEmpty() {
            for (int state = 0; state < inner.size(); state++) {
                if (!merged(state).isEmpty()) {
                    return false;
                }
            }
            return true;
        }
    }

    private record GroupSlice(TileStates.Slice slice, Selection selection) implements TileStates.Slice {

        @Override
        public long startMillis() {
            return slice.startMillis();
        }

        @Override
        public long endMillis() {
            return slice.endMillis();
        }

        @Override
        public State state(int state) {
            return selection.select(state, (Groups) slice.state(state));
        }

        boolean isEmpty(int states) {
            for (int state = 0; state < states; state++) {
                if (!state(state).isEmpty()) {
                    return false;
                }
            }
            return true;
        }
    }
}
