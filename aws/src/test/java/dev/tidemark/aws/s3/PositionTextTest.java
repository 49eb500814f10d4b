package dev.tidemark.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.stream.Position;
import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTextTest {

    @Test
    void isFrozen() {
        assertThat(PositionText.of(new Position("4959", 12))).isEqualTo("004-4959-0000000000000000012");
        assertThat(PositionText.of(new Position("0", Long.MAX_VALUE))).isEqualTo("001-0-9223372036854775807");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14})
    void sortsAsThePositionsDo(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Position a = random(random);
            Position b = random.nextInt(4) == 0 ? new Position(a.sequenceNumber(), random.nextInt(20)) : random(random);

            assertThat(Integer.signum(PositionText.of(a).compareTo(PositionText.of(b))))
                    .as("%s and %s, seed %d", a, b, seed)
                    .isEqualTo(Integer.signum(a.compareTo(b)));
        }
    }

    private static Position random(Random random) {
        BigInteger sequence = new BigInteger(1 + random.nextInt(425), random);
        return new Position(sequence.toString(), random.nextInt(20));
    }
}
