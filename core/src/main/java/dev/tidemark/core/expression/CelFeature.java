package dev.tidemark.core.expression;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import dev.tidemark.core.number.Decimals;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A derived feature evaluated by CEL. */
final class CelFeature implements FeatureExpression {

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
            return Double.isFinite(number) ? Decimals.shortest(number) : defaultValue;
        }
        return result instanceof Boolean || result instanceof String ? result : defaultValue;
    }
}
