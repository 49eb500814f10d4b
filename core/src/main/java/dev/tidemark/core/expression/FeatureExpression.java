package dev.tidemark.core.expression;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A derived feature's expression. Numbers are IEEE doubles inside it; see docs/semantics.md. Pure and thread-safe. */
public interface FeatureExpression {

    /** The names of the values it uses. */
    List<String> inputs();

    /**
     * @param values by feature name
     * @return {@link java.math.BigDecimal}, {@link Boolean} or {@link String}; the default, which may be null, when an
     *     input is null, the result is no finite number, or a value is of a type that the expression cannot use
     */
    @Nullable
    Object evaluate(Map<String, @Nullable Object> values);
}
