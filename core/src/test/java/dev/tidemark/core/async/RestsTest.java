package dev.tidemark.core.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RestsTest {

    private final Rests rests = new Rests(25, 2_000);

    @Test
    void theBoundDoublesUpToTheLongest() {
        assertThat(longest(1)).isBetween(45L, 50L);
        assertThat(longest(2)).isBetween(90L, 100L);
        assertThat(longest(6)).isBetween(1_440L, 1_600L);
        assertThat(longest(7)).isBetween(1_800L, 2_000L);
        assertThat(longest(60)).as("no overflow").isBetween(1_800L, 2_000L);
    }

    @Test
    void aRestIsNeverNone() {
        Random random = new Random(1);
        assertThat(IntStream.range(0, 10_000)
                        .mapToLong(i -> rests.millis(1, random))
                        .min())
                .hasValue(1);
    }

    @Test
    void aLongestBelowTheFirstIsRefused() {
        assertThatThrownBy(() -> new Rests(25, 24)).hasMessageContaining("rests from 25 to 24 ms");
    }

    private long longest(int tries) {
        Random random = new Random(tries);
        return LongStream.generate(() -> rests.millis(tries, random))
                .limit(10_000)
                .max()
                .orElseThrow();
    }
}
