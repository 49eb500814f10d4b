package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Any computation per group: every state of the wrapped computation becomes a state per group, and the value an object
 * from group to value, sorted by code points. A group without events is absent. Events of no group (not listed, beyond
 * the allowed number, or without the field) count under {@code $other}, which is absent too if there are none; a group
 * that has this name itself is shown as {@code $$other} ({@link GroupText}).
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
    private final Spec spec;
    private final List<StateType> states;

    private GroupBy(Computation inner, Spec spec, List<StateType> states) {
        this.inner = inner;
        this.spec = spec;
        this.states = states;
    }

    /** The computation, per group. */
    public static Computation of(Computation inner, Spec spec) {
        List<StateType> states = new ArrayList<>();
        for (StateType state : inner.states()) {
            states.add(grouped(state, spec));
        }
        return new GroupBy(inner, spec, List.copyOf(states));
    }

    private static StateType grouped(StateType state, Spec spec) {
        if (spec instanceof Listed listed) {
            return new ListedGroupsType(listed.field(), listed.groups(), state);
        }
        int maxGroups = ((Bounded) spec).maxGroups();
        return new BoundedGroupsType(spec.field(), BoundedGroupsType.Keying.TEXT, maxGroups, state);
    }

    /** What the grouped values are, where a value of one group is of type {@code inner}. */
    public static ValueType type(ValueType inner, Spec spec) {
        if (!(spec instanceof Listed listed)) {
            return ValueType.map(inner);
        }
        Map<String, ValueType> members = new TreeMap<>(Inputs::compareText);
        listed.groups().forEach(group -> members.put(GroupText.shown(group), inner));
        members.put(GroupText.OTHER, inner);
        return ValueType.struct(members);
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
    public Computation subtractable() {
        return GroupBy.of(inner.subtractable(), spec);
    }

    @Override
    public Map<String, @Nullable Object> value(TileStates tiles) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        new GroupViews(tiles, inner.states()).byName().forEach((group, view) -> values.put(group, inner.value(view)));
        return Collections.unmodifiableMap(values);
    }

    @Override
    public @Nullable Approximation approximation(TileStates tiles) {
        GroupViews views = new GroupViews(tiles, inner.states());
        Approximation worst = null;
        for (TileStates view : views.byName().values()) {
            Approximation each = inner.approximation(view);
            if (each != null) {
                worst = worst == null ? each : worst.worst(each);
            }
        }
        if (!views.isOverflowed()) {
            return worst;
        }
        return worst == null
                ? new Approximation(OVERFLOW_METHOD, 0)
                : new Approximation(
                        OVERFLOW_METHOD + "+" + worst.method(), worst.relativeError(), worst.memberErrors());
    }
}
