package dev.tidemark.core.expression;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A derived feature evaluated by CEL. */
final class CelFeature implements FeatureExpression {

    /** A decimal of up to 15 digits survives the way through a double; 17 digits always name exactly one double. */
    private static final int FEWEST_DIGITS = 15;

    private static final int MOST_DIGITS = 17;

    private final List<String> inputs;
    private final CelRuntime.Program program;
    private final @Nullable Object defaultValue;

    CelFeature(List<String> inputs, CelRuntime.Program program, @Nullable Object defaultValue) {
        this.inputs = List.copyOf(inputs);
        this.program = program;
        this.defaultValue = defaultValue;
    }

    @Override
    public List<String> inputs() {
        return inputs;
    }

    @Override
    public @Nullable Object evaluate(Map<String, @Nullable Object> values) {
        for (String input : inputs) {
            if (values.get(input) == null) {
                return defaultValue;
            }
        }
        try {
            return scalar(program.eval((CelVariableResolver) name -> Optional.ofNullable(operand(values.get(name)))));
        } catch (CelEvaluationException e) {
            // A value whose type depends on the events (such as last) does not fit: there is nothing to compute from.
            return defaultValue;
        }
    }

    private static @Nullable Object operand(@Nullable Object value) {
        return value instanceof Number number ? (Object) number.doubleValue() : value;
    }

    private @Nullable Object scalar(Object result) {
        if (result instanceof Double number) {
            return Double.isFinite(number) ? decimal(number) : defaultValue;
        }
        return result instanceof Boolean || result instanceof String ? result : defaultValue;
    }

    /**
     * The decimal with the fewest digits that names this double. Not {@code Double.toString}, which before JDK 19
     * sometimes gave a digit too many: an answer must not depend on the runtime.
     */
    static BigDecimal decimal(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = FEWEST_DIGITS; digits < MOST_DIGITS; digits++) {
            BigDecimal shorter = exact.round(new MathContext(digits));
            if (shorter.doubleValue() == value) {
                return canonical(shorter);
            }
        }
        return canonical(exact.round(new MathContext(MOST_DIGITS)));
    }

    private static BigDecimal canonical(BigDecimal value) {
        return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }
}
