package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HistogramTest {

    @Test
    void aBoundaryBelongsToTheBucketAboveIt() {
        assertThat(of("-1 0 9.99 10 10.0 99 100 1000", "0", "10", "100")).isEqualTo(List.of(1L, 2L, 3L, 2L));
    }

    @Test
    void ofNothingAllCountsAreZero() {
        assertThat(of("", "0", "10")).isEqualTo(List.of(0L, 0L, 0L));
    }

    /** As doubles all of these are 0.1. */
    @Test
    void comparesExactly() {
        assertThat(of("0.0999999999999999999999 0.1 0.1000000000000000000001 0.10", "0.1"))
                .isEqualTo(List.of(1L, 3L));
        assertThat(of("0.1 0.1000000000000000000001 0.1000000000000000000002", "0.1", "0.1000000000000000000001"))
                .isEqualTo(List.of(0L, 1L, 2L));
    }

    @Test
    void boundariesThatDoNotIncreaseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of("", "1", "1.0"))
                .withMessageContaining("1.0");
    }

    private static Object of(String numbers, String... boundaries) {
        Computation histogram = Rows.bind(
                "histogram",
                Map.of("boundaries", Stream.of(boundaries).map(BigDecimal::new).toList()));
        Object value = Rows.value(
                histogram,
                Stream.of(numbers.split(" "))
                        .filter(text -> !text.isEmpty())
                        .map(text -> Rows.row(new BigDecimal(text)))
                        .toList());
        return value == null ? List.of() : value;
    }
}
