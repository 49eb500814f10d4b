package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code top_k}: the most frequent values with their counts, most frequent first, equally frequent ones ascending
 * (numbers, strings by code points, booleans).
 *
 * <p>Exact while the window has at most {@code max_values} different values. Beyond that each count shown is still
 * exact, but only the values with the smallest hashes are counted one by one ({@link BoundedGroups}), so a frequent
 * value may be missing. Approximation: method {@code max_values}, and the part of all events whose values are not
 * counted one by one: no missing value can have more than that part.
 */
final class TopK implements AggregateFunction {

    private static final Parameter K =
            new Parameter("k", Parameter.Kind.INTEGER, 10, 1, 100, "how many values are listed");

    private static final Parameter MAX_VALUES = new Parameter(
            "max_values", Parameter.Kind.INTEGER, 256, 1, 1024, "how many different values are counted one by one");

    /** By count, then by value. */
    private static final Comparator<Counted> MOST_FREQUENT_FIRST =
            Comparator.comparingLong(Counted::count).reversed().thenComparing(Counted::value);

    private record Counted(ScalarKey value, long count) {}

    @Override
    public String name() {
        return "top_k";
    }

    @Override
    public String summary() {
        return "the most frequent values with their counts";
    }

    @Override
    public Input input() {
        return Input.SCALAR;
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        Map<String, ValueType> counted = new LinkedHashMap<>();
        counted.put("value", input);
        counted.put("count", ValueType.INTEGER);
        return ValueType.list(ValueType.struct(counted));
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(K, MAX_VALUES);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        int maxValues = Arguments.get(arguments, MAX_VALUES, Integer.class);
        StateType type = new BoundedGroupsType(input, BoundedGroupsType.Keying.VALUE, maxValues, CountState.Type.ALL);
        return new MostFrequent(type, Arguments.get(arguments, K, Integer.class));
    }

    private record MostFrequent(StateType type, int k) implements Computation {

        @Override
        public List<StateType> states() {
            return List.of(type);
        }

        @Override
        public List<Map<String, Object>> value(TileStates tiles) {
            Groups values = (Groups) tiles.merged(0);
            List<Counted> counted = new ArrayList<>();
            for (ScalarKey key : values.keys()) {
                counted.add(new Counted(key, count(values.get(key))));
            }
            counted.sort(MOST_FREQUENT_FIRST);
            return counted.stream().limit(k).map(MostFrequent::shown).toList();
        }

        @Override
        public @Nullable Approximation approximation(TileStates tiles) {
            Groups values = (Groups) tiles.merged(0);
            if (!values.isOverflowed()) {
                return null;
            }
            long others = count(values.other());
            long all = others;
            for (ScalarKey key : values.keys()) {
                all += count(values.get(key));
            }
            return new Approximation("max_values", (double) others / all);
        }

        private static long count(@Nullable State state) {
            return state == null ? 0 : ((CountState) state).count();
        }

        private static Map<String, Object> shown(Counted counted) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("value", counted.value().value());
            shown.put("count", counted.count());
            return Collections.unmodifiableMap(shown);
        }
    }
}
