package dev.tidemark.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    /** Rule P2: numeric order, whatever the number of digits; then the subsequence number. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void ordersLikeIntegers(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            BigInteger a = new BigInteger(1 + random.nextInt(190), random);
            BigInteger b = random.nextBoolean() ? a : new BigInteger(1 + random.nextInt(190), random);
            Position left = new Position(a.toString(), random.nextInt(3));
            Position right = new Position(b.toString(), random.nextInt(3));
            int expected = a.equals(b) ? Long.compare(left.subsequence(), right.subsequence()) : a.compareTo(b);
            assertThat(Integer.signum(left.compareTo(right)))
                    .as("%s and %s", left, right)
                    .isEqualTo(Integer.signum(expected));
            assertThat(left.isAfter(right)).isEqualTo(expected > 0);
            assertThat(Position.max(left, right)).isEqualTo(expected >= 0 ? left : right);
            assertThat(Position.parse(left.text())).isEqualTo(left);
        }
    }

    @Test
    void theOriginIsBeforeAll() {
        assertThat(Position.ORIGIN).isLessThan(new Position("0", 0));
        assertThat(Position.parse(Position.ORIGIN.text())).isEqualTo(Position.ORIGIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x:0", "01:0", "1:-1", "-1:0", "1", ":7", "1:x", "1.5:0"})
    void whatIsNoPositionIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Position.parse(text));
    }
}
