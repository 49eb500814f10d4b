package dev.tidemark.core.catalog;

import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.Grid;
import dev.tidemark.core.aggregate.Label;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the arguments of an aggregate function by what its {@link Parameter}s say. */
final class ArgumentReader {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private ArgumentReader() {}

    /** Arguments by name, defaults filled in; without those that have a mistake. */
    static Map<String, Object> read(YamlMapping feature, List<Parameter> parameters, SourceFields fields) {
        Map<String, Object> arguments = new HashMap<>();
        for (Parameter parameter : parameters) {
            YamlValue at = feature.optional(parameter.name());
            Object value = at == null ? parameter.defaultValue() : read(at, parameter, fields);
            if (value != null) {
                arguments.put(parameter.name(), value);
            } else if (at == null) {
                feature.at()
                        .problem(
                                "'" + parameter.name() + "' is missing",
                                "add " + parameter.name() + ": " + parameter.summary());
            }
        }
        return arguments;
    }

    private static @Nullable Object read(YamlValue at, Parameter parameter, SourceFields fields) {
        return switch (parameter.kind()) {
            case INTEGER -> integer(at, parameter);
            case NUMBER -> number(at, parameter);
            case BOOLEAN -> at.bool();
            case DURATION -> duration(at, parameter);
            case NUMBERS, PERCENTS -> numbers(at, parameter);
            case STRINGS -> strings(at, parameter);
            case LABEL -> label(at, fields);
            case FIELD -> field(at, fields);
            case GRID -> SourceReader.oneOf(List.of(Grid.values()), at, "grid", "grids");
        };
    }

    private static @Nullable Label label(YamlValue at, SourceFields fields) {
        if (at.isNumber()) {
            Long constant = at.integer(0, 1);
            return constant == null ? null : Label.always(constant.intValue());
        }
        FieldInput field = field(at, fields);
        return field == null ? null : Label.of(field);
    }

    private static @Nullable FieldInput field(YamlValue at, SourceFields fields) {
        FieldPath path = at.field();
        Field field = path == null ? null : fields.use(path, at);
        return field == null ? null : new FieldInput(field.slot(), field.toString(), true);
    }

    private static @Nullable Integer integer(YamlValue at, Parameter parameter) {
        long min = Double.isNaN(parameter.min()) ? Integer.MIN_VALUE : (long) parameter.min();
        long max = Double.isNaN(parameter.max()) ? Integer.MAX_VALUE : (long) parameter.max();
        Long value = at.integer(min, max);
        return value == null ? null : (Integer) value.intValue();
    }

    private static @Nullable BigDecimal number(YamlValue at, Parameter parameter) {
        BigDecimal value = at.decimal();
        if (value == null || isWithin(value.doubleValue(), parameter)) {
            return value;
        }
        at.problem(at.shown() + " is out of bounds", "write a number " + bounds(parameter, ""));
        return null;
    }

    private static @Nullable Long duration(YamlValue at, Parameter parameter) {
        Long millis = at.duration();
        if (millis == null || isWithin((double) millis, parameter)) {
            return millis;
        }
        at.problem(at.shown() + " is out of bounds", "write a duration " + durationBounds(parameter));
        return null;
    }

    private static @Nullable List<BigDecimal> numbers(YamlValue at, Parameter parameter) {
        List<YamlValue> elements = elements(at, parameter, "[1, 10, 100]");
        if (elements == null) {
            return null;
        }
        List<BigDecimal> numbers = new ArrayList<>();
        boolean valid = true;
        for (YamlValue element : elements) {
            BigDecimal number = element.decimal();
            if (number != null && isElement(number, numbers, element, parameter)) {
                numbers.add(number);
            } else {
                valid = false;
            }
        }
        return valid ? numbers : null;
    }

    /** @param before the elements before it, without those that are mistakes */
    private static boolean isElement(
            BigDecimal number, List<BigDecimal> before, YamlValue element, Parameter parameter) {
        if (number.precision() > Bounds.MAX_NUMBER_DIGITS || Math.abs(number.scale()) > Bounds.MAX_NUMBER_EXPONENT) {
            element.problem(
                    element.shown() + " is out of bounds", "use at most " + Bounds.MAX_NUMBER_DIGITS + " digits");
            return false;
        }
        boolean percents = parameter.kind() == Parameter.Kind.PERCENTS;
        if (percents && (number.signum() < 0 || number.compareTo(HUNDRED) > 0)) {
            element.problem(element.shown() + " is not from 0 to 100", "write percentiles such as 50 or 99.9");
            return false;
        }
        if (!before.isEmpty() && number.compareTo(before.get(before.size() - 1)) <= 0) {
            element.problem(
                    element.shown() + " does not exceed the number before it",
                    "list the numbers of '" + parameter.name() + "' in increasing order, each once");
            return false;
        }
        return true;
    }

    private static @Nullable List<String> strings(YamlValue at, Parameter parameter) {
        List<YamlValue> elements = elements(at, parameter, "[shoes, hats]");
        return elements == null ? null : distinctTexts(elements);
    }

    /** The texts of a list, each at most as long as a scalar may be and given once; null with the mistake reported. */
    static @Nullable List<String> distinctTexts(List<YamlValue> elements) {
        List<String> texts = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        boolean valid = true;
        for (YamlValue element : elements) {
            String text = element.text("write a text");
            if (text == null) {
                valid = false;
            } else if (!seen.add(text)) {
                element.problem(element.shown() + " stands twice", "list every value once");
                valid = false;
            } else if (text.getBytes(StandardCharsets.UTF_8).length > Bounds.MAX_SCALAR_BYTES) {
                element.problem(element.shown() + " is too long", "use at most " + Bounds.MAX_SCALAR_BYTES + " bytes");
                valid = false;
            } else {
                texts.add(text);
            }
        }
        return valid ? texts : null;
    }

    private static @Nullable List<YamlValue> elements(YamlValue at, Parameter parameter, String example) {
        List<YamlValue> elements = at.list("write a list such as " + example);
        if (elements == null || isWithin(elements.size(), parameter)) {
            return elements;
        }
        at.problem(
                "'" + parameter.name() + "' with " + elements.size() + " elements",
                "list " + bounds(parameter, " elements"));
        return null;
    }

    private static boolean isWithin(double value, Parameter parameter) {
        // A missing bound is NaN, with which every comparison is false.
        return !(value < parameter.min()) && !(value > parameter.max());
    }

    private static String bounds(Parameter parameter, String unit) {
        String min = Double.isNaN(parameter.min()) ? "" : "from " + plain(parameter.min()) + " ";
        String max = Double.isNaN(parameter.max()) ? "" : "to " + plain(parameter.max());
        return (min + max).strip() + unit;
    }

    private static String durationBounds(Parameter parameter) {
        String min = Double.isNaN(parameter.min()) ? "" : "from " + Window.formatDuration((long) parameter.min()) + " ";
        String max = Double.isNaN(parameter.max()) ? "" : "to " + Window.formatDuration((long) parameter.max());
        return (min + max).strip();
    }

    /** A bound without decimals where it has none. */
    static String plain(double bound) {
        return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
    }
}
