package dev.tidemark.core.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.Flaw;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rule of comparisons (docs/semantics.md) on a grid: every pair of numbers that were ever mistaken, by every
 * operator, on every way through an expression, against an oracle that knows exact values and nothing of CEL.
 */
class ComparisonGridTest {

    /** By name: what the event holds, as unscaled value and scale. */
    private static final Map<String, BigDecimal> FIELDS = fields();

    private static final List<String> OPERATORS = List.of("==", "!=", "<", "<=", ">", ">=");

    /** The operands that are also compared inside everything that may contain a comparison. */
    private static final Set<String> NESTED = Set.of("zero * -1", "zero / zero", "zero1", "0", "odd53", "one / 0");

    /** A number as an expression writes it, and its exact value: a decimal, or a double that is none. */
    private record Operand(String text, Object value) {

        boolean namesAField() {
            return text.matches(".*[a-t].*");
        }
    }

    private static Map<String, BigDecimal> fields() {
        Map<String, BigDecimal> fields = new LinkedHashMap<>();
        fields.put("zero", BigDecimal.ZERO);
        fields.put("zero1", new BigDecimal("0.0"));
        fields.put("one", BigDecimal.ONE);
        fields.put("minus", new BigDecimal("-1.0"));
        fields.put("half", new BigDecimal("0.5"));
        fields.put("odd53", new BigDecimal("9007199254740993"));
        fields.put("odd53_1", new BigDecimal("9007199254740993.0"));
        fields.put("longest", new BigDecimal(Long.MAX_VALUE));
        fields.put("least", new BigDecimal(Long.MIN_VALUE));
        fields.put("beyond", new BigDecimal("9223372036854775808"));
        return fields;
    }

    private static Operand operand(String text, String value) {
        return new Operand(text, new BigDecimal(value));
    }

    private static List<Operand> operands() {
        List<Operand> operands = new ArrayList<>(List.of(
                operand("0", "0"),
                operand("-0.0", "0"),
                operand("1", "1"),
                operand("-0.5", "-0.5"),
                operand("9007199254740993", "9007199254740993"),
                operand("9007199254740992.0", "9007199254740992"),
                operand("9223372036854775807", "9223372036854775807"),
                operand("9223372036854775808.0", "9223372036854775808"),
                operand("18446744073709551615u", "18446744073709551615"),
                operand("zero * -1", "0"),
                operand("-(zero * 1)", "0"),
                operand("(one > 0 ? zero1 * -1 : 1.0)", "0"),
                operand("-least", "9223372036854775808"),
                operand("odd53 * 1", "9007199254740992"),
                new Operand("zero / zero", Double.NaN),
                new Operand("-(zero1 / 0)", Double.NaN),
                new Operand("one / 0", Double.POSITIVE_INFINITY),
                new Operand("minus / zero", Double.NEGATIVE_INFINITY)));
        FIELDS.forEach((name, value) -> operands.add(new Operand(name, value)));
        return operands;
    }

    static Stream<String> operators() {
        return OPERATORS.stream();
    }

