package dev.tidemark.core.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.PublishedFile;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleTest {

    /** Frozen: a row that was kept once is kept forever. */
    @ParameterizedTest
    @CsvSource({"p1, 0.30572917984094694", "p|2, 0.8853298076889055"})
    void whereAnIdStandsIsFrozen(String id, double fraction) throws IOException {
        assertThat(Sample.fraction(id)).isEqualTo(fraction);
        assertThat(PublishedFile.read("format.md")).contains("`" + id + "`").contains(Double.toString(fraction));
        assertThat(Sample.keeps(id, Math.nextUp(fraction))).isTrue();
        assertThat(Sample.keeps(id, fraction)).isFalse();
        assertThat(Sample.keeps(id, 1)).isTrue();
    }

    @Test
    void aShareOfTheIdsIsKept() {
        long kept = IntStream.range(0, 100_000)
                .filter(i -> Sample.keeps("prediction-" + i, 0.1))
                .count();

        assertThat(kept).isBetween(9_700L, 10_300L);
    }
}
