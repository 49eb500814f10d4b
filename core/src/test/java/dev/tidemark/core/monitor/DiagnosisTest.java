package dev.tidemark.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.monitor.Cause.Evidence;
import dev.tidemark.core.monitor.Cause.Kind;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.serve.Freshness;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each failure is put into predictions and outcomes that were as they should be; the cause has to be found. */
final class DiagnosisTest {

    private static final Window DAY = Window.parse("24h");
    private static final String HASH = "7c1e000000000000";
    private static final List<Monitor.Check> CHECKS = List.of(new Monitor.Coverage("coverage", DAY, 0.6));
    private static final int ROWS = 4_000;
    private static final Freshness FRESH = new Freshness(
            List.of(), OptionalLong.of(0), OptionalLong.of(0), true, OptionalLong.empty(), OptionalLong.of(0));

    /** What can go wrong, on one side and on the other. */
    private static final class Day {

        private double unit = 1;
        private double nulls = 0.01;
        private String hash = HASH;
        private long ofHash = ROWS;
        private double labelled = 0.95;
        private double harder = 1;
        private double higher = 0;
        private Freshness freshness = FRESH;
        private ClientSample client = new ClientSample(0, 50, 0, 0, Map.of());

        Cause cause() {
            Profile before = price(new SplittableRandom(1), 20_000, 1, 0.01);
            Profile scoresBefore = scores(new SplittableRandom(3), 20_000, 0);
            SplittableRandom random = new SplittableRandom(2);
            Profile scores = scores(random, ROWS, higher);
            Map<String, Drift> inputs = new LinkedHashMap<>();
            inputs.put("viewer.price", Drift.of(before, price(random, ROWS, unit, nulls), ROWS, 0.01));
            inputs.put("viewer.views", Drift.of(before, price(random, ROWS, 1, 0.01), ROWS, 0.01));
            Realised realised = realised(random, scores);
            OfWindow found = new OfWindow(
                    DAY,
                    ROWS,
                    0,
                    hash.equals(HASH) ? Map.of(HASH, (long) ROWS) : Map.of(hash, ofHash, HASH, ROWS - ofHash),
                    realised,
                    realised,
                    Drift.of(scoresBefore, scores, ROWS, 0.01),
                    inputs,
                    List.of());
            List<Evidence> evidence = new Diagnosis(CHECKS, HASH, freshness, List.of(), 300_000)
                    .evidence(found, new Diagnosis.Rate(rate(scoresBefore), 20_000), client);
            return Cause.of(evidence, List.of());
        }

        private Realised realised(SplittableRandom random, Profile scores) {
            double right = 0;
            double brier = 0;
            double positives = 0;
            for (Map.Entry<BigDecimal, Long> cell : scores.cells().entrySet()) {
                double score = cell.getKey().doubleValue();
                for (int i = 0; i < cell.getValue(); i++) {
                    double chance = 0.5 + (score - 0.5) * harder;
                    int outcome = random.nextDouble() < chance ? 1 : 0;
                    right += (score >= 0.5) == (outcome == 1) ? 1 : 0;
                    brier += (score - outcome) * (score - outcome);
                    positives += outcome;
                }
            }
            long rows = scores.numbers();
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            values.put("rate", BigDecimal.valueOf(positives / rows));
            values.put("brier", BigDecimal.valueOf(brier / rows));
            values.put(
                    "confusion",
                    List.of(Map.of("threshold", new BigDecimal("0.5"), "accuracy", BigDecimal.valueOf(right / rows))));
            return new Realised(
                    0,
                    0,
                    true,
                    ROWS,
                    Math.round(ROWS * labelled),
                    false,
                    new Metrics(values),
                    List.of(Objects.requireNonNull(Expected.of(scores, 0.5))),
                    null,
                    List.of());
        }
    }

    private static double rate(Profile scores) {
        return Objects.requireNonNull(Expected.of(scores, 0.5)).positives();
    }

    private static Profile scores(SplittableRandom random, int rows, double higher) {
        return Profiles.ofNumbers(rows, () -> Math.min(0.99, 0.02 + higher + (0.96 - higher) * random.nextDouble()));
    }

    private static Profile price(SplittableRandom random, int rows, double unit, double nulls) {
        long absent = Math.round(rows * nulls);
        Profile present = Profiles.ofNumbers((int) (rows - absent), () -> unit * Profiles.normal(random, 100, 15));
        return new Profile(absent, present.mean(), present.stddev(), present.cells(), present.values(), 0);
    }

    private static Kind causeOf(Day day) {
        return day.cause().kind();
    }

    @Test
    void aUsualDayHasNoCause() {
        assertThat(new Day().cause()).isEqualTo(new Cause(Kind.UNKNOWN, List.of()));
    }

