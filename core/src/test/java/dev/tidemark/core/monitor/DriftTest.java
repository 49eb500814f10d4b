package dev.tidemark.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DriftTest {

    private static final double SIGNIFICANCE = 0.01;
    private static final int RUNS = 200;
    private static final int BASELINE = 20_000;

    private static Drift drift(Profile baseline, Profile live) {
        return Drift.of(baseline, live, Long.MAX_VALUE, SIGNIFICANCE);
    }

    private static Distances distances(Profile baseline, Profile live) {
        return Objects.requireNonNull(drift(baseline, live).distances());
    }

    private static Profile prices(SplittableRandom random, int rows, double factor) {
        return Profiles.ofNumbers(rows, () -> factor * Profiles.normal(random, 100, 15));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 20_000})
    void theSameDataTwiceHaveNoDistance(int rows) {
        Profile profile = prices(new SplittableRandom(rows), rows, 1);

        Distances same = distances(profile, profile);

        assertThat(same.psi()).isZero();
        assertThat(same.js()).isZero();
        assertThat(Objects.requireNonNull(same.along()).ks()).isZero();
        assertThat(same.along().wasserstein()).isZero();
        assertThat(drift(profile, profile).hasMoved(0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 1_000, 20_000})
    void dataShiftedByATenthAlarm(int rows) {
        for (int seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Drift drift = drift(prices(random, BASELINE, 1), prices(random, rows, 1.1));

            assertThat(drift.hasMoved(0.2)).as("seed %d: %s", seed, drift).isTrue();
        }
    }

    /** Without the second condition a threshold of 0.1 alarms in a third of the runs with 100 rows. */
    @ParameterizedTest
    @CsvSource({
        "100, normal",
        "1000, normal",
        "10000, normal",
        "100000, normal",
        "100, uniform",
        "1000, uniform",
        "10000, uniform",
        "100, skewed",
        "1000, skewed",
        "10000, skewed",
        "100, text",
        "1000, text",
        "10000, text"
    })
    void dataThatDidNotMoveAlarmInAtMostTwoOfAHundredRuns(int rows, String kind) {
        Function<SplittableRandom, Profile> baseline = random -> generated(random, kind, BASELINE);
        int alarms = 0;
        int above = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            SplittableRandom random = new SplittableRandom(seed * 7_919L + rows);
            Drift drift = drift(baseline.apply(random), generated(random, kind, rows));
            Distances distances = drift.distances();
            alarms += drift.hasMoved(0) ? 1 : 0;
            above += distances != null && distances.psi() > 0.1 ? 1 : 0;
            alarms += drift.hasMoreNulls(1, 0) ? 1 : 0;
        }
        assertThat(alarms).as("alarms of %d runs", RUNS).isLessThanOrEqualTo(RUNS * 2 / 100);
        if (rows == 100 && kind.equals("uniform")) {
            assertThat(above).as("what the threshold alone would alarm").isGreaterThan(RUNS / 5);
        }
    }

    private static Profile generated(SplittableRandom random, String kind, int rows) {
        return switch (kind) {
            case "normal" -> prices(random, rows, 1);
            case "uniform" -> Profiles.ofNumbers(rows, () -> 1 + 9 * random.nextDouble());
            case "skewed" ->
                Profiles.ofNumbers(rows, () -> random.nextDouble() < 0.4 ? 0 : Math.exp(Profiles.normal(random, 3, 1)));
            default ->
                Profiles.ofTexts(rows, () -> {
                    double at = random.nextDouble();
                    return at < 0.5 ? "a" : at < 0.8 ? "b" : at < 0.9 ? "c" : "rare" + random.nextInt(20);
                });
        };
    }

    @Test
    void rowsOfFewEntitiesCountAsFew() {
        SplittableRandom random = new SplittableRandom(5);
        Profile baseline = prices(random, BASELINE, 1);
        Profile live = prices(random, 5_000, 1.02);

        Drift many = Drift.of(baseline, live, 5_000, SIGNIFICANCE);
        Drift few = Drift.of(baseline, live, 60, SIGNIFICANCE);

        assertThat(many.hasMoved(0.01)).isTrue();
        assertThat(few.hasMoved(0.01)).isFalse();
        assertThat(few.effective()).isEqualTo(60);
        assertThat(Objects.requireNonNull(few.distances()).psi())
                .isEqualTo(Objects.requireNonNull(many.distances()).psi());
    }

    @Test
    void tooFewValuesTellNothing() {
        SplittableRandom random = new SplittableRandom(6);
        Profile baseline = prices(random, BASELINE, 1);

        assertThat(drift(baseline, prices(random, 40, 3)).distances()).isNull();
        assertThat(drift(baseline, Profile.EMPTY).distances()).isNull();
        assertThat(drift(Profile.EMPTY, baseline).hasMoved(0)).isFalse();
        assertThat(Drift.of(baseline, prices(random, 4_000, 3), 20, SIGNIFICANCE)
                        .distances())
                .isNull();
    }

    /** One cell alone could not move: what lies beyond the baseline's extremes has a cell of its own. */
    @Test
    void aConstantThatBecomesAnotherHasMoved() {
        Profile baseline = Profiles.ofNumbers(1_000, () -> 5);
        Profile live = Profiles.ofNumbers(1_000, () -> 50);

        assertThat(drift(baseline, baseline).hasMoved(0)).isFalse();
        assertThat(drift(baseline, live).hasMoved(0.2)).isTrue();
        assertThat(distances(baseline, live).contributions())
                .extracting(Distances.Contribution::cell, Distances.Contribution::live)
                .containsExactlyInAnyOrder(tuple(Profiles.cell(5).toPlainString(), 0.0), tuple("elsewhere", 1.0));
    }

    @Test
    void aNumberThatBecomesATextHasMoved() {
        Profile numbers = Profiles.ofNumbers(1_000, () -> 5);
        Profile texts = Profiles.ofTexts(1_000, () -> "5");

        assertThat(drift(numbers, texts).hasMoved(0.2)).isTrue();
        assertThat(distances(numbers, texts).along()).isNull();
        assertThat(distances(numbers, texts).unseen()).isEqualTo(1);
    }

    @Test
    void distancesAreThoseOfTheirDefinitions() {
        // Half of the values move from 1 to 3.
        Profile baseline = new Profile(
                0, null, null, new TreeMap<>(Map.of(BigDecimal.ONE, 500L, BigDecimal.TEN, 500L)), Map.of(), 0);
        Profile live = new Profile(
                0, null, null, new TreeMap<>(Map.of(BigDecimal.ONE, 250L, BigDecimal.TEN, 750L)), Map.of(), 0);

        Distances distances = distances(baseline, live);

        double a = 500.5 / 1001;
        double b = 250.5 / 1001;
        assertThat(distances.psi())
                .isCloseTo(
                        2 * (a - b) * Math.log(a / b) / 2 + ((1 - b) - (1 - a)) * Math.log((1 - b) / (1 - a)),
                        within(1e-12));
        assertThat(Objects.requireNonNull(distances.along()).ks()).isCloseTo(0.25, within(1e-12));
        assertThat(distances.along().ksSlack()).isCloseTo(0.75, within(1e-12));
        assertThat(distances.along().wasserstein()).isCloseTo(0.25 * 9, within(1e-12));
        double js = 0.5 * (0.5 * log2(0.5 / 0.375) + 0.5 * log2(0.5 / 0.625))
                + 0.5 * (0.25 * log2(0.25 / 0.375) + 0.75 * log2(0.75 / 0.625));
        assertThat(distances.js()).isCloseTo(js, within(1e-12));
        assertThat(distances.psiLimit()).isCloseTo(6.6349 * 0.002, within(1e-5));
    }

    private static double log2(double number) {
        return Math.log(number) / Math.log(2);
    }

    @Test
    void unseenTextsAreThoseThatTheBaselineDoesNotList() {
        Profile baseline = new Profile(0, null, null, new TreeMap<>(), Map.of("a", 90L, "b", 10L), 0);
        Profile live = new Profile(0, null, null, new TreeMap<>(), Map.of("a", 50L, "z", 30L), 20);

        assertThat(distances(baseline, live).unseen()).isEqualTo(0.5);
        assertThat(distances(baseline, baseline).unseen()).isZero();
    }

    @Test
    void moreNullsAreToldByThresholdAndSampling() {
        Profile baseline = new Profile(10, null, null, new TreeMap<>(Map.of(BigDecimal.ONE, 990L)), Map.of(), 0);
        Profile live = new Profile(50, null, null, new TreeMap<>(Map.of(BigDecimal.ONE, 950L)), Map.of(), 0);
        Profile allNull = new Profile(1_000, null, null, new TreeMap<>(), Map.of(), 0);

        assertThat(drift(baseline, live).hasMoreNulls(3, 0.01)).isTrue();
        assertThat(drift(baseline, live).hasMoreNulls(5, 0.01)).isFalse();
        assertThat(drift(baseline, allNull).hasMoreNulls(3, 0.01)).isTrue();
        assertThat(Drift.of(baseline, live, 60, SIGNIFICANCE).hasMoreNulls(3, 0.01))
                .as("of 60 entities, three nulls are chance")
                .isFalse();
        assertThat(Drift.of(baseline, live, 49, SIGNIFICANCE).tellsNulls()).isFalse();
    }
}
