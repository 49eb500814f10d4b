package dev.tidemark.core.aggregate;

import java.util.Map;

/** Typed access to validated arguments. */
final class Arguments {

    private Arguments() {}

    static <T> T get(Map<String, Object> arguments, Parameter parameter, Class<T> type) {
        Object value = arguments.get(parameter.name());
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "argument '" + parameter.name() + "' is " + value + ", not of kind " + parameter.kind());
        }
        return type.cast(value);
    }
}
