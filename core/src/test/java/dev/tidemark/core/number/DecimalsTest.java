package dev.tidemark.core.number;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
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
