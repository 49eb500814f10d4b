package dev.tidemark.core.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.learn.Verdict.Finding;
import dev.tidemark.core.monitor.Metrics;
import dev.tidemark.core.monitor.PairedDifference;
import dev.tidemark.core.past.EvaluationReport;
import dev.tidemark.core.past.Evaluator;
import dev.tidemark.core.past.SnapshotCheckpoints;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates of known worth, judged by predictions that were drawn from known probabilities. */
class GateTest {

    private static final long FIRST_SEED = Long.getLong("tidemark.seed", 17L);
    private static final int SEEDS = 20;
    private static final long START_MILLIS =
            Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long MINUTE_MILLIS = 60_000;
    private static final long HOLDOUT_MILLIS = START_MILLIS + 20 * MINUTE_MILLIS;
    private static final long END_MILLIS = START_MILLIS + 120 * MINUTE_MILLIS;
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000000");

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 10m
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  price: {function: avg, input: price, windows: [1h]}
            models:
              discount:
                request: {device: {type: text}}
                inputs: [viewer: [price_1h], request: [device]]
                predictions: {source: shop, time: {field: ts, format: epoch_millis}}
                outcome: {pair: judged, settle: 1m, type: TYPE}
                slices: [request.device]
                monitor: {windows: [1h]}
                train: {rows: {last: 2h}, holdout: 100m, gate: {GATE}}
            """;

    private static Catalog catalog(String gate) {
        return catalog("binary", gate);
    }

    private static Catalog catalog(String type, String gate) {
        return new CatalogCompiler().compile(CATALOG.replace("TYPE", type).replace("GATE", gate));
    }

    /** @param truth how probable a yes really is */
    private record Prediction(String id, long atMillis, String device, double truth, double score, int label) {}

    private record Scores(Map<String, BigDecimal> scores) implements EvaluationReport.Scorer {

        @Override
        public String name() {
            return "candidate";
        }

        @Override
        public @Nullable BigDecimal of(String id) {
            return scores.get(id);
        }
    }

    /** Two hours of predictions by a champion that is often quite wrong. */
    private static final class World {

        private final SplittableRandom random;
        private final InMemoryControlStore control = new InMemoryControlStore();
        private final InMemoryArchive archive = new InMemoryArchive();
        private final List<Prediction> predictions = new ArrayList<>();
        private final TreeMap<Long, Position> positions = new TreeMap<>();

        World(long seed) {
            random = new SplittableRandom(seed);
            TreeMap<Long, String> events = new TreeMap<>();
            for (int i = 0; i < 1_200; i++) {
                long at = START_MILLIS + i * 6_000L;
                double truth = sigmoid(1.5 * random.nextGaussian() - 1);
                Prediction one = new Prediction(
                        "p" + i,
                        at,
                        random.nextInt(5) == 0 ? "phone" : "desktop",
                        truth,
                        noisy(truth),
                        random.nextDouble() < truth ? 1 : 0);
                predictions.add(one);
                events.put(
                        at,
                        String.format(
                                Locale.ROOT,
                                "{\"type\":\"prediction\",\"id\":\"%s\",\"ts\":%d,\"model\":\"discount\",\"version\":\"v7\","
                                        + "\"score\":%s,\"hash\":\"h\",\"request\":{\"device\":\"%s\"},\"keys\":{},"
                                        + "\"features\":{}}",
                                one.id(),
                                at,
                                one.score(),
                                one.device()));
                events.put(
                        at + 1 + random.nextInt(5_000),
                        String.format(
                                Locale.ROOT,
                                "{\"type\":\"outcome\",\"ts\":%d,\"label\":%d,\"prediction\":\"%s\"}",
                                at + 1,
                                one.label(),
                                one.id()));
            }
            fold(events);
        }

        private double noisy(double probability) {
            double score = sigmoid(Math.log(probability / (1 - probability)) + 2 * random.nextGaussian());
            return Math.min(0.999, Math.max(0.001, score));
        }

        private static double sigmoid(double x) {
            return Math.round(1e6 / (1 + Math.exp(-x))) / 1e6;
        }

        private void fold(Map<Long, String> events) {
            BatchFold fold = new BatchFold(
                    catalog(""),
                    new FoldPorts(
                            new InMemoryItemStore(),
                            control,
                            archive,
                            new InMemoryQuarantine(),
                            new InMemoryLineage(),
                            millis -> CompletableFuture.completedFuture(null),
                            () -> END_MILLIS,
                            new Random(1)),
                    FoldSettings.DEFAULT);
            List<RawRecord> records = new ArrayList<>();
            events.forEach((arrival, event) -> {
                Position position = new Position(Long.toString(1_000_000L + records.size()), 0);
                positions.put(arrival, position);
                records.add(new RawRecord(position, arrival, "key", event.getBytes(StandardCharsets.UTF_8)));
            });
            for (int from = 0; from < records.size(); from += 200) {
                Batch batch = new Batch(LANE, records.subList(from, Math.min(records.size(), from + 200)));
                assertThat(fold.fold(batch, Long.MAX_VALUE).join().isDone()).isTrue();
            }
        }

        private Position positionAt(long millis) {
            return positions.floorEntry(millis).getValue();
        }

        private TrainedOn set(Position trainedUpTo) {
            return new TrainedOn(
                    modelHash(), /* isAsServed= */ true, HOLDOUT_MILLIS, END_MILLIS, Map.of(LANE.id(), trainedUpTo));
        }

        private Scores scores(ToDoubleFunction<Prediction> scorer) {
            Map<String, BigDecimal> scores = new TreeMap<>();
            predictions.stream()
                    .filter(one -> one.atMillis() >= HOLDOUT_MILLIS)
                    .forEach(one -> scores.put(
                            EntityKeys.of(List.of(one.id())), BigDecimal.valueOf(scorer.applyAsDouble(one))));
            return new Scores(scores);
        }

        private Verdict judge(String gate, Scores candidate) {
            return judge(gate, candidate, set(positionAt(HOLDOUT_MILLIS - 1)), modelHash());
        }

        private Verdict judge(String gate, Scores candidate, TrainedOn set, String modelHash) {
            return judge(catalog(gate), candidate, set, modelHash);
        }

        private HistoryPorts ports() {
            return new HistoryPorts(archive, new InMemoryRedriveLog(), new SnapshotCheckpoints(), control);
        }

        private Cut cut() {
            return new Cut(
                    "discount", modelHash(), "c", 1, 0, control.readLanes().join(), 0);
        }

        private Verdict judge(Catalog catalog, Scores candidate, TrainedOn set, String modelHash) {
            Training training = catalog.training("discount").orElseThrow();
            Monitor monitor = catalog.monitor("discount").orElseThrow();
            Evaluator evaluator = new Evaluator(Catalogs.of(catalog), ports(), 1, Runnable::run, records -> {});
            return new Judge(evaluator)
                    .judge(
                            training,
                            modelHash,
                            set,
                            new Evaluator.Question(
                                    monitor,
                                    null,
                                    Set.of("v7"),
                                    set.holdoutFromMillis(),
                                    Judge.judgedToMillis(training.rows(), set),
                                    List.of(candidate),
                                    monitor.logged().id(),
                                    monitor.logged().id(),
                                    cut(),
                                    Map.of()))
                    .join()
                    .verdict();
        }
    }

    private static String modelHash() {
        return catalog("").training("discount").orElseThrow().modelHash();
    }

    private static List<String> refused(Verdict verdict) {
        return verdict.findings().stream()
                .filter(finding -> !finding.passed())
                .map(Finding::name)
                .toList();
    }

    private static Finding finding(Verdict verdict, String name) {
        return verdict.findings().stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** What was learned from shuffled labels never passes, and what is really better always does. */
    @Test
    void aPoisonedCandidateNeverPassesAndABetterOneDoes() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            World world = new World(seed);
            List<Double> shuffled = new ArrayList<>(
                    world.predictions.stream().map(Prediction::truth).toList());
            Collections.shuffle(shuffled, new Random(seed));

            Verdict poisoned = world.judge(
                    "paired_loss: {worse_by_at_most: 0.05}",
                    world.scores(one -> shuffled.get(world.predictions.indexOf(one))));
            Verdict inverted = world.judge("slices: none", world.scores(one -> 1 - one.score()));
            Verdict better = world.judge("ece: 0.1", world.scores(Prediction::truth));

            assertThat(poisoned.passed()).as("seed %d: %s", seed, poisoned).isFalse();
            assertThat(refused(poisoned)).contains("paired_loss");
            assertThat(refused(inverted)).as("seed %d", seed).containsExactly("paired_loss");
            assertThat(better.passed()).as("seed %d: %s", seed, better).isTrue();
            assertThat(better.findings())
                    .extracting(Finding::name)
                    .containsExactly(
                            "rows",
                            "paired_loss",
                            "slice device=desktop",
                            "slice device=phone",
                            "ece",
                            "leaks",
                            "hash",
                            "features");
        }
    }

    /** Equally good is not known to be no worse, but known to be hardly worse. The same scores are no worse. */
    @Test
    void anEqualCandidatePassesOnlyWithAMargin() {
        int passed = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            World world = new World(seed);
            Scores equal = world.scores(one -> world.noisy(one.truth()));

            passed += world.judge("slices: none", equal).passed() ? 1 : 0;
            Verdict withMargin = world.judge("paired_loss: {worse_by_at_most: 0.3}", equal);
            assertThat(withMargin.passed()).as("seed %d: %s", seed, withMargin).isTrue();
            assertThat(world.judge("", world.scores(Prediction::score)).passed())
                    .as("seed %d", seed)
                    .isTrue();
        }
        assertThat(passed).as("of %d, from seed %d", SEEDS, FIRST_SEED).isLessThanOrEqualTo(3);
    }

    /** Better for most, but certainly worse on phones. */
    @Test
    void aSliceThatIsCertainlyWorseRefuses() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS / 4; seed++) {
            World world = new World(seed);
            Scores lopsided =
                    world.scores(one -> one.device().equals("desktop") ? one.truth() : one.truth() > 0.5 ? 0.03 : 0.97);

            Verdict verdict = world.judge("paired_loss: {worse_by_at_most: 0.5}", lopsided);
            assertThat(refused(verdict)).as("seed %d: %s", seed, verdict).containsExactly("slice device=phone");
            assertThat(finding(verdict, "slice device=phone").numbers().get("high"))
                    .isNegative();
            assertThat(world.judge("paired_loss: {worse_by_at_most: 0.5}, slices: none", lopsided)
                            .passed())
                    .isTrue();
        }
    }

    @Test
    void aLabelAtTheTrainingBoundIsALeak() {
        World world = new World(FIRST_SEED);
        Scores better = world.scores(Prediction::truth);
        long firstOutcome = world.positions.higherKey(HOLDOUT_MILLIS);

        Position before = world.positions.lowerEntry(firstOutcome).getValue();
        assertThat(world.judge("", better, world.set(before), modelHash()).passed())
                .isTrue();
        Verdict leaking = world.judge("", better, world.set(world.positionAt(firstOutcome)), modelHash());
        assertThat(refused(leaking)).containsExactly("leaks");
        assertThat(finding(leaking, "leaks").numbers()).containsEntry("leaked", BigDecimal.ONE);
        TrainedOn silent = new TrainedOn(modelHash(), true, HOLDOUT_MILLIS, END_MILLIS, Map.of());
        assertThat(refused(world.judge("", better, silent, modelHash()))).containsExactly("leaks");
    }

    /** Whoever scores each row that is held out, and no other, has scored all that is judged; and none of these is a leak. */
    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void theHoldoutIsWhatIsJudged(String matured) {
        World world = new World(FIRST_SEED);
        Catalog catalog = new CatalogCompiler()
                .compile(CATALOG.replace("TYPE", "binary")
                        .replace("GATE", "")
                        .replace("{last: 2h}", "{last: 2h, matured: " + matured + "}"));
        Training training = catalog.training("discount").orElseThrow();
        LabelledSet set = new LabelledRows(Catalogs.of(catalog), world.ports(), 1, Runnable::run, records -> {})
                .of(training, world.cut())
                .join();
        Map<String, Prediction> byId = new TreeMap<>();
        world.predictions.forEach(one -> byId.put(EntityKeys.of(List.of(one.id())), one));
        Map<String, BigDecimal> held = new TreeMap<>();
        set.rows().stream()
                .filter(row -> row.split() == LabelledRow.Split.HOLDOUT)
                .forEach(row -> held.put(
                        row.id(),
                        BigDecimal.valueOf(
                                Objects.requireNonNull(byId.get(row.id())).truth())));
        TrainedOn trainedOn =
                new TrainedOn(training.modelHash(), true, set.holdoutFromMillis(), set.toMillis(), set.trainedUpTo());

        Verdict verdict = world.judge(catalog, new Scores(held), trainedOn, training.modelHash());

        assertThat(verdict.passed()).as("seed %d: %s", FIRST_SEED, verdict).isTrue();
        assertThat(finding(verdict, "rows").numbers())
                .containsEntry("predictions", BigDecimal.valueOf(held.size()))
                .containsEntry("missing", BigDecimal.ZERO);
    }

    @Test
    void whatIsNotKnownRefuses() {
        World world = new World(FIRST_SEED);
        Scores better = world.scores(Prediction::truth);
        Position bound = world.positionAt(HOLDOUT_MILLIS - 1);
        Map<String, BigDecimal> fewer = new TreeMap<>(better.scores());
        fewer.remove(EntityKeys.of(List.of("p500")));

        Verdict missing = world.judge("", new Scores(fewer));
        assertThat(refused(missing)).containsExactly("rows");
        assertThat(finding(missing, "rows").text()).contains("no score of 1 more");
        Verdict none = world.judge("ece: 0.9", new Scores(Map.of()));
        assertThat(refused(none)).containsExactly("rows", "paired_loss", "ece");
        // The last minutes before the horizon have not even a hundred.
        TrainedOn few =
                new TrainedOn(modelHash(), true, END_MILLIS - 20 * MINUTE_MILLIS, END_MILLIS, Map.of(LANE.id(), bound));
        Verdict tooFew = world.judge("", better, few, modelHash());
        assertThat(refused(tooFew)).contains("rows");
        assertThat(finding(tooFew, "rows").text()).startsWith("91 predictions").contains("at least 100");
        assertThat(finding(tooFew, "slice device=phone").text()).startsWith("not judged: ");

        TrainedOn otherwise = new TrainedOn("other", false, HOLDOUT_MILLIS, END_MILLIS, Map.of(LANE.id(), bound));
        assertThat(refused(world.judge("", better, otherwise, modelHash()))).containsExactly("hash", "features");
        assertThat(refused(world.judge("", better, world.set(bound), "other"))).containsExactly("hash");
        assertThat(refused(world.judge("ece: 0.01", world.scores(one -> one.truth() / 2))))
                .contains("ece");
    }

    @ParameterizedTest
    @CsvSource({"NaN, 0", "0, NaN", "-Infinity, 0", "NaN, NaN", "0, Infinity"})
    void whatIsNoNumberRefuses(double mean, double error) {
        Verdict verdict = judge("binary", "", new PairedDifference(500, mean, error), new BigDecimal("0.01"));

        assertThat(refused(verdict)).contains("paired_loss");
        assertThat(finding(verdict, "paired_loss").numbers()).doesNotContainValue(null);
    }

    @Test
    void whatIsWantedIsInclusive() {
        PairedDifference exact = new PairedDifference(500, -0.25, 0);
        assertThat(judge("binary", "paired_loss: {worse_by_at_most: 0.25}", exact, null)
                        .passed())
                .isTrue();
        assertThat(refused(judge("binary", "paired_loss: {worse_by_at_most: 0.249}", exact, null)))
                .containsExactly("paired_loss", "slice device=phone");
        assertThat(refused(judge("binary", "ece: 0.03", new PairedDifference(500, 1, 0), new BigDecimal("0.03"))))
                .isEmpty();
        assertThat(refused(judge("binary", "ece: 0.03", new PairedDifference(500, 1, 0), new BigDecimal("0.0300001"))))
                .containsExactly("ece");
        assertThat(refused(judge("binary", "ece: 0.03", new PairedDifference(500, 1, 0), null)))
                .containsExactly("ece");
    }

    /** The wider the interval, the more must be known. */
    @Test
    void theConfidenceIsTheCatalogs() {
        PairedDifference close = new PairedDifference(1_000, 0.018, 0.01);

        assertThat(judge("binary", "paired_loss: {confidence: 0.9}", close, null)
                        .passed())
                .isTrue();
        assertThat(refused(judge("binary", "", close, null))).containsExactly("paired_loss");
        assertThat(finding(judge("number", "", close, null), "paired_loss").text())
                .isEqualTo("the champion's absolute error less the candidate's is 0.018, with a confidence of 0.95 in "
                        + "[-0.001623, 0.03762]; its lower end must be at least 0");
    }

    /** One of many slices looks worse by chance: each needs more certainty. */
    @ParameterizedTest
    @ValueSource(ints = {1, 40})
    void manySlicesAreJudgedTogether(int slices) {
        PairedDifference good = new PairedDifference(5_000, 1, 0.1);
        List<EvaluationReport.Compared> compared = new ArrayList<>();
        compared.add(new EvaluationReport.Compared("phone", new PairedDifference(500, -0.025, 0.01)));
        for (int i = 1; i < slices; i++) {
            compared.add(new EvaluationReport.Compared("other" + i, good));
        }
        compared.add(new EvaluationReport.Compared("rare", new PairedDifference(99, -5, 0)));

        Verdict verdict = judge(
                "binary",
                "",
                report(good, null),
                Map.of("device", new EvaluationReport(List.of(), compared, Map.of(), 0)));

        assertThat(refused(verdict)).isEqualTo(slices == 1 ? List.of("slice device=phone") : List.of());
    }

    @Test
    void aCandidateInShadowMustNotBeWorseForCertain() {
        Training training = catalog("").training("discount").orElseThrow();

        assertThat(Gate.shadow(training, Optional.empty()).passed()).isFalse();
        assertThat(Gate.shadow(training, Optional.of(new PairedDifference(99, 1, 0))))
                .satisfies(few -> assertThat(few.passed()).isFalse())
                .satisfies(few -> assertThat(few.text()).startsWith("99 predictions"));
        assertThat(Gate.shadow(training, Optional.of(new PairedDifference(100, -0.01, 0.01)))
                        .passed())
                .isTrue();
        assertThat(Gate.shadow(training, Optional.of(new PairedDifference(100, -0.03, 0.01)))
                        .passed())
                .isFalse();
        assertThat(Gate.shadow(training, Optional.of(new PairedDifference(100, Double.NaN, 0.01)))
                        .passed())
                .isFalse();
    }

    private static EvaluationReport report(PairedDifference difference, @Nullable BigDecimal ece) {
        Metrics metrics = new Metrics(ece == null ? Map.of() : Map.of("calibration", Map.of("ece", ece)));
        return new EvaluationReport(
                List.of(new EvaluationReport.Quality("candidate", "", "", difference.requests(), metrics)),
                List.of(new EvaluationReport.Compared("", difference)),
                Map.of("candidate", 0L),
                0);
    }

    private static Verdict judge(String type, String gate, PairedDifference difference, @Nullable BigDecimal ece) {
        return judge(
                type,
                gate,
                report(difference, ece),
                Map.of(
                        "device",
                        new EvaluationReport(
                                List.of(), List.of(new EvaluationReport.Compared("phone", difference)), Map.of(), 0)));
    }

    private static Verdict judge(String type, String gate, EvaluationReport all, Map<String, EvaluationReport> slices) {
        Training training = catalog(type, gate).training("discount").orElseThrow();
        TrainedOn set = new TrainedOn(
                training.modelHash(), true, HOLDOUT_MILLIS, END_MILLIS, Map.of(LANE.id(), new Position("1", 0)));
        return Gate.judge(training, new Gate.Evidence(training.modelHash(), set, "candidate", Set.of(), all, slices));
    }
}
