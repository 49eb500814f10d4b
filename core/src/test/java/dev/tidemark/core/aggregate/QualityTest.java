package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Functions of predictions and their labels, worked out by hand. */
class QualityTest {

    /** 0.9 and 0.6 of positives, 0.7 and 0.1 of negatives, and one without a label. */
    private static final List<EventRow> FOUR = List.of(
            Rows.judged(new BigDecimal("0.9"), true),
            Rows.judged(new BigDecimal("0.6"), 1),
            Rows.judged(new BigDecimal("0.70"), 0),
            Rows.judged(new BigDecimal("0.1"), false),
            Rows.judged(new BigDecimal("0.5"), null));

    @Test
    void confusionCountsAScoreAtTheThresholdAsPositive() {
        assertThat(value("confusion", Map.of("thresholds", decimals("0.6", "0.95"))))
                .hasToString("[{threshold=0.6, tp=2, fp=1, fn=0, tn=1, accuracy=0.75, precision=0.6666666666666667,"
                        + " recall=1, f1=0.8}, {threshold=0.95, tp=0, fp=0, fn=2, tn=2, accuracy=0.5, precision=null,"
                        + " recall=0, f1=0}]");
    }

    @Test
    void confusionOfNothingHasNoQuotients() {
        assertThat(Rows.value(Rows.bind("confusion", Map.of()), List.of()))
                .hasToString("[{threshold=0.5, tp=0, fp=0, fn=0, tn=0, accuracy=null, precision=null, recall=null,"
                        + " f1=null}]");
    }

