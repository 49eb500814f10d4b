package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.List;
import java.util.Map;

/** {@code histogram}: how many numbers lie in {@code [-∞, b0)}, {@code [b0, b1)}, …, {@code [bn, ∞)}. */
final class Histogram implements AggregateFunction {

    private static final Parameter BOUNDARIES = new Parameter(
            "boundaries", Parameter.Kind.NUMBERS, null, 1, 100, "where the buckets meet, strictly increasing");

    @Override
    public String name() {
        return "histogram";
    }

    @Override
    public String summary() {
        return "counts of a number between boundaries; a boundary belongs to the bucket above it";
    }

    @Override
    public Input input() {
        return Input.NUMBER;
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        return ValueType.list(ValueType.INTEGER);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(BOUNDARIES);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        return new Counts(new HistogramStateType(input, Arguments.numbers(arguments, BOUNDARIES)));
    }

    private record Counts(StateType type) implements Computation {

        @Override
        public List<StateType> states() {
            return List.of(type);
        }

        /** One more count than boundaries; all are 0 where there is nothing. */
        @Override
        public List<Long> value(TileStates tiles) {
            return ((HistogramState) tiles.merged(0)).counts();
        }
    }
}