    @ParameterizedTest
    @MethodSource("operators")
    void conditionsAgreeWithExactValues(String operator) throws InvalidExpression {
        EventRow row = row();
        for (Operand left : operands()) {
            for (Operand right : operands()) {
                boolean expected = naive(operator, left.value(), right.value());
                if (!left.namesAField() && !right.namesAField()) {
                    // CEL's checker refuses to compare some literals for equality: the author sees it.
                    continue;
                }
                for (String text : written(left.text(), operator, right.text())) {
                    FilterExpression filter = FilterExpression.parse(text);
                    assertThat(filter.bind(path -> slot(path.toString())).test(row))
                            .as(text)
                            .isEqualTo(expected);
                    assertThat(filter.bindToCel(path -> slot(path.toString())).test(row))
                            .as("CEL: %s", text)
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** The same comparison, plain and inside everything that may contain one. */
    private static List<String> written(String left, String operator, String right) {
        String plain = left + " " + operator + " " + right;
        if (!NESTED.contains(left) || !NESTED.contains(right)) {
            return List.of(plain);
        }
        List<String> texts = new ArrayList<>(List.of(
                plain,
                "!!(" + plain + ")",
                "(" + plain + " ? 'yes' : 'no') == 'yes'",
                "[" + plain + "] == [true]",
                "nothing > 1 && false || " + plain));
        if (operator.equals("==")) {
            texts.add(left + " in [" + right + "]");
            texts.add(left + " in [half, " + right + "]");
            texts.add("[one, " + left + "] == [one, " + right + "]");
            texts.add("[[" + left + "]] == [[" + right + "]]");
        } else if (operator.equals("!=")) {
            texts.add("!(" + left + " in [" + right + "])");
            texts.add("[" + left + "] != [" + right + "]");
        }
        return texts;
    }

    @ParameterizedTest
    @MethodSource("operators")
    void derivedFeaturesAgreeWithExactValues(String operator) throws InvalidExpression {
        Map<String, ValueType> types = new HashMap<>();
        Map<String, @Nullable Object> values = new HashMap<>();
        types.put("nothing", ValueType.SCALAR);
        values.put("nothing", 2L);
        FIELDS.forEach((name, value) -> {
            types.put(name, ValueType.NUMBER);
            values.put(name, value);
        });
        for (Operand left : operands()) {
            for (Operand right : operands()) {
                boolean expected = naive(operator, asDouble(left.value()), asDouble(right.value()));
                for (String each : written(left.text(), operator, right.text())) {
                    assertThat(DerivedExpression.parse(each)
                                    .compile(types, null)
                                    .expression()
                                    .evaluate(values))
                            .as(each)
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** Inside a derived feature every number is a double. */
    private static Object asDouble(Object value) {
        double number = ((Number) value).doubleValue();
        return Double.isFinite(number) ? new BigDecimal(number) : (Object) number;
    }

    /** What is not a number is different from everything; anything else has its place on the line of numbers. */
    private static boolean naive(String operator, Object left, Object right) {
        if (left.equals(Double.NaN) || right.equals(Double.NaN)) {
            return operator.equals("!=");
        }
        int order = Integer.compare(end(left), end(right));
        if (order == 0 && left instanceof BigDecimal a && right instanceof BigDecimal b) {
            order = a.compareTo(b);
        }
        return switch (operator) {
            case "==" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static int end(Object value) {
        return value instanceof Double infinite ? (infinite > 0 ? 1 : -1) : 0;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "object != object",
                "!(object == object)",
                "!(object in [object, 1])",
                "[object] != [object]",
                "null in [null]",
                "absent in ['x', null]",
                "!(zero in ['0', null, false])",
                "[] == []",
                "[1] != [1, 1]",
                "string(zero * -1) == string(zero * 1)",
                "string(-0.0) == '0.0'",
                "int(zero * -1) == 0",
                "double('NaN') != double('NaN')",
                "double('-0') == zero",
                "false < true && !(true <= false)",
                "astral > last16",
                "last16 < astral && !(astral <= last16)",
                "astral != last16 && astral in [last16, astral]"
            })
    void whatElseCompares(String text) throws InvalidExpression {
        FilterExpression filter = FilterExpression.parse(text);
        assertThat(filter.bind(path -> slot(path.toString())).test(row())).isTrue();
        assertThat(filter.bindToCel(path -> slot(path.toString())).test(row())).isTrue();
    }

    @Test
    void theLeastAndTheGreatestOfWhatIsNotANumberIsNone() throws InvalidExpression {
        Map<String, ValueType> types = Map.of("a", ValueType.NUMBER);
        for (String text : List.of("math.greatest(a / a, 1)", "math.least(1, a / a)", "math.abs(a / a)")) {
            assertThat(DerivedExpression.parse(text + " == " + text)
                            .compile(types, null)
                            .expression()
                            .evaluate(Map.of("a", 0L)))
                    .as(text)
                    .isEqualTo(false);
        }
        assertThat(DerivedExpression.parse("math.least(a * -1, 0) == 0 && math.round(a - 0.4) >= 0")
                        .compile(types, null)
                        .expression()
                        .evaluate(Map.of("a", 0L)))
                .isEqualTo(true);
    }

    private static int slot(String field) {
        return switch (field) {
            case "nothing" -> FIELDS.size();
            case "object" -> FIELDS.size() + 1;
            case "astral" -> FIELDS.size() + 2;
            case "last16" -> FIELDS.size() + 3;
            case "absent" -> FIELDS.size() + 4;
            default -> List.copyOf(FIELDS.keySet()).indexOf(field);
        };
    }

    private static EventRow row() {
        EventRow row = new EventRow(FIELDS.size() + 5);
        FIELDS.forEach((name, value) -> {
            if (value.unscaledValue().bitLength() < Long.SIZE) {
                row.setNumber(slot(name), value.unscaledValue().longValueExact(), value.scale());
            } else {
                row.setBigNumber(slot(name), value);
            }
        });
        row.setFlawed(slot("nothing"), Flaw.NUMBER_OUT_OF_BOUNDS);
        row.setCompound(slot("object"));
        row.setString(slot("astral"), "\uD83D\uDE00");
        row.setString(slot("last16"), "\uFFFD");
        return row;
    }
}
