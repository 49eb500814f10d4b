package dev.tidemark.core.aggregate;

import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a value is of a type. */
final class Fits {

    private Fits() {}

    static boolean fits(@Nullable Object value, ValueType type) {
        if (value == null) {
            return true;
        }
        return switch (type.kind()) {
            case INTEGER -> value instanceof Long;
            case NUMBER -> value instanceof BigDecimal;
            case BOOLEAN -> value instanceof Boolean;
            case STRING -> value instanceof String;
            case SCALAR -> value instanceof BigDecimal || value instanceof Boolean || value instanceof String;
            case LIST -> value instanceof List<?> list && list.stream().allMatch(element -> fits(element, type.part()));
            case MAP ->
                value instanceof Map<?, ?> map && map.values().stream().allMatch(held -> fits(held, type.part()));
            case STRUCT -> value instanceof Map<?, ?> map && isStruct(map, type);
        };
    }

    /** Members may be missing, but those that are there are in the order of the type. */
    private static boolean isStruct(Map<?, ?> map, ValueType type) {
        List<String> present = type.names().stream().filter(map::containsKey).toList();
        return present.equals(List.copyOf(map.keySet()))
                && present.stream()
                        .allMatch(name -> fits(
                                map.get(name), type.parts().get(type.names().indexOf(name))));
    }
}
