package dev.tidemark.core.aggregate;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Typed access to validated arguments. */
final class Arguments {

    private Arguments() {}

    /** Of a parameter of kind {@link Parameter.Kind#NUMBERS} or {@link Parameter.Kind#PERCENTS}. */
    static List<BigDecimal> numbers(Map<String, Object> arguments, Parameter parameter) {
        List<BigDecimal> numbers = new ArrayList<>();
        for (Object element : get(arguments, parameter, List.class)) {
            numbers.add((BigDecimal) element);
        }
        return List.copyOf(numbers);
    }

    static <T> T get(Map<String, Object> arguments, Parameter parameter, Class<T> type) {
        Object value = arguments.get(parameter.name());
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "argument '" + parameter.name() + "' is " + value + ", not of kind " + parameter.kind());
        }
        return type.cast(value);
    }
}
