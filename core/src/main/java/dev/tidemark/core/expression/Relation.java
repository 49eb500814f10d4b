package dev.tidemark.core.expression;

import com.google.common.primitives.UnsignedLong;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CEL's relations, computed by {@link ValueOrder}. The Java runtime's own order doubles as {@code Double.compare} does,
 * for which -0 is below 0 and what is not a number is equal to itself and above everything; and texts by UTF-16 units.
 */
enum Relation {
    LESS("less"),
    LESS_EQUALS("less_equals"),
    GREATER("greater"),
    GREATER_EQUALS("greater_equals");

    /** What {@link #bindings} stands in for. */
    static final Set<StandardFunction> REPLACED = Set.of(
            StandardFunction.EQUALS,
            StandardFunction.NOT_EQUALS,
            StandardFunction.IN,
            StandardFunction.LESS,
            StandardFunction.LESS_EQUALS,
            StandardFunction.GREATER,
            StandardFunction.GREATER_EQUALS);

    /** CEL's names for the types of numbers, as they stand in its names of overloads. */
    private static final Map<String, Class<? extends Number>> NUMBERS = numbers();

    private final String celName;

    Relation(String celName) {
        this.celName = celName;
    }

    /** Under CEL's own names of the overloads, so that its checker knows them. */
    static List<CelFunctionBinding> bindings() {
        List<CelFunctionBinding> bindings = new ArrayList<>();
        bindings.add(CelFunctionBinding.from("equals", Object.class, Object.class, ValueOrder::equal));
        bindings.add(
                CelFunctionBinding.from("not_equals", Object.class, Object.class, (a, b) -> !ValueOrder.equal(a, b)));
        bindings.add(CelFunctionBinding.from(
                "in_list", Object.class, List.class, (element, list) -> ValueOrder.contains(list, element)));
        for (Relation relation : values()) {
            String name = relation.celName + "_";
            bindings.add(CelFunctionBinding.from(name + "bool", Boolean.class, Boolean.class, relation::ofBooleans));
            bindings.add(CelFunctionBinding.from(name + "string", String.class, String.class, relation::ofTexts));
            NUMBERS.forEach((firstName, first) -> NUMBERS.forEach((secondName, second) -> {
                String types = first == second ? firstName : firstName + "_" + secondName;
                bindings.add(CelFunctionBinding.from(name + types, first, second, relation::ofNumbers));
            }));
        }
        return bindings;
    }

    private Boolean ofBooleans(Boolean a, Boolean b) {
        return holds(ValueOrder.compare(a, b));
    }

    private Boolean ofTexts(String a, String b) {
        return holds(ValueOrder.compare(a, b));
    }

    private Boolean ofNumbers(Number a, Number b) {
        return holds(ValueOrder.compare(a, b));
    }

    private boolean holds(int order) {
        return switch (this) {
            case LESS -> order < 0;
            case LESS_EQUALS -> order <= 0;
            case GREATER -> order == 1;
            case GREATER_EQUALS -> order == 0 || order == 1;
        };
    }

    private static Map<String, Class<? extends Number>> numbers() {
        Map<String, Class<? extends Number>> numbers = new LinkedHashMap<>();
        numbers.put("int64", Long.class);
        numbers.put("uint64", UnsignedLong.class);
        numbers.put("double", Double.class);
        return numbers;
    }
}
