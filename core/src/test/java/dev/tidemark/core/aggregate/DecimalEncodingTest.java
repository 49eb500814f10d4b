package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecimalEncodingTest {

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0.5, 1", "7, 1", "49.99, 3", "1310.71, 3", "-1310.71, 3", "1310.72, 4", "20000, 3"})
    void pricesAreShort(BigDecimal value, int bytes) {
        assertThat(encoded(value)).hasSize(bytes);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void bytesTellTheValueAndNothingElse(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            long unscaled = random.nextLong() >> random.nextInt(64);
            int scale = random.nextInt(52) - 17;
            BigDecimal value = BigDecimal.valueOf(unscaled, scale);
            byte[] bytes = encoded(value);
            ByteWriter primitive = new ByteWriter();
            primitive.writeDecimal(unscaled, scale);
            assertThat(primitive.toByteArray()).as("%s in primitives", value).isEqualTo(bytes);
            assertThat(encoded(value.setScale(Math.max(0, scale) + 3)))
                    .as("%s with zeros", value)
                    .isEqualTo(bytes);
            assertThat(new ByteReader(bytes).readDecimal()).isEqualTo(Decimals.canonical(value));
        }
    }

    @ParameterizedTest
    @CsvSource({"576460752303423487, 9", "-576460752303423488, 9", "576460752303423488, 10", "0.0000001, 3"})
    void theFormChangesWhereAShortOneEnds(BigDecimal value, int bytes) {
        assertThat(encoded(value)).hasSize(bytes);
        assertThat(new ByteReader(encoded(value)).readDecimal()).isEqualTo(Decimals.canonical(value));
    }

    @Test
    void theLargestSumsFitTheirBounds() {
        BigInteger events = BigInteger.valueOf(Bounds.MAX_EVENTS);
        BigDecimal number = new BigDecimal(BigInteger.TEN.pow(Bounds.MAX_NUMBER_EXPONENT + 1))
                .subtract(new BigDecimal(BigInteger.ONE, Bounds.MAX_NUMBER_EXPONENT));
        BigDecimal sum = number.multiply(new BigDecimal(events)).negate();
        BigDecimal squares = number.pow(2).multiply(new BigDecimal(events));
        StateType sumType = SumState.Type.of(new FieldInput(0, "x", false));
        StateType squaresType = SumState.Type.ofSquares(new FieldInput(0, "x", false));
        assertThat(encoded(sum)).hasSizeBetween(sumType.maxEncodedBytes() - 1, sumType.maxEncodedBytes());
        assertThat(encoded(squares)).hasSizeBetween(squaresType.maxEncodedBytes() - 1, squaresType.maxEncodedBytes());
    }

    @Test
    void aHostileScaleIsRefused() {
        ByteWriter out = new ByteWriter();
        out.writeVarint(1_000_000_000L << 3 | 7);
        out.writeBigInteger(BigInteger.ONE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ByteReader(out.toByteArray()).readDecimal())
                .withMessageContaining("1000000000 decimals");
    }

    private static byte[] encoded(BigDecimal value) {
        ByteWriter out = new ByteWriter();
        out.writeDecimal(value);
        return out.toByteArray();
    }
}
