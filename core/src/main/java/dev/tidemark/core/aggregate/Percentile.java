package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code percentile} and {@code median}: nearest-rank percentiles, the number of rank {@code ceil(p / 100 * n)} and at
 * least 1, within the relative error and rounded to eight significant digits; never outside of the least and the
 * greatest number seen, which are kept beside the buckets, exactly.
 *
 * <p>Approximation: method {@code log_buckets} with the relative error as a bound on each number. If more buckets were
 * needed than {@code max_buckets} and a percentile asked for lies among those that had to become one, the method is
 * {@code log_buckets_collapsed}, and the bound of that percentile is 1, relative to the number shown: the true one is
 * between 0 and it (or beyond it by the relative error at most). The others keep theirs.
 */
final class Percentile implements Computation {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private static final Parameter RELATIVE_ERROR = new Parameter(
            "relative_error",
            Parameter.Kind.NUMBER,
            new BigDecimal("0.01"),
            0.001,
            0.1,
            "how far the answer may be from the true number, as a part of it");

    private static final Parameter MAX_BUCKETS = new Parameter(
            "max_buckets",
            Parameter.Kind.INTEGER,
            512,
            64,
            4096,
            "most buckets kept for each sign; numbers nearest to 0 lose their accuracy beyond it");

    private static final Parameter PERCENTILES =
            new Parameter("percentiles", Parameter.Kind.PERCENTS, null, 1, 20, "which percentiles, from 0 to 100");

    private final List<BigDecimal> percentiles;
    private final boolean single;
    private final List<StateType> states;
    private final double relativeError;

    private Percentile(List<BigDecimal> percentiles, boolean single, List<StateType> states, double relativeError) {
        this.percentiles = percentiles;
        this.single = single;
        this.states = states;
        this.relativeError = relativeError;
    }

    private static Percentile of(
            List<BigDecimal> percentiles, boolean single, FieldInput input, Map<String, Object> arguments) {
        BigDecimal error = Arguments.get(arguments, RELATIVE_ERROR, BigDecimal.class);
        List<StateType> states = List.of(
                new QuantileStateType(input, error, Arguments.get(arguments, MAX_BUCKETS, Integer.class)),
                new ExtremeState.Type(input.slot(), input.path(), false),
                new ExtremeState.Type(input.slot(), input.path(), true));
        return new Percentile(percentiles, single, states, error.doubleValue());
    }

    /** Without the extremes, so that a percentile may lie beyond all numbers, by the relative error at most. */
    @Override
    public Computation subtractable() {
        return new Percentile(percentiles, single, states.subList(0, 1), relativeError);
    }

    @Override
    public List<StateType> states() {
        return states;
    }

    @Override
    public @Nullable Object value(TileStates tiles) {
        QuantileState state = (QuantileState) tiles.merged(0);
        if (single) {
            return numberAt(tiles, state, percentiles.get(0));
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (BigDecimal percentile : percentiles) {
            values.put(name(percentile), numberAt(tiles, state, percentile));
        }
        return Collections.unmodifiableMap(values);
    }

    @Override
    public @Nullable Approximation approximation(TileStates tiles) {
        QuantileState state = (QuantileState) tiles.merged(0);
        long count = state.count();
        if (count == 0) {
            return null;
        }
        Map<String, Double> errors = new LinkedHashMap<>();
        for (BigDecimal percentile : percentiles) {
            errors.put(name(percentile), state.isCollapsedAt(rank(percentile, count)) ? 1 : relativeError);
        }
        return errors.containsValue(1.0)
                ? new Approximation("log_buckets_collapsed", 1, single ? Map.of() : errors)
                : new Approximation("log_buckets", relativeError);
    }

    private static String name(BigDecimal percentile) {
        return "p" + percentile.stripTrailingZeros().toPlainString();
    }

    /** A bucket's number may be outside the numbers seen, so it is clamped, if their extremes are known. */
    private @Nullable BigDecimal numberAt(TileStates tiles, QuantileState state, BigDecimal percentile) {
        if (states.size() == 1) {
            long count = state.count();
            return count == 0 ? null : Decimals.canonical(state.numberAt(rank(percentile, count)));
        }
        BigDecimal least = ((ExtremeState) tiles.merged(1)).value();
        BigDecimal greatest = ((ExtremeState) tiles.merged(2)).value();
        return least == null || greatest == null
                ? null
                : state.numberAt(rank(percentile, state.count())).max(least).min(greatest);
    }

    private static long rank(BigDecimal percentile, long count) {
        BigDecimal exact = percentile.multiply(BigDecimal.valueOf(count)).divide(HUNDRED);
        return Math.max(1, exact.setScale(0, RoundingMode.CEILING).longValueExact());
    }

    /** Several percentiles as an object {@code {"p50": ..., "p95": ...}}. */
    static final class Function implements AggregateFunction {

        @Override
        public String name() {
            return "percentile";
        }

        @Override
        public String summary() {
            return "nearest-rank percentiles of a number, within a relative error";
        }

        @Override
        public Input input() {
            return Input.NUMBER;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(PERCENTILES, RELATIVE_ERROR, MAX_BUCKETS);
        }

        @Override
        public ValueType type(ValueType input, Map<String, Object> arguments) {
            Map<String, ValueType> members = new LinkedHashMap<>();
            Arguments.numbers(arguments, PERCENTILES)
                    .forEach(percentile -> members.put(Percentile.name(percentile), ValueType.NUMBER));
            return ValueType.struct(members);
        }

        /** @throws IllegalArgumentException if a percentile is not from 0 to 100 */
        @Override
        public Computation bind(FieldInput input, Map<String, Object> arguments) {
            List<BigDecimal> percentiles = Arguments.numbers(arguments, PERCENTILES);
            for (BigDecimal percentile : percentiles) {
                if (percentile.signum() < 0 || percentile.compareTo(HUNDRED) > 0) {
                    throw new IllegalArgumentException("percentile " + percentile + " is not from 0 to 100");
                }
            }
            return Percentile.of(percentiles, false, input, arguments);
        }
    }

    /** The 50th percentile as a number. */
    static final class Median implements AggregateFunction {

        @Override
        public String name() {
            return "median";
        }

        @Override
        public String summary() {
            return "the median of a number (nearest rank), within a relative error";
        }

        @Override
        public Input input() {
            return Input.NUMBER;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(RELATIVE_ERROR, MAX_BUCKETS);
        }

        @Override
        public Computation bind(FieldInput input, Map<String, Object> arguments) {
            return Percentile.of(List.of(BigDecimal.valueOf(50)), true, input, arguments);
        }
    }
}