    @Test
    void outcomesThatStoppedComing() {
        Day day = new Day();
        day.labelled = 0.3;
        assertThat(causeOf(day)).isEqualTo(Kind.LABELS);
    }

    @Test
    void anInputThatBecameNull() {
        Day day = new Day();
        day.nulls = 0.2;
        assertThat(causeOf(day)).isEqualTo(Kind.PIPELINE);
        assertThat(day.cause().evidence().get(0).text()).contains("viewer.price is null in 20.0 %");
    }

    @Test
    void aFoldThatIsBehindOrAStateThatIsNotComplete() {
        Day day = new Day();
        day.freshness = new Freshness(
                List.of(), OptionalLong.of(0), OptionalLong.of(0), false, OptionalLong.of(0), OptionalLong.of(400_000));
        assertThat(causeOf(day)).isEqualTo(Kind.PIPELINE);
        day.freshness = new Freshness(
                List.of(new ViewProgress.Missing(null, "the view is retired", null)),
                OptionalLong.of(0),
                OptionalLong.of(0),
                true,
                OptionalLong.empty(),
                OptionalLong.of(0));
        assertThat(day.cause().evidence())
                .containsExactly(new Evidence(Kind.PIPELINE, "the state is not complete: the view is retired"));
    }

    /** Where nobody asks the stream, the lag is only that no more than this can wait. */
    @Test
    void aSilentStreamIsNoFoldThatIsBehind() {
        Day day = new Day();
        day.freshness = new Freshness(
                List.of(),
                OptionalLong.of(0),
                OptionalLong.of(0),
                null,
                OptionalLong.empty(),
                OptionalLong.of(400_000));
        assertThat(day.cause().evidence()).noneMatch(one -> one.kind() == Kind.PIPELINE);
    }

    @Test
    void predictionsOfAnotherDefinition() {
        Day day = new Day();
        day.hash = "0000000000000000";
        assertThat(causeOf(day)).isEqualTo(Kind.DEFINITION);
        day.hash = QualityServer.OTHER;
        day.ofHash = ROWS / 100;
        assertThat(day.cause().evidence())
                .containsExactly(new Evidence(
                        Kind.DEFINITION,
                        "40 of 4000 predictions say nothing of their vector, or name one of many others; the model's is "
                                + HASH));
    }

    /** One stray prediction does not hide why a check fails. */
    @Test
    void fewPredictionsOfAnotherDefinitionAreNoCause() {
        Day day = new Day();
        day.hash = "0000000000000000";
        day.ofHash = ROWS / 100 - 1;
        day.unit = 100;
        assertThat(day.cause().evidence()).extracting(Evidence::kind).containsExactly(Kind.DRIFT);
    }

    @Test
    void aClientThatChangesWhatWasAnswered() {
        Day day = new Day();
        day.client = new ClientSample(0, 50, 0, 20, Map.of("viewer.price", new ClientSample.Feature(20, "p-17")));
        day.unit = 100;
        assertThat(causeOf(day)).isEqualTo(Kind.CLIENT);
        assertThat(day.cause().evidence()).extracting(Evidence::kind).containsExactly(Kind.CLIENT, Kind.DRIFT);
    }

    @Test
    void aProducerThatChangedItsUnit() {
        Day day = new Day();
        day.unit = 100;
        assertThat(causeOf(day)).isEqualTo(Kind.DRIFT);
        assertThat(day.cause().evidence().get(0).text())
                .contains("viewer.price")
                .doesNotContain("viewer.views");
    }

    @Test
    void moreOfWhatIsPositive() {
        Day day = new Day();
        day.higher = 0.3;
        assertThat(causeOf(day)).isEqualTo(Kind.PRIOR);
    }

    @Test
    void outcomesThatAreNoLongerWhatTheScoresPromise() {
        Day day = new Day();
        day.harder = 0.4;
        assertThat(causeOf(day)).isEqualTo(Kind.CONCEPT);
        assertThat(day.cause().evidence()).hasSize(2);
    }

    @Test
    void whatComesFirstIsTheCauseAndTheRestIsEvidence() {
        Day day = new Day();
        day.labelled = 0.1;
        day.nulls = 0.3;
        day.hash = "0000000000000000";
        day.unit = 100;
        day.harder = 0.1;
        assertThat(causeOf(day)).isEqualTo(Kind.LABELS);
        assertThat(day.cause().evidence())
                .extracting(Evidence::kind)
                .containsSubsequence(Kind.LABELS, Kind.PIPELINE, Kind.DEFINITION, Kind.DRIFT, Kind.CONCEPT);
    }
}