    @Test
    void thresholdsAreProbabilities() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rows.bind("confusion", Map.of("thresholds", decimals("0.5", "1.5"))))
                .withMessage("threshold 1.5 is not from 0 to 1");
    }

    /** (ln(1/0.9) + ln(1/0.6) + ln(1/0.3) + ln(1/0.9)) / 4 */
    @Test
    void logLossIsTheMeanOfLogarithms() {
        assertThat(value("log_loss", Map.of())).isEqualTo(new BigDecimal("0.4813798648518948"));
    }

    @Test
    void certaintyThatIsWrongCostsALot() {
        Computation loss = Rows.bind("log_loss", Map.of());
        assertThat(Rows.value(loss, List.of(Rows.judged(0, true)))).hasToString("34.53877639491068");
        assertThat(Rows.value(loss, List.of(Rows.judged(1, false)))).hasToString("34.53877639491068");
        assertThat(Rows.value(loss, List.of(Rows.judged(1, true)))).hasToString("9.992007221626415E-16");
    }

    /** (0.01 + 0.16 + 0.49 + 0.01) / 4 */
    @Test
    void brierIsTheMeanSquare() {
        assertThat(value("brier", Map.of())).isEqualTo(new BigDecimal("0.1675"));
    }

    @Test
    void aConstantLabelNeedsNoField() {
        Computation brier = Rows.bind("brier", Map.of("label", Label.always(0)));
        assertThat(Rows.value(brier, FOUR)).isEqualTo(new BigDecimal("0.384"));
        Computation confusion = Rows.bind("confusion", Map.of("label", Label.always(1)));
        assertThat(Rows.value(confusion, FOUR)).asString().startsWith("[{threshold=0.5, tp=4, fp=0, fn=1, tn=0,");
    }

    /**
     * Scores sum to 2.3, their squares to 1.67, those of positives to 1.5: slope (4·1.5 − 2.3·2) / (4·1.67 − 2.3²). Buckets:
     * 0.1 with no positive of 1, 1.3 with 1 of 2, 0.9 with 1 of 1: ece (0.1 + 0.3 + 0.1) / 4.
     */
    @Test
    void calibrationHasEceSlopeAndBuckets() {
        assertThat(value("calibration", Map.of("buckets", 4)))
                .hasToString("{ece=0.125, slope=1.007194244604317, buckets=["
                        + "{from=0, to=0.25, count=1, mean_score=0.1, rate=0}, "
                        + "{from=0.5, to=0.75, count=2, mean_score=0.65, rate=0.5}, "
                        + "{from=0.75, to=1, count=1, mean_score=0.9, rate=1}]}");
        assertThat(Rows.value(Rows.bind("calibration", Map.of()), List.of()))
                .hasToString("{ece=null, slope=null, buckets=[]}");
    }

    @Test
    void errorsOfNumbers() {
        List<EventRow> events = List.of(
                Rows.judged(10, 12), Rows.judged(new BigDecimal("3.5"), 3), Rows.judged(-1, -4), Rows.judged(7, null));
        assertThat(Rows.value(Rows.bind("mae", Map.of()), events)).isEqualTo(new BigDecimal("1.833333333333333"));
        assertThat(Rows.value(Rows.bind("bias", Map.of()), events)).isEqualTo(new BigDecimal("0.5"));
        assertThat(Rows.value(Rows.bind("rmse", Map.of()), events)).isEqualTo(new BigDecimal("2.101586702153082"));
        assertThat(Rows.value(Rows.bind("rmse", Map.of()), List.of())).isNull();
    }

    @Test
    void aProfileTellsNumbersFromTexts() {
        List<EventRow> events = Stream.of("a", "b", "a", true, "true", 0, -2, 4, 4)
                .map(Rows::row)
                .toList();
        List<EventRow> withNulls = Stream.concat(events.stream(), Stream.of(Rows.row(null), Rows.row(null)))
                .toList();
        assertThat(Rows.value(Rows.bind("profile", Map.of()), withNulls))
                .hasToString("{count=9, nulls=2, mean=1.5, stddev=2.598076211353316,"
                        + " cells={-1.9807067=1, 0=1, 3.9614772=2}, values={a=2, b=1, true=2}, other=0}");
        assertThat(Rows.value(Rows.bind("profile", Map.of("max_values", 1)), withNulls))
                .asString()
                .endsWith("values={a=2}, other=3}");
    }

    @Test
    void theCellsOfProbabilitiesAreFineAtBothEnds() {
        List<EventRow> events = Stream.of("0", "0.0000001", "0.0001", "0.5", "0.501", "0.9999", "1")
                .map(text -> Rows.row(new BigDecimal(text)))
                .toList();
        assertThat(Rows.value(Rows.bind("profile", Map.of("grid", Grid.PROBABILITY)), events))
                .asString()
                .contains(
                        "cells={0.0000010020086=2, 0.000099132559=1, 0.49999607=1, 0.5048391=1, 0.999900867441=1, 0.9999989979914=1}");
    }

    /** All of them at once: none shares a cell with its neighbours, and each is within a hundredth of its distance to an end. */
    @Test
    void noCellOfProbabilitiesIsGivenUp() {
        List<EventRow> events = new ArrayList<>();
        List<BigDecimal> scores = new ArrayList<>();
        for (double distance = 1e-6; distance < 0.5; distance *= 1.004) {
            BigDecimal low = new BigDecimal(distance).setScale(12, RoundingMode.HALF_EVEN);
            scores.add(low);
            scores.add(BigDecimal.ONE.subtract(low));
        }
        scores.sort(null);
        scores.forEach(score -> events.add(Rows.row(score)));
        Computation profile = Rows.bind("profile", Map.of("grid", Grid.PROBABILITY));
        Tiles tiles = Rows.tiles(profile, events);
        Map<?, ?> value = (Map<?, ?>) Objects.requireNonNull(profile.value(tiles));

        assertThat(profile.approximation(tiles)).isNull();
        Iterator<BigDecimal> next = scores.iterator();
        Map<?, ?> cells = (Map<?, ?>) Objects.requireNonNull(value.get("cells"));
        assertThat(cells.size()).isBetween(1_300, 1_330);
        cells.forEach((name, count) -> {
            BigDecimal cell = new BigDecimal((String) name);
            for (long i = 0; i < (Long) count; i++) {
                BigDecimal score = next.next();
                BigDecimal distance = score.min(BigDecimal.ONE.subtract(score));
                assertThat(cell.subtract(score).abs()).isLessThanOrEqualTo(distance.movePointLeft(2));
            }
        });
        assertThat(next.hasNext()).isFalse();
    }

    private static Object value(String function, Map<String, Object> arguments) {
        return Objects.requireNonNull(Rows.value(Rows.bind(function, arguments), FOUR));
    }

    private static List<BigDecimal> decimals(String... texts) {
        return Stream.of(texts).map(BigDecimal::new).toList();
    }
}
