package dev.tidemark.core.aggregate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Any computation per group: every state of the wrapped computation becomes a state per group, and the value an object
 * from group to value, sorted by code points. A group without events is absent. Events of no group (not listed, beyond
 * the allowed number, or without the field) count under {@code $other}, which is absent too if there are none.
 *
 * <p>The allowed groups are those of the {@link SmallestHashes}, state by state. Where a computation has several states
 * that see different events (a ratio counts filtered and unfiltered ones), a group is shown by itself only if every
 * state kept it apart; else it counts under {@code $other} as a whole.
 *
 * <p>Approximation: what is shown of a group is as exact as the wrapped computation, whose worst approximation is
 * passed on. If there were more groups than allowed, the method starts with {@code max_groups}: {@code $other} then
 * holds groups that are not shown.
 */
public final class GroupBy implements Computation {

    /** Which groups there are. */
    public sealed interface Spec {

        /** The field whose value is the group's name. */
        FieldInput field();
    }

    /**
     * A fixed list of groups.
     *
     * @param groups at least one, distinct; a number is listed as its plain text
     */
    public record Listed(FieldInput field, List<String> groups) implements Spec {

        public Listed {
            groups = List.copyOf(groups);
            if (groups.isEmpty()) {
                throw new IllegalArgumentException("an empty list of groups of " + field.path());
            }
            if (groups.contains(GroupText.OTHER)) {
                throw new IllegalArgumentException("'" + GroupText.OTHER + "' cannot be listed as a group");
            }
        }
    }

    /**
     * Whatever groups come, up to a number.
     *
     * @param maxGroups how many groups a tile and an answer hold at most, beside {@code $other}
     */
    public record Bounded(FieldInput field, int maxGroups) implements Spec {

        public Bounded {
            if (maxGroups < 1) {
                throw new IllegalArgumentException("max_groups " + maxGroups + " of " + field.path());
            }
        }
    }

    private static final String OVERFLOW_METHOD = "max_groups";

    private final Computation inner;
    private final List<StateType> states;

    private GroupBy(Computation inner, List<StateType> states) {
        this.inner = inner;
        this.states = states;
    }

    /** The computation, per group. */
    public static Computation of(Computation inner, Spec spec) {
        List<StateType> states = new ArrayList<>();
        for (StateType state : inner.states()) {
            states.add(grouped(state, spec));
        }
        return new GroupBy(inner, List.copyOf(states));
    }

    private static StateType grouped(StateType state, Spec spec) {
        if (spec instanceof Listed listed) {
            return new ListedGroupsType(listed.field(), listed.groups(), state);
        }
        int maxGroups = ((Bounded) spec).maxGroups();
        return new BoundedGroupsType(spec.field(), BoundedGroupsType.Keying.TEXT, maxGroups, state);
    }

    @Override
    public List<StateType> states() {
        return states;
    }

    @Override
    public boolean ignoresWhere(int state) {
        return inner.ignoresWhere(state);
    }

    @Override
    public Map<String, @Nullable Object> value(TileStates tiles) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        views(tiles).forEach((group, view) -> values.put(group, inner.value(view)));
        return Collections.unmodifiableMap(values);
    }

    @Override
    public @Nullable Approximation approximation(TileStates tiles) {
        Approximation worst = views(tiles).values().stream()
                .map(inner::approximation)
                .filter(approximation -> approximation != null)
                .max(Comparator.comparingDouble(Approximation::relativeError))
                .orElse(null);
        boolean overflowed = false;
        for (int state = 0; state < states.size(); state++) {
            overflowed |= groups(tiles.merged(state)).isOverflowed();
        }
        if (!overflowed) {
            return worst;
        }
        return worst == null
                ? new Approximation(OVERFLOW_METHOD, 0)
                : new Approximation(OVERFLOW_METHOD + "+" + worst.method(), worst.relativeError());
    }

    /** The states of each group that got events, sorted by the group's name. */
    private Map<String, TileStates> views(TileStates tiles) {
        Set<ScalarKey> shown = shown(tiles);
        Map<String, TileStates> views = new TreeMap<>(Inputs::compareText);
        for (ScalarKey key : shown) {
            views.put((String) key.value(), new View(tiles, (state, groups) -> ofGroup(state, groups, key)));
        }
        View other = new View(tiles, (state, groups) -> ofOther(state, groups, shown));
        if (!other.isEmpty(tiles::merged)) {
            views.put(GroupText.OTHER, other);
        }
        return views;
    }

    private Set<ScalarKey> shown(TileStates tiles) {
        Set<ScalarKey> shown = new LinkedHashSet<>();
        for (int state = 0; state < states.size(); state++) {
            shown.addAll(groups(tiles.merged(state)).keys());
        }
        for (int state = 0; state < states.size(); state++) {
            Groups groups = groups(tiles.merged(state));
            shown.removeIf(key -> !groups.separates(key));
        }
        return shown;
    }

    private State ofGroup(int state, Groups groups, ScalarKey key) {
        State found = groups.get(key);
        return found == null ? inner.states().get(state).create() : found;
    }

    private State ofOther(int state, Groups groups, Set<ScalarKey> shown) {
        State other = inner.states().get(state).create();
        other.merge(groups.other());
        for (ScalarKey key : groups.keys()) {
            State group = groups.get(key);
            if (group != null && !shown.contains(key)) {
                other.merge(group);
            }
        }
        return other;
    }

    private static Groups groups(State state) {
        return (Groups) state;
    }

    /** Takes one group's state, or that of the others, out of the state of all groups. */
    private interface Selection {
        State select(int state, Groups groups);
    }

    private interface StateByIndex {
        State get(int state);
    }

    /** The tiles as the wrapped computation sees them: one group only. */
    private final class View implements TileStates {

        private final TileStates tiles;
        private final Selection selection;

        View(TileStates tiles, Selection selection) {
            this.tiles = tiles;
            this.selection = selection;
        }

        @Override
        public State merged(int state) {
            return selection.select(state, groups(tiles.merged(state)));
        }

        @Override
        public List<Slice> slices() {
            List<Slice> slices = new ArrayList<>();
            for (Slice slice : tiles.slices()) {
                if (!isEmpty(slice::state)) {
                    slices.add(new GroupSlice(slice, selection));
                }
            }
            return slices;
        }

        @Override
        public long atMillis() {
            return tiles.atMillis();
        }

        boolean isEmpty(StateByIndex all) {
            for (int state = 0; state < states.size(); state++) {
                if (!selection.select(state, groups(all.get(state))).isEmpty()) {
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
            return selection.select(state, groups(slice.state(state)));
        }
    }
}
