package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code variance} and {@code stddev}, of the population or, with {@code sample: true}, of a sample.
 *
 * <p>The quotient (n·Σx² − (Σx)²) / (n·n) has an exact dividend and divisor, so nothing cancels and only the division
 * rounds: to 16 significant digits for the variance, to 34 under the root of the standard deviation, whose root is
 * rounded to 16. Null for no events, and for a sample of one.
 */
final class Variance implements AggregateFunction {

    private static final Parameter SAMPLE = new Parameter(
            "sample",
            Parameter.Kind.BOOLEAN,
            false,
            Double.NaN,
            Double.NaN,
            "true: divide by n - 1 (an estimate from a sample); false: by n (the events are the whole population)");

    private final boolean root;

    private Variance(boolean root) {
        this.root = root;
    }

    static Variance variance() {
        return new Variance(false);
    }

    static Variance stddev() {
        return new Variance(true);
    }

    @Override
    public String name() {
        return root ? "stddev" : "variance";
    }

    @Override
    public String summary() {
        return root ? "standard deviation of a number" : "variance of a number";
    }

    @Override
    public Input input() {
        return Input.NUMBER;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(SAMPLE);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        boolean sample = Arguments.get(arguments, SAMPLE, Boolean.class);
        return new BoundFunction(
                List.of(SumState.Type.of(input), SumState.Type.ofSquares(input), CountState.Type.of(input)),
                tiles -> value(Sum.sum(tiles, 0), Sum.sum(tiles, 1), Count.count(tiles, 2), sample, root));
    }

    /** @param root whether the standard deviation is wanted */
    static @Nullable BigDecimal value(
            BigDecimal sum, BigDecimal sumOfSquares, long count, boolean sample, boolean root) {
        if (count < (sample ? 2 : 1)) {
            return null;
        }
        BigDecimal n = BigDecimal.valueOf(count);
        BigDecimal dividend = n.multiply(sumOfSquares).subtract(sum.multiply(sum));
        BigDecimal divisor = n.multiply(sample ? n.subtract(BigDecimal.ONE) : n);
        BigDecimal value = root
                ? dividend.divide(divisor, MathContext.DECIMAL128).sqrt(MathContext.DECIMAL64)
                : dividend.divide(divisor, MathContext.DECIMAL64);
        return Decimals.canonical(value);
    }
}
