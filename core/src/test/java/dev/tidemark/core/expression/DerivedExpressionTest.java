package dev.tidemark.core.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DerivedExpressionTest {

    private static final Map<String, ValueType> TYPES = Map.of(
            "a_5m", ValueType.NUMBER,
            "b_5m", ValueType.NUMBER,
            "none_5m", ValueType.NUMBER,
            "flag_5m", ValueType.BOOLEAN,
            "last_5m", ValueType.SCALAR,
            "top_5m", ValueType.list(ValueType.SCALAR));

    private static final Map<String, @Nullable Object> VALUES = values();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a_5m / 2                       | 3.5
            a_5m / b_5m                    | 2.8
            a_5m == 7 ? a_5m : 0           | 7
            a_5m + b_5m * 2 - 1            | 11
            1 / 3                          | 0.3333333333333333
            a_5m in [1, 7]                 | true
            a_5m > b_5m                    | true
            -a_5m                          | -7
            math.abs(0 - a_5m)             | 7
            math.greatest(a_5m, 10)        | 10
            math.least(a_5m, 10)           | 7
            math.round(b_5m)               | 3
            math.round(0.49999999999999994) | 0
            math.floor(b_5m)               | 2
            math.ceil(b_5m)                | 3
            math.sqrt(4)                   | 2
            0.1 + 0.2                      | 0.30000000000000004
            flag_5m ? 1 : 2                | 1
            last_5m == 'x'                 | true
            last_5m                        | x
            last_5m == 'x' ? 'yes' : 'no'  | yes
            """)
    void computes(String text, String expected) throws InvalidExpression {
        assertThat(String.valueOf(evaluate(text, null))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"a_5m / 0", "0 / 0", "none_5m + 1", "none_5m == 1 || true", "last_5m + 1", "math.sqrt(0 - a_5m)"})
    void nothingToComputeFromIsNullOrTheDefault(String text) throws InvalidExpression {
        assertThat(evaluate(text, null)).isNull();
        assertThat(evaluate(text, BigDecimal.ZERO)).isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void knowsItsInputsAndItsType() throws InvalidExpression {
        DerivedExpression.Compiled compiled =
                DerivedExpression.parse("b_5m > 1 ? a_5m : b_5m").compile(TYPES, null);

        assertThat(compiled.expression().inputs()).containsExactly("b_5m", "a_5m");
        assertThat(compiled.type()).isEqualTo(ValueType.NUMBER);
        assertThat(DerivedExpression.parse("last_5m").compile(TYPES, null).type())
                .isEqualTo(ValueType.SCALAR);
        assertThat(DerivedExpression.parse("flag_5m").compile(TYPES, null).type())
                .isEqualTo(ValueType.BOOLEAN);
        assertThat(DerivedExpression.parse("math.abs(a_5m)").references())
                .containsExactly(new DerivedExpression.Reference("a_5m", 1, 10));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            flag_5m + 1        | 1:9 found no matching overload for '_+_' applied to '(bool, double)'
            top_5m > 1         | 1:1 'top_5m' is a list or an object
            a_5m.p50           | 1:1 undeclared reference
            [a_5m]             | 1:1 the result is a list
            a_5m +             | 1:7 the expression ends too early
            size('a') == 1     | 1:5 undeclared reference to 'size'
            """)
    void refusesWithTheColumn(String text, String expected) {
        assertThatThrownBy(() -> DerivedExpression.parse(text).compile(TYPES, null))
                .isInstanceOfSatisfying(
                        InvalidExpression.class,
                        e -> assertThat(e.problems())
                                .extracting(
                                        problem -> problem.line() + ":" + problem.column() + " " + problem.problem())
                                .first()
                                .asString()
                                .startsWith(expected));
    }

    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aResultNamesItsDouble(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                BigDecimal decimal = Decimals.shortest(value);
                assertThat(decimal.doubleValue()).as("seed %d", seed).isEqualTo(value == 0 ? 0.0 : value);
                assertThat(decimal.precision()).isLessThanOrEqualTo(17);
            }
            BigDecimal shortText = BigDecimal.valueOf(random.nextInt(2_000_000) - 1_000_000, random.nextInt(8));
            assertThat(Decimals.shortest(shortText.doubleValue()))
                    .as("seed %d", seed)
                    .isEqualByComparingTo(shortText);
        }
    }

    @Test
    void aResultIsNoLongerThanItMustBe() {
        // forms.
        assertThat(Decimals.shortest(Double.parseDouble("2e23"))).isEqualTo(new BigDecimal("2E+23"));
        assertThat(Decimals.shortest(-0.0)).isEqualTo(BigDecimal.ZERO);
        assertThat(Decimals.shortest(100)).isEqualTo(new BigDecimal("1E+2"));
    }

    private static @Nullable Object evaluate(String text, @Nullable Object defaultValue) throws InvalidExpression {
        Object value = DerivedExpression.parse(text)
                .compile(TYPES, defaultValue)
                .expression()
                .evaluate(VALUES);
        return value instanceof BigDecimal number && defaultValue == null ? number.toPlainString() : value;
    }

    private static Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("a_5m", 7L);
        values.put("b_5m", new BigDecimal("2.5"));
        values.put("none_5m", null);
        values.put("flag_5m", true);
        values.put("last_5m", "x");
        return values;
    }
}
