package dev.tidemark.core.number;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecimalsTest {

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @ParameterizedTest
    @CsvSource({"1.50, 1.5", "100, 100", "1E+3, 1000", "0.000, 0", "-0.10, -0.1", "1E-7, 0.0000001"})
    void canonicalHasTheSmallestScaleFromZero(String written, String plain) {
        BigDecimal canonical = Decimals.canonical(new BigDecimal(written));
        assertThat(canonical).isEqualTo(new BigDecimal(plain));
        assertThat(canonical.toPlainString()).isEqualTo(plain);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void comparesLikeBigDecimal(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            long a = anyLong(random);
            int scaleA = random.nextInt(40) - 5;
            boolean near = random.nextBoolean();
            int shift = random.nextInt(6);
            long b = near ? a * Decimals.power(shift) + random.nextInt(3) - 1 : anyLong(random);
            int scaleB = near ? scaleA + shift : random.nextInt(40) - 5;
            assertThat(Decimals.compare(a, scaleA, b, scaleB))
                    .as("%se-%s and %se-%s", a, scaleA, b, scaleB)
                    .isEqualTo(BigDecimal.valueOf(a, scaleA).compareTo(BigDecimal.valueOf(b, scaleB)));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void roundsDoublesLikeBigDecimal(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            double value = random.nextBoolean()
                    ? Math.scalb(1 + random.nextDouble(), random.nextInt(60) - 50)
                    : random.nextInt(1 << 20) / (double) (1 << random.nextInt(30));
            if (value > 0) {
                DecimalSum rounded = new DecimalSum();
                Decimals.roundTo16Digits(value, rounded);
                assertThat(rounded.value())
                        .as("%s", value)
                        .isEqualTo(Decimals.canonical(new BigDecimal(value).round(MathContext.DECIMAL64)));
            }
        }
    }

    /** Halves of the last digit that 16 digits have. */
    @ParameterizedTest
    @CsvSource({
        "2.00000000000000044, 2",
        "0.001, 0.001",
        "0.1, 0.1",
        "99.99999999999999, 99.99999999999999",
        "9.999999999999999999, 10",
        "1.0000000000000002, 1",
        "0.00099999999999999999, 0.001"
    })
    void roundsAtTheEdges(double value, String rounded) {
        DecimalSum sum = new DecimalSum();
        Decimals.roundTo16Digits(value, sum);
        assertThat(sum.value()).isEqualTo(new BigDecimal(rounded));
        assertThat(sum.value()).isEqualTo(Decimals.canonical(new BigDecimal(value).round(MathContext.DECIMAL64)));
    }

    @Test
    void knowsWhatFitsALong() {
        assertThat(Decimals.fitsShifted(9, 18)).isTrue();
        assertThat(Decimals.fitsShifted(10, 18)).isFalse();
        assertThat(Decimals.fitsShifted(-9, 18)).isTrue();
        assertThat(Decimals.fitsShifted(-10, 18)).isFalse();
        assertThat(Decimals.fitsShifted(Long.MIN_VALUE, 0)).isTrue();
        assertThat(Decimals.fitsShifted(1, 19)).isFalse();
        assertThat(Decimals.fitsShifted(0, 30)).isTrue();
    }

    static long anyLong(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(5) - 2;
            case 1 -> Long.MAX_VALUE - random.nextInt(3);
            case 2 -> Long.MIN_VALUE + random.nextInt(3);
            default -> random.nextLong() >> random.nextInt(64);
        };
    }
}
