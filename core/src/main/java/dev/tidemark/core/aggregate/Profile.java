package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code profile}: how the values of a field are distributed, so that two times or two data sets can be compared. Numbers are
 * counted in the buckets of a {@link Grid}, which are named by the number that stands for each; mean and standard deviation
 * (of the population) are exact and rounded to 16 significant digits, null without numbers. Texts and booleans are counted
 * one by one, up to {@code max_values} of them ({@link BoundedGroups}); {@code other} counts the rest. {@code count} is all
 * events with the field, {@code nulls} all without it.
 *
 * <p>Approximation: none, for what is shown is exact: a bucket's count is true, and its bounds are known. Only where numbers
 * of one sign filled more than {@value #MAX_BUCKETS} buckets of the {@link Grid#LOG} grid the method is {@code
 * log_buckets_collapsed}, the error 1: the bucket nearest to 0 then holds those beyond it too.
 */
final class Profile implements AggregateFunction {

    private static final int MAX_BUCKETS = 512;

    private static final Parameter MAX_VALUES = new Parameter(
            "max_values",
            Parameter.Kind.INTEGER,
            32,
            1,
            1024,
            "how many different texts and booleans are counted one by one");

    private static final Parameter RELATIVE_ERROR = new Parameter(
            "relative_error",
            Parameter.Kind.NUMBER,
            new BigDecimal("0.01"),
            0.001,
            0.1,
            "on the log grid: how far a number may be from the one that stands for its bucket, as a part of it");

    private static final Parameter GRID = new Parameter(
            "grid",
            Parameter.Kind.GRID,
            Grid.LOG,
            Double.NaN,
            Double.NaN,
            "into which buckets numbers go: log for any, probability for numbers from 0 to 1");

    @Override
    public String name() {
        return "profile";
    }

    @Override
    public String summary() {
        return "how a field is distributed: nulls, mean, stddev, counts of numbers in buckets, counts of texts and booleans";
    }

    @Override
    public Input input() {
        return Input.SCALAR;
    }

    @Override
    public boolean takesLists() {
        return false;
    }

    @Override
    public Input input(Map<String, Object> arguments) {
        return arguments.get(GRID.name()) == Grid.PROBABILITY ? Input.PROBABILITY : Input.SCALAR;
    }

    @Override
    public boolean takesMissing() {
        return true;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(MAX_VALUES, RELATIVE_ERROR, GRID);
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        Map<String, ValueType> members = new LinkedHashMap<>();
        members.put("count", ValueType.INTEGER);
        members.put("nulls", ValueType.INTEGER);
        members.put("mean", ValueType.NUMBER);
        members.put("stddev", ValueType.NUMBER);
        members.put("cells", ValueType.map(ValueType.INTEGER));
        members.put("values", ValueType.map(ValueType.INTEGER));
        members.put("other", ValueType.INTEGER);
        return ValueType.struct(members);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        boolean probabilities = arguments.get(GRID.name()) == Grid.PROBABILITY;
        QuantileStateType cells = probabilities
                ? QuantileStateType.ofProbabilities(input)
                : new QuantileStateType(input, Arguments.get(arguments, RELATIVE_ERROR, BigDecimal.class), MAX_BUCKETS);
        List<StateType> numbers = List.of(cells, SumState.Type.of(input), SumState.Type.ofSquares(input));
        StateType texts = new BoundedGroupsType(
                input,
                BoundedGroupsType.Keying.VALUE,
                Arguments.get(arguments, MAX_VALUES, Integer.class),
                CountState.Type.ALL);
        List<StateType> states = new ArrayList<>(List.of(CountState.Type.ALL));
        switch (input.kind()) {
            case NUMBER, PROBABILITY -> states.addAll(numbers);
            case TEXT, BOOLEAN -> states.add(texts);
            case NONE, SCALAR, BINARY -> {
                if (probabilities) {
                    states.addAll(numbers);
                } else {
                    numbers.forEach(state -> states.add(new KindType(input, true, state)));
                    states.add(new KindType(input, false, texts));
                }
            }
        }
        return new Distribution(List.copyOf(states), cells);
    }

    /** @param states the count, then those of numbers, if there are any, then that of texts and booleans, if there is one */
    private record Distribution(List<StateType> states, QuantileStateType cellType) implements Computation {

        private static final int ALL = 0;
        private static final int CELLS = 1;
        private static final int SUM = 2;
        private static final int SQUARES = 3;

        @Override
        public Map<String, @Nullable Object> value(TileStates tiles) {
            QuantileState cells = cells(tiles);
            Groups texts = states.size() == SQUARES + 1 ? null : (Groups) inside(tiles, states.size() - 1);
            Map<String, Long> values = values(texts);
            long other = texts == null ? 0 : count(texts.other());
            long numbers = cells == null ? 0 : cells.count();
            long present = numbers
                    + values.values().stream().mapToLong(Long::longValue).sum()
                    + other;
            BigDecimal sum = numbers == 0 ? BigDecimal.ZERO : ((SumState) inside(tiles, SUM)).value();
            BigDecimal squares = numbers == 0 ? BigDecimal.ZERO : ((SumState) inside(tiles, SQUARES)).value();
            Map<String, @Nullable Object> value = new LinkedHashMap<>();
            value.put("count", present);
            value.put("nulls", Count.count(tiles, ALL) - present);
            value.put("mean", Avg.quotient(sum, numbers));
            value.put("stddev", Variance.value(sum, squares, numbers, false, true));
            value.put("cells", cells == null ? Map.of() : shown(cells));
            value.put("values", values);
            value.put("other", other);
            return Collections.unmodifiableMap(value);
        }

        @Override
        public @Nullable Approximation approximation(TileStates tiles) {
            QuantileState cells = cells(tiles);
            return cells != null && cells.isCollapsed() ? new Approximation("log_buckets_collapsed", 1) : null;
        }

        /** Null if the field holds no numbers. */
        private @Nullable QuantileState cells(TileStates tiles) {
            return states.size() > SQUARES ? (QuantileState) inside(tiles, CELLS) : null;
        }

        private static State inside(TileStates tiles, int state) {
            State merged = tiles.merged(state);
            return merged instanceof KindType.OfKind ofKind ? ofKind.inner() : merged;
        }

        private Map<String, Long> shown(QuantileState cells) {
            TreeMap<BigDecimal, Long> sorted = new TreeMap<>();
            cells.forEach(
                    (side, index, count) -> sorted.put(cellType.grid().value(cellType.buckets(), side, index), count));
            Map<String, Long> shown = new LinkedHashMap<>();
            sorted.forEach(
                    (number, count) -> shown.put(Decimals.canonical(number).toPlainString(), count));
            return Collections.unmodifiableMap(shown);
        }

        /** By text: true and "true" are one. */
        private static Map<String, Long> values(@Nullable Groups texts) {
            Map<String, Long> values = new TreeMap<>(Inputs::compareText);
            if (texts != null) {
                for (ScalarKey key : texts.keys()) {
                    values.merge(String.valueOf(key.value()), count(texts.get(key)), Long::sum);
                }
            }
            return Collections.unmodifiableMap(values);
        }

        private static long count(@Nullable State state) {
            return state == null ? 0 : ((CountState) state).count();
        }
    }
}
