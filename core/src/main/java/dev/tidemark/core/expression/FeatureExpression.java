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
     * @return {@link java.math.BigDecimal}, {@link Boolean}, {@link String}, or null when an input is null or the result
     *     is no finite number
     */
    @Nullable
    Object evaluate(Map<String, @Nullable Object> values);
}
