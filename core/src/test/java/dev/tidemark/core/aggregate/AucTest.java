package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AucTest {

    private static final Computation AUC = Rows.bind("auc", Map.of());

    @Test
    void scoresThatSeparateTheLabelsHaveOneAndNoError() {
        List<EventRow> events = List.of(judged("0.2", 0), judged("0.4", 0), judged("0.6", 1));

        assertThat(Rows.value(AUC, events)).isEqualTo(BigDecimal.ONE);
        assertThat(AUC.approximation(Rows.tiles(AUC, events))).isNull();
    }

    @Test
    void equalScoresCountHalf() {
        List<EventRow> events = List.of(judged("0.2", 0), judged("0.2", 1), judged("0.4", 0), judged("0.4", 1));

        assertThat(Rows.value(AUC, events)).isEqualTo(new BigDecimal("0.5"));
        assertThat(Objects.requireNonNull(AUC.approximation(Rows.tiles(AUC, events))))
                .isEqualTo(new Computation.Approximation("score_buckets", 0.25));
    }

    @Test
    void withoutBothLabelsThereIsNone() {
        assertThat(Rows.value(AUC, List.of())).isNull();
        assertThat(Rows.value(AUC, List.of(judged("0.2", 1), judged("0.4", 1)))).isNull();
        assertThat(Rows.value(AUC, List.of(judged("0.2", 0)))).isNull();
    }

    /** Buckets are fine where scores are, near both ends. */
    @Test
    void tellsSmallScoresApart() {
        assertThat(Rows.value(AUC, List.of(judged("0.00011", 1), judged("0.0001", 0))))
                .isEqualTo(BigDecimal.ONE);
        assertThat(Rows.value(AUC, List.of(judged("0.9999", 1), judged("0.99989", 0))))
                .isEqualTo(BigDecimal.ONE);
        assertThat(Rows.value(AUC, List.of(judged("0.51", 1), judged("0.5", 0), judged("0.49", 0))))
                .isEqualTo(BigDecimal.ONE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void isWithinItsOwnBoundOfTheTruth(long seed) {
        Random random = new Random(seed);
        List<EventRow> events = new ArrayList<>();
        double skill = random.nextDouble();
        double prevalence = seed % 2 == 0 ? 0.02 : 0.3;
        for (int i = 0; i < 2_000; i++) {
            int label = random.nextDouble() < prevalence ? 1 : 0;
            double logit = random.nextGaussian() + label * 2 * skill - (seed > 3 ? 4 : 0);
            events.add(judged(String.format(java.util.Locale.ROOT, "%.6f", 1 / (1 + Math.exp(-logit))), label));
        }

        double value = ((BigDecimal) Objects.requireNonNull(Rows.value(AUC, events))).doubleValue();
        double bound = Objects.requireNonNull(AUC.approximation(Rows.tiles(AUC, events)))
                .relativeError();
        assertThat(Math.abs(value - exact(events))).isLessThanOrEqualTo(bound + 1e-12);
        assertThat(bound).isBetween(0.0, 0.006);
    }

    private static double exact(List<EventRow> events) {
        double won = 0;
        long pairs = 0;
        for (EventRow positive : events) {
            for (EventRow negative : events) {
                if (positive.unscaled(Traffic.LABEL) == 1 && negative.unscaled(Traffic.LABEL) == 0) {
                    pairs++;
                    won += 0.5 + 0.5 * positive.decimal(Traffic.INPUT).compareTo(negative.decimal(Traffic.INPUT));
                }
            }
        }
        return won / pairs;
    }

    private static EventRow judged(String score, int label) {
        return Rows.judged(new BigDecimal(score), label);
    }
}
