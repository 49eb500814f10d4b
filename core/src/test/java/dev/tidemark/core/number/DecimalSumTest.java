package dev.tidemark.core.number;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecimalSumTest {

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @Test
    void nothingSumsToZero() {
        assertThat(new DecimalSum().value()).isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void centsStayExact() {
        DecimalSum sum = new DecimalSum();
        for (int i = 0; i < 10; i++) {
            sum.add(10, 2);
        }
        assertThat(sum.value()).isEqualTo(BigDecimal.ONE);
    }

    @Test
    void goesOnAfterAnOverflow() {
        DecimalSum sum = new DecimalSum();
        sum.add(Long.MAX_VALUE, 0);
        sum.add(Long.MAX_VALUE, 0);
        sum.add(-1, 1);
        assertThat(sum.value()).isEqualTo(new BigDecimal("18446744073709551613.9"));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void sumsLikeBigDecimal(long seed) {
        Random random = new Random(seed);
        DecimalSum[] parts = {new DecimalSum(), new DecimalSum(), new DecimalSum()};
        BigDecimal expected = BigDecimal.ZERO;
        for (int i = 0; i < 2_000; i++) {
            DecimalSum sum = parts[random.nextInt(parts.length)];
            long unscaled = DecimalsTest.anyLong(random);
            int scale = random.nextInt(10) == 0 ? random.nextInt(54) - 17 : 2 + random.nextInt(2);
            expected = expected.add(addOne(random, sum, unscaled, scale));
        }
        parts[0].merge(parts[1]);
        parts[0].merge(parts[2]);
        assertThat(parts[0].value()).isEqualByComparingTo(expected);
        assertThat(parts[0].value()).isEqualTo(Decimals.canonical(expected));
    }

    private static BigDecimal addOne(Random random, DecimalSum sum, long unscaled, int scale) {
        BigDecimal value = BigDecimal.valueOf(unscaled, scale);
        switch (random.nextInt(4)) {
            case 0 -> {
                sum.addSquare(unscaled, scale);
                return value.pow(2);
            }
            case 1 -> {
                sum.add(value);
                return value;
            }
            default -> {
                sum.add(unscaled, scale);
                return value;
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void findsExtremesLikeBigDecimal(long seed) {
        Random random = new Random(seed);
        DecimalExtreme least = new DecimalExtreme(/* greatest= */ false);
        DecimalExtreme greatest = new DecimalExtreme(/* greatest= */ true);
        BigDecimal min = null;
        BigDecimal max = null;
        for (int i = 0; i < 300; i++) {
            long unscaled = DecimalsTest.anyLong(random);
            int scale = random.nextInt(54) - 17;
            BigDecimal value = BigDecimal.valueOf(unscaled, scale);
            min = min == null ? value : min.min(value);
            max = max == null ? value : max.max(value);
            if (random.nextInt(3) == 0) {
                least.accept(value);
                greatest.accept(value);
            } else {
                least.accept(unscaled, scale);
                greatest.accept(unscaled, scale);
            }
            assertThat(least.value()).isEqualTo(Decimals.canonical(min));
            assertThat(greatest.value()).isEqualTo(Decimals.canonical(max));
        }
    }
}
