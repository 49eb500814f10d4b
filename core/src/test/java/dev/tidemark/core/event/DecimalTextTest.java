package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTextTest {

    private static final String ZEROS_1000 = "0".repeat(1000);

    private final DecimalText decimal = new DecimalText();

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "-0, 0, 0",
        "0.00, 0, 2",
        "-0.0e5, 0, 0",
        "7, 7, 0",
        "-7, -7, 0",
        "1.50, 150, 2",
        "1e3, 1, -3",
        "1E+3, 1, -3",
        "0.1e-5, 1, 6",
        "12.5e1, 125, 0",
        "1e0000000000000000005, 1, -5",
        "0e999999999999999999999999, 0, 0",
        "0e-999999999999999999999999, 0, 0",
        "999999999999999999, 999999999999999999, 0",
        "-999999999999999999, -999999999999999999, 0",
        "0.000000000000000000000000000000000001e2, 1, 34",
        "1e-34, 1, 34",
        "1.000e-34, 1, 34",
        "9e34, 9, -34",
        "1000000000000000000000, 1, -21",
        "123456789012345678.00000, 123456789012345678, 0",
    })
    void keepsSmallNumbersInPrimitives(String text, long unscaled, int scale) {
        assertThat(read(text)).isTrue();
        assertThat(decimal.big()).isNull();
        assertThat(decimal.unscaled()).isEqualTo(unscaled);
        assertThat(decimal.scale()).isEqualTo(scale);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1234567890123456789",
                "-1234567890123456789",
                "1000000000000000001",
                "1.2345678901234567891",
                "9999999999999999999999999999999999e1",
                "-9.999999999999999999999999999999999e34",
                "0.1000000000000000000000000000000001",
                "1234567890123456789e-34",
            })
    void keepsLongerNumbersExactly(String text) {
        assertThat(read(text)).isTrue();
        assertThat(decimal.big()).isNotNull().isEqualByComparingTo(new BigDecimal(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e35",
                "-1e35",
                "1e-35",
                "1e999999999999999999999999999",
                "1e-999999999999999999999999999",
                "1.5e-34",
                "12345678901234567890123456789012345",
                "1.0000000000000000000000000000000001e1000",
                "100000000000000000000000000000000000",
                "1000000000000000000000000000000000.01",
                "0.00000000000000000000000000000000001",
            })
    void refusesWhatIsOutOfBounds(String text) {
        assertThat(read(text)).isFalse();
    }

    @Test
    void judgesTheValueNotItsWriting() {
        assertValue("1." + ZEROS_1000, "1");
        assertValue("0." + ZEROS_1000 + "25e1000", "0.25");
        assertValue("1" + ZEROS_1000 + "e-1000", "1");
        assertValue("12345678901234567890" + ZEROS_1000 + ".0e-1000", "12345678901234567890");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithBigDecimal(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            String text = Numbers.random(random);
            BigDecimal expected = new BigDecimal(text);
            assertThat(read(text)).as(text).isEqualTo(Numbers.inBounds(expected));
            if (Numbers.inBounds(expected)) {
                assertThat(value()).as(text).isEqualByComparingTo(expected);
                assertSmallIffShort(text, expected);
            }
        }
    }

    private void assertSmallIffShort(String text, BigDecimal expected) {
        boolean small = decimal.big() == null;
        assertThat(small).as(text).isEqualTo(expected.stripTrailingZeros().precision() <= 18);
        if (small) {
            assertThat(decimal.scale()).as(text).isBetween(-34, 34);
            assertThat(Math.abs(decimal.unscaled())).as(text).isLessThan(1_000_000_000_000_000_000L);
        }
    }

    private void assertValue(String text, String expected) {
        assertThat(read(text)).isTrue();
        assertThat(value()).isEqualByComparingTo(new BigDecimal(expected));
    }

    private boolean read(String text) {
        String around = "7" + text + "7";
        return decimal.read(around.toCharArray(), 1, text.length());
    }

    private BigDecimal value() {
        @Nullable BigDecimal big = decimal.big();
        return big == null ? BigDecimal.valueOf(decimal.unscaled(), decimal.scale()) : big;
    }
}
