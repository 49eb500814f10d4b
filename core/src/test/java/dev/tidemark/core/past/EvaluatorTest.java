package dev.tidemark.core.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.monitor.Challenge;
import dev.tidemark.core.monitor.Metrics;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityServer;
import dev.tidemark.core.monitor.Realised;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
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
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Evaluations of the past beside the live state and beside what the predictions themselves say. */
class EvaluatorTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20_261_130L);
    private static final long START_MILLIS =
            Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long MINUTE_MILLIS = 60_000;
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000000");
    private static final int PREDICTIONS = 600;

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 40m
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
                outcome: OUTCOME
                slices: [request.device]
                monitor: {windows: [1h], challengers: [other]}
            """;

    private static final Lane CHILD =
            new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000002");
    private static final Lane OTHER =
            new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000001");

    private final Random random = new Random(SEED);
    private final InMemoryLineage lineage = new InMemoryLineage();
    private boolean isResharded;
    private Runnable afterBatch = () -> {};
    private final InMemoryItemStore items = new InMemoryItemStore();
    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryArchive archive = new InMemoryArchive();
    private final List<Prediction> predictions = new ArrayList<>();

    /** Where the record of each prediction is, and of its first outcome. */
    private final Map<String, Placed> predicted = new TreeMap<>();

    private final Map<String, Placed> labelled = new TreeMap<>();

    private record Placed(Lane lane, Position position) {}

    /** @param labels by arrival: the last counts; empty if the outcome never comes */
    private record Prediction(String id, long atMillis, String device, double score, TreeMap<Long, Integer> labels) {

        String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"type\":\"prediction\",\"id\":\"%s\",\"ts\":%d,\"model\":\"discount\",\"version\":\"v7\",\"score\":%s,"
                            + "\"hash\":\"h\",\"request\":{\"device\":\"%s\"},\"keys\":{\"user_id\":\"%s\"},\"features\":{}%s}",
                    id,
                    atMillis,
                    score,
                    device,
                    id,
                    challengers());
        }

        /** What the other model says, logged beside the score; see {@link Other}. */
        private String challengers() {
            return id.endsWith("7") ? "" : ",\"challengers\":{\"other\":" + BigDecimal.valueOf(other()) + "}";
        }

        String outcome(long millis, int label, boolean isCarrying) {
            return String.format(
                    Locale.ROOT,
                    "{\"type\":\"outcome\",\"ts\":%d,\"label\":%d,\"prediction\":\"%s\"%s}",
                    millis,
                    label,
                    id,
                    isCarrying
                            ? String.format(
                                    Locale.ROOT,
                                    ",\"model\":\"discount\",\"version\":\"v7\",\"score\":%s,\"predicted_at\":%d,"
                                            + "\"request\":{\"device\":\"%s\"}%s",
                                    score,
                                    atMillis,
                                    device,
                                    challengers())
                            : "");
        }

        /** What another model says. */
        double other() {
            return Math.round((0.3 * score + 0.35) * 10_000) / 10_000.0;
        }
    }

    /** The other model, which does not know every prediction. */
    private record Other(Map<String, BigDecimal> scores) implements EvaluationReport.Scorer {

        @Override
        public String name() {
            return "other";
        }

        @Override
        public @Nullable BigDecimal of(String id) {
            return scores.get(id);
        }
    }

    @Test
    void pairsWithRevisedOutcomesAreWhatTheyAreLive() {
        Catalog catalog = catalog("{pair: judged, settle: 1m}");
        predict(0.8, 0.3);
        fold(catalog, /* isCarrying= */ false, /* onlyPositives= */ false);

        EvaluationReport report = equalsLive(catalog);

        List<Prediction> known = window().filter(one -> !one.labels().isEmpty()).toList();
        assertThat(known.stream().filter(one -> one.labels().size() > 1)).hasSizeGreaterThan(20);
        compare(report, known, one -> one.labels().lastEntry().getValue());
    }

    @Test
    void labelsByAbsenceAreWhatTheyAreLive() {
        Catalog catalog =
                catalog("{absent: 0, within: 30m, settle: 1m, time: {field: predicted_at, format: epoch_millis}}");
        predict(1, 0);
        fold(catalog, /* isCarrying= */ true, /* onlyPositives= */ true);

        EvaluationReport report = equalsLive(catalog);

        compare(report, window().toList(), one -> one.labels().lastEntry().getValue());
    }

    /** Predicted numbers: the mean difference is of absolute errors. */
    @Test
    void numbersAreWhatTheyAreLive() {
        Catalog catalog =
                catalog("{type: number, within: 30m, settle: 1m, time: {field: predicted_at, format: epoch_millis}}");
        predict(0.8, 0);
        fold(catalog, /* isCarrying= */ true, /* onlyPositives= */ false);

        EvaluationReport report = equalsLive(catalog, "mae");

        List<Prediction> known = window().filter(one -> !one.labels().isEmpty()).toList();
        double errors = 0;
        double squares = 0;
        for (Prediction one : known) {
            double error = one.score() - one.labels().firstEntry().getValue();
            errors += Math.abs(error);
            squares += error * error;
        }
        Metrics served = served(report, "");
        assertThat(number(served, "mae")).isCloseTo(errors / known.size(), Offset.offset(1e-12));
        assertThat(number(served, "rmse")).isCloseTo(Math.sqrt(squares / known.size()), Offset.offset(1e-12));
        compare(report, known, one -> one.labels().firstEntry().getValue(), (score, label) -> Math.abs(score - label));
    }

    private static double number(Metrics metrics, String name) {
        return Objects.requireNonNull(metrics.number(name, null)).doubleValue();
    }

    /** Two shards, one of which is split while outcomes are still to come; lanes are walked by several threads. */
    @ParameterizedTest
    @CsvSource({"pair, false", "carried, true"})
    void reshardedLanesAreWhatTheyAreLive(String how, boolean isCarrying) {
        Catalog catalog = catalog(
                how.equals("pair")
                        ? "{pair: judged, settle: 1m}"
                        : "{within: 30m, settle: 1m, time: {field: predicted_at, format: epoch_millis}}");
        isResharded = true;
        lineage.parents.put(CHILD.id(), List.of(LANE));
        lineage.drained = (lane, last) -> lane.equals(LANE);
        predict(0.8, isCarrying ? 0 : 0.3);
        fold(catalog, isCarrying, /* onlyPositives= */ false);

        EvaluationReport report = equalsLive(catalog);

        assertThat(control.readLanes().join()).hasSize(3);
        compare(
                report,
                window().filter(one -> !one.labels().isEmpty()).toList(),
                one -> one.labels().lastEntry().getValue());
    }

    /** What was known at a cut stays what it was, and is what an evaluation of that time said. */
    @ParameterizedTest
    @CsvSource({"10, 0.3", "17, 0.3", "22, 0"})
    void atACutItIsTheSameForever(int batches, double revised) {
        Catalog catalog = catalog("{pair: judged, settle: 1m}");
        Monitor monitor = catalog.monitor("discount").orElseThrow();
        predict(0.8, revised);
        List<Cut> cuts = new ArrayList<>();
        List<EvaluationReport> then = new ArrayList<>();
        int[] done = {0};
        afterBatch = () -> {
            if (++done[0] == batches) {
                cuts.add(new Cut("discount", "h", "c", 1, 0, control.readLanes().join(), 0));
                then.add(evaluate(catalog, monitor, null, null, Map.of()));
            }
        };
        fold(catalog, /* isCarrying= */ false, /* onlyPositives= */ false);
        EvaluationReport now = evaluate(catalog, monitor, null, null, Map.of());

        assertThat(evaluate(catalog, monitor, null, cuts.get(0), Map.of()))
                .as("seed %d", SEED)
                .isEqualTo(then.get(0))
                .isNotEqualTo(now);
        assertThat(then.get(0).compared().get(0).difference().requests())
                .isLessThanOrEqualTo(now.compared().get(0).difference().requests());
    }

    /** A label is leaked if the record that gave a prediction its first one lies at or below the bound of its lane. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{pair: judged, settle: 1m}",
                "{within: 30m, settle: 1m, time: {field: predicted_at, format: epoch_millis}}",
                "{absent: 0, within: 30m, settle: 1m, time: {field: predicted_at, format: epoch_millis}}"
            })
    void labelsBelowTheTrainingBoundAreLeaks(String outcome) {
        boolean isAbsent = outcome.contains("absent");
        boolean isPair = outcome.contains("pair");
        Catalog catalog = catalog(outcome);
        Monitor monitor = catalog.monitor("discount").orElseThrow();
        isResharded = true;
        lineage.parents.put(CHILD.id(), List.of(LANE));
        lineage.drained = (lane, last) -> lane.equals(LANE);
        predict(0.8, isPair ? 0.3 : 0);
        fold(catalog, /* isCarrying= */ !isPair, /* onlyPositives= */ isAbsent);
        Map<String, Placed> known = isAbsent ? predicted : labelled;
        List<Placed> places = window().map(one -> known.get(one.id()))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Placed::position))
                .toList();
        Placed first = places.get(0);
        Placed middle = places.get(places.size() / 2);

        assertThat(leaked(catalog, monitor, Map.of())).isZero();
        assertThat(leaked(catalog, monitor, Map.of(first.lane().id(), before(first))))
                .isZero();
        assertThat(leaked(catalog, monitor, Map.of(first.lane().id(), first.position())))
                .isOne();
        for (List<Lane> lanes : List.of(List.of(LANE), List.of(OTHER), List.of(LANE, OTHER, CHILD))) {
            Map<String, Position> bounds = new LinkedHashMap<>();
            lanes.forEach(lane -> bounds.put(lane.id(), middle.position()));
            assertThat(leaked(catalog, monitor, bounds))
                    .as("of %s, seed %d", lanes, SEED)
                    .isEqualTo(places.stream()
                            .filter(place -> lanes.contains(place.lane())
                                    && !place.position().isAfter(middle.position()))
                            .count())
                    .isPositive();
        }
    }

    private long leaked(Catalog catalog, Monitor monitor, Map<String, Position> trainedUpTo) {
        return evaluate(catalog, monitor, null, null, trainedUpTo).leaked();
    }

    private static Position before(Placed place) {
        return new Position(Long.toString(Long.parseLong(place.position().sequenceNumber()) - 1), 0);
    }

    private static Catalog catalog(String outcome) {
        return new CatalogCompiler().compile(CATALOG.replace("OUTCOME", outcome));
    }

    /** Over two hours. Outcomes take up to half an hour, revisions come after that. */
    private void predict(double known, double revised) {
        for (int i = 0; i < PREDICTIONS; i++) {
            long at = START_MILLIS + i * 12_000L;
            double score = random.nextInt(1, 1_000) / 1_000.0;
            TreeMap<Long, Integer> labels = new TreeMap<>();
            if (random.nextDouble() < known) {
                long first = at + random.nextInt(29 * 60_000);
                labels.put(first, random.nextDouble() < score ? 1 : 0);
                if (random.nextDouble() < revised) {
                    labels.put(first + random.nextInt(1, 10 * 60_000), random.nextInt(2));
                }
            }
            predictions.add(new Prediction("p" + i, at, random.nextBoolean() ? "phone" : "desktop", score, labels));
        }
    }

    private void fold(Catalog catalog, boolean isCarrying, boolean onlyPositives) {
        TreeMap<Long, List<String>> arriving = new TreeMap<>();
        for (Prediction one : predictions) {
            arriving.computeIfAbsent(one.atMillis(), at -> new ArrayList<>()).add(one.json());
            one.labels().forEach((millis, label) -> {
                if (label == 1 || !onlyPositives) {
                    arriving.computeIfAbsent(millis, at -> new ArrayList<>())
                            .add(one.outcome(millis, label, isCarrying));
                }
            });
        }
        Map<Lane, List<RawRecord>> records = new LinkedHashMap<>();
        int[] number = {0};
        arriving.forEach((arrival, events) -> events.forEach(event -> {
            Placed place = new Placed(laneOf(event, arrival), new Position(Long.toString(1_000_000L + number[0]++), 0));
            String id = event.replaceAll(".*\"(p\\d+)\".*", "$1");
            (event.contains("\"outcome\"") ? labelled : predicted).putIfAbsent(id, place);
            records.computeIfAbsent(place.lane(), lane -> new ArrayList<>())
                    .add(new RawRecord(place.position(), arrival, "key", event.getBytes(StandardCharsets.UTF_8)));
        }));
        BatchFold fold = new BatchFold(
                catalog,
                new FoldPorts(
                        items,
                        control,
                        archive,
                        new InMemoryQuarantine(),
                        lineage,
                        millis -> CompletableFuture.completedFuture(null),
                        () -> nowMillis(),
                        random),
                FoldSettings.DEFAULT);
        // The parent was first, and is done before its child begins.
        records.forEach((lane, ofLane) -> {
            for (int from = 0; from < ofLane.size(); from += 40) {
                Batch batch = new Batch(lane, ofLane.subList(from, Math.min(ofLane.size(), from + 40)));
                assertThat(fold.fold(batch, Long.MAX_VALUE).join().isDone()).isTrue();
                afterBatch.run();
            }
        });
    }

    /** What is about one prediction is in one shard at a time. */
    private Lane laneOf(String event, long arrivalMillis) {
        if (!isResharded) {
            return LANE;
        }
        boolean isOdd = event.matches(".*\"p\\d*[13579]\".*");
        return isOdd ? OTHER : arrivalMillis < START_MILLIS + 70 * MINUTE_MILLIS ? LANE : CHILD;
    }

    private static long nowMillis() {
        return START_MILLIS + 180 * MINUTE_MILLIS;
    }

    /** An hour of predictions that ends well before the last outcome. */
    private static long endMillis() {
        return START_MILLIS + 100 * MINUTE_MILLIS;
    }

    /** What a live window of an hour covers that ends there: it begins with a tile. */
    private static long fromMillis() {
        return endMillis() - 61 * MINUTE_MILLIS;
    }

    private Stream<Prediction> window() {
        return predictions.stream().filter(one -> one.atMillis() >= fromMillis() && one.atMillis() < endMillis());
    }

    private EvaluationReport equalsLive(Catalog catalog) {
        return equalsLive(catalog, "log_loss");
    }

    private EvaluationReport equalsLive(Catalog catalog, String known) {
        Monitor monitor = catalog.monitor("discount").orElseThrow();
        EvaluationReport all = evaluate(catalog, monitor, null);
        assertThat(served(all, ""))
                .isEqualTo(live(catalog, monitor, null, ""))
                .satisfies(metrics -> assertThat(metrics.values().get(known)).isNotNull());
        EvaluationReport sliced = evaluate(catalog, monitor, "device");
        for (String device : List.of("phone", "desktop")) {
            assertThat(served(sliced, device))
                    .isEqualTo(live(catalog, monitor, monitor.slices().get(0), device));
        }
        assertThat(all.compared())
                .hasSize(1)
                .first()
                .extracting(EvaluationReport.Compared::difference)
                .isEqualTo(challenge(catalog, monitor, null).difference())
                .isEqualTo(ask(
                                catalog,
                                evaluator ->
                                        evaluator.challenge(monitor, Set.of("v7"), "other", fromMillis(), endMillis()))
                        .orElseThrow());
        assertThat(sliced.compared())
                .hasSize(2)
                .allSatisfy(one -> assertThat(one.difference())
                        .isEqualTo(challenge(catalog, monitor, one.slice()).difference()));
        return all;
    }

    /** The live report's, of the window that {@link #fromMillis} and {@link #endMillis} are. */
    private Challenge challenge(Catalog catalog, Monitor monitor, @Nullable String device) {
        Monitor.Outcome outcome = Objects.requireNonNull(monitor.outcome());
        long at = endMillis()
                - 1
                + outcome.horizonMillis()
                + outcome.quality().ladder().hop().widthMillis();
        FeatureServer server = new FeatureServer(catalog, items, new ProgressCache(control, 1_000));
        QualityReport.OfWindow window = new QualityServer(
                        (view, names, entities, atMillis) ->
                                server.answer(QueryPlan.of(view, names, atMillis, nowMillis()), entities, nowMillis()),
                        nowMillis())
                .report(
                        new QualityServer.Question(
                                monitor, monitor.windows(), null, at, device == null ? null : "device"),
                        null,
                        300_000,
                        Map.of())
                .join()
                .versions()
                .get(0)
                .windows()
                .get(0);
        Realised realised = device == null
                ? window.matured()
                : window.slices().stream()
                        .filter(one -> one.value().equals(device))
                        .map(QualityReport.OfSlice::matured)
                        .findFirst()
                        .orElseThrow();
        return Objects.requireNonNull(realised).challenges().get(0);
    }

    private static Metrics served(EvaluationReport report, String slice) {
        return Objects.requireNonNull(report.qualities().stream()
                .filter(one -> one.version().equals("v7") && one.slice().equals(slice))
                .findFirst()
                .orElseThrow()
                .metrics());
    }

    private EvaluationReport evaluate(Catalog catalog, Monitor monitor, @Nullable String slice) {
        return evaluate(catalog, monitor, slice, null, Map.of());
    }

    private EvaluationReport evaluate(
            Catalog catalog,
            Monitor monitor,
            @Nullable String slice,
            @Nullable Cut cut,
            Map<String, Position> trainedUpTo) {
        Map<String, BigDecimal> scores = new TreeMap<>();
        predictions.stream()
                .filter(one -> !one.id().endsWith("7"))
                .forEach(one -> scores.put(EntityKeys.of(List.of(one.id())), BigDecimal.valueOf(one.other())));
        Evaluator.Question question = new Evaluator.Question(
                monitor,
                slice,
                Set.of(),
                fromMillis(),
                endMillis(),
                List.of(new Other(scores)),
                FieldPath.parse("id"),
                FieldPath.parse("prediction"),
                cut,
                trainedUpTo);
        return ask(catalog, evaluator -> evaluator.evaluate(question));
    }

    private <T> T ask(Catalog catalog, Function<Evaluator, CompletableFuture<T>> question) {
        HistoryPorts ports = new HistoryPorts(archive, new InMemoryRedriveLog(), new SnapshotCheckpoints(), control);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            return question.apply(new Evaluator(Catalogs.of(catalog), ports, 3, threads, records -> {}))
                    .join();
        } finally {
            threads.shutdown();
        }
    }

    private Metrics live(Catalog catalog, Monitor monitor, Monitor.@Nullable Slice slice, String value) {
        Monitor.Outcome outcome = Objects.requireNonNull(monitor.outcome());
        String entity = EntityKeys.of(slice == null ? List.of("v7") : List.of("v7", value));
        View predicted = slice == null ? monitor.inputs().get(0) : slice.predictions();
        Window window = monitor.windows().get(0);
        return Metrics.of(
                outcome,
                predicted == null ? Map.of() : values(catalog, predicted, entity),
                values(catalog, slice == null ? outcome.quality() : slice.quality(), entity),
                window);
    }

    private Map<String, @Nullable Object> values(Catalog catalog, View view, String entity) {
        FeatureServer server = new FeatureServer(catalog, items, new ProgressCache(control, 1_000));
        return server.answer(QueryPlan.of(view, null, endMillis() - 1, nowMillis()), List.of(entity), nowMillis())
                .join()
                .get(0)
                .values();
    }

    private static void compare(
            EvaluationReport report, List<Prediction> labelled, ToDoubleFunction<Prediction> labelOf) {
        compare(report, labelled, labelOf, EvaluatorTest::loss);
    }

    private static void compare(
            EvaluationReport report,
            List<Prediction> labelled,
            ToDoubleFunction<Prediction> labelOf,
            DoubleBinaryOperator loss) {
        double sum = 0;
        long count = 0;
        for (Prediction one : labelled) {
            if (!one.id().endsWith("7")) {
                double label = labelOf.applyAsDouble(one);
                sum += loss.applyAsDouble(one.score(), label) - loss.applyAsDouble(one.other(), label);
                count++;
            }
        }
        var difference = report.compared().get(0).difference();
        assertThat(difference.requests()).isEqualTo(count);
        assertThat(difference.mean()).isCloseTo(sum / count, Offset.offset(1e-12));
        assertThat(report.missing()).isEqualTo(Map.of("other", labelled.size() - count));
        assertThat(report.qualities().stream()
                        .filter(one -> one.scorer().equals("other"))
                        .mapToLong(EvaluationReport.Quality::predictions))
                .containsExactly(count);
    }

    private static double loss(double score, double label) {
        return -Math.log(label == 1 ? score : 1 - score);
    }
}
