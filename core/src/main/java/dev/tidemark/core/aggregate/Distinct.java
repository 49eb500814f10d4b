package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code distinct}: how many different strings, numbers or booleans; exact while a window has at most
 * {@code exact_up_to}, then an estimate.
 *
 * <p>Approximation: method {@code ultraloglog} with one standard error, {@code sqrt(0.6119 / 2^precision)}.
 */
final class Distinct implements AggregateFunction {

    private static final Parameter EXACT_UP_TO = new Parameter(
            "exact_up_to", Parameter.Kind.INTEGER, 256, 0, 1024, "how many different values are counted exactly");

    private static final Parameter PRECISION = new Parameter(
            "precision",
            Parameter.Kind.INTEGER,
            11,
            8,
            12,
            "beyond exact_up_to: 2^precision bytes of registers; 11 has a standard error of 1.7 percent");

    /** The variance of the estimate times the number of registers (hash4j, optimal FGRA estimator). */
    private static final double VARIANCE_TIMES_REGISTERS = 0.6118931496978437;

    @Override
    public String name() {
        return "distinct";
    }

    @Override
    public String summary() {
        return "how many different values; exact up to a bound, then estimated";
    }

    @Override
    public Input input() {
        return Input.SCALAR;
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        return ValueType.INTEGER;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(EXACT_UP_TO, PRECISION);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        int precision = Arguments.get(arguments, PRECISION, Integer.class);
        return new Count(
                new DistinctStateType(input, Arguments.get(arguments, EXACT_UP_TO, Integer.class), precision),
                StrictMath.sqrt(VARIANCE_TIMES_REGISTERS / (1 << precision)));
    }

    private record Count(StateType type, double standardError) implements Computation {

        @Override
        public List<StateType> states() {
            return List.of(type);
        }

        @Override
        public Long value(TileStates tiles) {
            return ((DistinctState) tiles.merged(0)).count();
        }

        @Override
        public @Nullable Approximation approximation(TileStates tiles) {
            return ((DistinctState) tiles.merged(0)).isExact() ? null : new Approximation("ultraloglog", standardError);
        }
    }
}
