package dev.tidemark.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EstimatesTest {

    /** Outcomes drawn by the scores: what was promised is what comes, within its error. */
    @Test
    void calibratedScoresPromiseTheQualityThatComes() {
        int beyond = 0;
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int rows = 5_000;
            double[] scores = new double[rows];
            double right = 0;
            double brier = 0;
            for (int i = 0; i < rows; i++) {
                scores[i] = Math.pow(random.nextDouble(), 2) * 0.98 + 0.01;
                int outcome = random.nextDouble() < scores[i] ? 1 : 0;
                right += (scores[i] >= 0.5) == (outcome == 1) ? 1 : 0;
                brier += (scores[i] - outcome) * (scores[i] - outcome);
            }
            Expected expected = Objects.requireNonNull(Expected.of(Profiles.ofNumbers(0, scores), 0.5));
            beyond += Math.abs(expected.accuracy() - right / rows) > 2.6 * expected.accuracyError() + 0.005 ? 1 : 0;
            beyond += Math.abs(expected.brier() - brier / rows) > 2.6 * expected.brierError() + 0.005 ? 1 : 0;
        }
        assertThat(beyond).as("of 200 estimates").isLessThanOrEqualTo(4);
    }

    @Test
    void expectedQualityIsThatOfItsDefinition() {
        Profile scores = new Profile(
                0,
                null,
                null,
                new java.util.TreeMap<>(
                        java.util.Map.of(new java.math.BigDecimal("0.8"), 10L, new java.math.BigDecimal("0.1"), 30L)),
                java.util.Map.of(),
                0);

        Expected expected = Objects.requireNonNull(Expected.of(scores, 0.5));

        assertThat(expected.positives()).isCloseTo(11.0 / 40, within(1e-12));
        assertThat(expected.accuracy()).isCloseTo((8 + 27) / 40.0, within(1e-12));
        assertThat(expected.precision()).isCloseTo(0.8, within(1e-12));
        assertThat(expected.recall()).isCloseTo(8.0 / 11, within(1e-12));
        assertThat(expected.f1()).isCloseTo(16.0 / 21, within(1e-12));
        assertThat(expected.brier()).isCloseTo((10 * 0.16 + 30 * 0.09) / 40, within(1e-12));
        assertThat(Expected.of(Profile.EMPTY, 0.5)).isNull();
        assertThat(Objects.requireNonNull(Expected.of(scores, 0.9)).precision()).isNull();
    }

    /** True rate 10 %, mean delay 3 h: the last hour shows 1.5 % at once. */
    @Test
    void positivesAreCorrectedForThoseThatAreStillToCome() {
        SplittableRandom random = new SplittableRandom(3);
        Profile delays = Profiles.ofNumbers(20_000, () -> -Math.log(1 - random.nextDouble()) * 10_800);
        for (long hours : List.of(1L, 6L, 24L)) {
            int predictions = 200_000;
            long positives = 0;
            for (int i = 0; i < predictions; i++) {
                double age = random.nextDouble() * hours * 3_600;
                if (random.nextDouble() < 0.1 && -Math.log(1 - random.nextDouble()) * 10_800 <= age) {
                    positives++;
                }
            }
            Delays corrected = Objects.requireNonNull(Delays.of(delays, predictions, positives, hours * 3_600_000));

            assertThat((double) positives / predictions).isLessThan(0.095);
            assertThat(corrected.rate()).isCloseTo(0.1, within(4 * corrected.error() + 0.002));
        }
        assertThat(Delays.of(Profile.EMPTY, 10, 1, 1)).isNull();
        assertThat(Delays.of(delays, 0, 0, 1)).isNull();
    }

    /** The interval holds the true difference in 95 of 100 runs, and is narrower than that of separate samples. */
    @Test
    void aPairedDifferenceHasAnInterval() {
        int outside = 0;
        int runs = 400;
        for (int seed = 0; seed < runs; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double sum = 0;
            double squares = 0;
            int requests = 500;
            for (int i = 0; i < requests; i++) {
                double hard = random.nextDouble();
                double d = (hard + 0.1 * random.nextDouble()) - (hard + 0.1 * random.nextDouble() - 0.01);
                sum += d;
                squares += d * d;
            }
            PairedDifference difference = PairedDifference.of(requests, sum, squares);
            outside += difference.low() > 0.01 || difference.high() < 0.01 ? 1 : 0;
            assertThat(difference.high() - difference.low()).isLessThan(0.01);
        }
        assertThat(outside).isBetween(runs / 100, runs / 10);
    }

    /** An interval of any confidence leaves the true mean out as often as it says, and as often on either side. */
    @ParameterizedTest
    @CsvSource({"5, 0.5", "5, 0.95", "30, 0.8", "30, 0.99", "300, 0.5", "300, 0.9", "300, 0.95", "300, 0.99"})
    void anIntervalHoldsTheTrueMeanWithItsConfidence(int requests, double confidence) {
        int runs = 4_000;
        int above = 0;
        int below = 0;
        for (int seed = 0; seed < runs; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < requests; i++) {
                double d = 0.25 + random.nextGaussian();
                sum += d;
                squares += d * d;
            }
            PairedDifference difference = PairedDifference.of(requests, sum, squares);
            above += difference.low(confidence) > 0.25 ? 1 : 0;
            below += difference.high(confidence) < 0.25 ? 1 : 0;
        }
        double outside = (1 - confidence) / 2;
        double chance = 4 * Math.sqrt(outside * (1 - outside) / runs);
        assertThat((double) above / runs).isCloseTo(outside, within(chance));
        assertThat((double) below / runs).isCloseTo(outside, within(chance));
    }

    @Test
    void theUsualIntervalIsOneOfThem() {
        PairedDifference difference = PairedDifference.of(200, 3, 7);

        assertThat(difference.low()).isEqualTo(difference.low(0.95)).isLessThan(difference.low(0.9));
        assertThat(difference.high()).isEqualTo(difference.high(0.95)).isGreaterThan(difference.high(0.9));
        assertThat(difference.error()).isCloseTo(Math.sqrt((7 - 3 * 0.015) / 199 / 200), within(1e-15));
        for (double none : new double[] {0, 1, -0.5, 95, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> difference.low(none))
                    .withMessageContaining(Double.toString(none));
        }
    }

    @Test
    void aPairedDifferenceIsThatOfItsDefinition() {
        List<Double> differences = List.of(0.1, 0.3, -0.1, 0.2);
        PairedDifference difference = PairedDifference.of(
                4,
                differences.stream().mapToDouble(d -> d).sum(),
                differences.stream().mapToDouble(d -> d * d).sum());

        double variance = (0.025 * 0.025 + 0.175 * 0.175 + 0.225 * 0.225 + 0.075 * 0.075) / 3;
        assertThat(difference.mean()).isCloseTo(0.125, within(1e-12));
        assertThat(difference.high()).isCloseTo(0.125 + 3.182446 * Math.sqrt(variance / 4), within(0.0025));
        assertThat(difference.isDecided()).isFalse();
        assertThat(PairedDifference.of(4, 4, 4.0001).isDecided()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> PairedDifference.of(1, 1, 1));
    }

    @Test
    void theFirstCauseThatHoldsIsTheCause() {
        List<Cause.Evidence> all = new ArrayList<>();
        for (Cause.Kind kind : Cause.Kind.values()) {
            if (kind != Cause.Kind.UNKNOWN) {
                all.add(0, new Cause.Evidence(kind, kind.word()));
            }
        }
        while (!all.isEmpty()) {
            Cause cause = Cause.of(all, List.of());
            assertThat(cause.kind()).isEqualTo(all.get(all.size() - 1).kind());
            assertThat(cause.evidence()).hasSameSizeAs(all).first().isEqualTo(all.get(all.size() - 1));
            all.remove(all.size() - 1);
        }
        assertThat(Cause.of(List.of(), List.of())).isEqualTo(new Cause(Cause.Kind.UNKNOWN, List.of()));
    }
}
