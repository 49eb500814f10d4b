package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code avg}: the exact sum over the count, rounded once to 16 significant digits; null for no events. */
final class Avg implements AggregateFunction {

    @Override
    public String name() {
        return "avg";
    }

    @Override
    public String summary() {
        return "arithmetic mean of a number";
    }

    @Override
    public Input input() {
        return Input.NUMBER;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        return new BoundFunction(
                List.of(SumState.Type.of(input), CountState.Type.of(input)),
                tiles -> quotient(Sum.sum(tiles, 0), Count.count(tiles, 1)));
    }

    /** To 16 significant digits, half even; null if the divisor is 0. */
    static @Nullable BigDecimal quotient(BigDecimal dividend, long divisor) {
        return divisor == 0
                ? null
                : Decimals.canonical(dividend.divide(BigDecimal.valueOf(divisor), MathContext.DECIMAL64));
    }
}
