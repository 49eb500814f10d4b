package dev.tidemark.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.Phase;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.learn.CutMaker;
import dev.tidemark.core.past.SnapshotCheckpoints;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryCutLog;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryTrainingLog;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import dev.tidemark.functions.monitor.QualityReports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.ToDoubleFunction;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** A shop whose champion is often quite wrong, folded in memory, and the function beside it. */
final class TrainWorld {

    private static final long START_MILLIS =
            Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long STEP_MILLIS = 15_000;
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 1, "shardId-000000000000");

    static final String MODEL = "discount";

    static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 5m
            views:
              viewer:
                source: shop
                entity: user
                where: type == "view"
                features:
                  price: {function: avg, input: price, windows: [1h]}
            models:
              discount:
                request: {device: {type: text}}
                inputs: [viewer: [price_1h], request: [device]]
                predictions: {source: shop, time: {field: ts, format: epoch_millis}}
                outcome: {pair: judged, settle: 1m, type: binary}
                monitor:
                  windows: [1h]
                  challengers: [candidate]
                  checks: {accuracy: {at_least: 0, window: 1h}}
                train: {rows: {last: 2h}, holdout: 100m, command: python train.py, TRAIN}
            """;

    /** @param truth how probable a yes really is */
    record Prediction(String id, long atMillis, double truth, double score) {}

    final Catalog catalog;
    final InMemoryTrainingLog log = new InMemoryTrainingLog();
    final InMemoryCutLog cuts = new InMemoryCutLog();
    final Map<String, byte[]> files = new TreeMap<>();
    final TreeMap<Long, String> found = new TreeMap<>();
    final List<Prediction> predictions = new ArrayList<>();
    final ByteArrayOutputStream said = new ByteArrayOutputStream();
    long nowMillis = START_MILLIS;

    private final SplittableRandom random = new SplittableRandom(7);
    private final InMemoryItemStore items = new InMemoryItemStore();
    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryArchive archive = new InMemoryArchive();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private final Path work;
    private final ExecutorService pool;
    private final BatchFold fold;
    private int records;

    /** A call of a store whose caller is killed when it has been done. */
    private int killAt;

    private int calls;

    static final class Killed extends Error {

        private static final long serialVersionUID = 1L;
    }

    /**
     * Two hours have passed.
     *
     * @param train more of the catalog
     */
    TrainWorld(String train, Path work, ExecutorService pool) {
        this.work = work;
        this.pool = pool;
        this.catalog = new CatalogCompiler().compile(CATALOG.replace("TRAIN", train));
        Map<String, ViewStatus> views = new HashMap<>();
        for (View view : catalog.views()) {
            views.put(view.version(), ViewStatus.ACTIVE);
        }
        control.control = new ControlRow(1, "g1", Phase.LIVE, views);
        this.fold = new BatchFold(
                catalog,
                new FoldPorts(
                        items,
                        control,
                        archive,
                        new InMemoryQuarantine(),
                        new InMemoryLineage(),
                        millis -> CompletableFuture.completedFuture(null),
                        () -> nowMillis,
                        new Random(1)),
                FoldSettings.DEFAULT);
        serve(START_MILLIS + 2 * 3_600_000, "v7");
    }

    /** Time passes, with a prediction every quarter of a minute, and the outcomes of most. */
    void serve(long untilMillis, String version) {
        TreeMap<Long, List<String>> events = new TreeMap<>();
        for (long at = nowMillis; at < untilMillis; at += STEP_MILLIS) {
            double truth = sigmoid(2 * random.nextGaussian() - 1);
            double score = sigmoid(Math.log(truth / (1 - truth)) + 2.5 * random.nextGaussian());
            Prediction one = new Prediction("p" + predictions.size(), at, truth, score);
            predictions.add(one);
            put(
                    events,
                    at,
                    "{\"type\":\"view\",\"ts\":%d,\"user\":\"u%d\",\"price\":%d}",
                    at,
                    random.nextInt(5),
                    random.nextInt(10, 90));
            put(
                    events,
                    at + 1,
                    "{\"type\":\"prediction\",\"id\":\"%s\",\"ts\":%d,\"model\":\"discount\",\"version\":\"%s\",\"score\":%s,"
                            + "\"hash\":\"%s\",\"request\":{\"device\":\"phone\"},\"keys\":{\"user\":\"u%d\"},\"features\":{},"
                            + "\"challengers\":{\"candidate\":%s}}",
                    one.id(),
                    at + 1,
                    version,
                    score,
                    catalog.models().get(0).hash(),
                    random.nextInt(5),
                    truth);
            put(
                    events,
                    at + 2 + random.nextInt(10_000),
                    "{\"type\":\"outcome\",\"ts\":%d,\"label\":%d,\"prediction\":\"%s\"}",
                    at + 2,
                    random.nextDouble() < truth ? 1 : 0,
                    one.id());
        }
        nowMillis = Math.max(nowMillis, untilMillis);
        List<RawRecord> batch = new ArrayList<>();
        events.forEach((arrival, texts) -> texts.forEach(text -> batch.add(new RawRecord(
                new Position(Long.toString(1_000_000L + records++), 0),
                arrival,
                "key",
                text.getBytes(StandardCharsets.UTF_8)))));
        for (int from = 0; from < batch.size(); from += 200) {
            List<RawRecord> part = batch.subList(from, Math.min(batch.size(), from + 200));
            assertThat(fold.fold(new Batch(LANE, part), Long.MAX_VALUE).join().isDone())
                    .isTrue();
        }
    }

    private static void put(Map<Long, List<String>> events, long at, String format, Object... values) {
        events.computeIfAbsent(at, time -> new ArrayList<>()).add(String.format(Locale.ROOT, format, values));
    }

    private static double sigmoid(double x) {
        double probability = Math.round(1e6 / (1 + Math.exp(-x))) / 1e6;
        return Math.min(0.999, Math.max(0.001, probability));
    }

    /** Whoever makes this call is killed right after it, once. */
    void killAfter(int call) {
        killAt = call;
        calls = 0;
    }

    /** Whether the kill is still to come. */
    boolean isToBeKilled() {
        return calls < killAt;
    }

    private <T> T killing(Class<T> type, T store) {
        return type.cast(Proxy.newProxyInstance(
                TrainWorld.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(store, arguments);
                        if (method.getReturnType() == CompletableFuture.class && ++calls == killAt) {
                            throw new Killed();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** A new one, as after a kill: it knows nothing. */
    TrainFunction function() {
        return function(cuts);
    }

    TrainFunction function(CutLog cutLog) {
        CutLog killingCuts = killing(CutLog.class, cutLog);
        TrainParts parts = new TrainParts(
                Catalogs.of(catalog),
                new HistoryPorts(archive, redrives, new SnapshotCheckpoints(), control),
                killing(TrainingLog.class, log),
                killingCuts,
                new CutMaker(control, redrives, killingCuts, new InMemoryLineage(), () -> nowMillis),
                new MonitorLog() {
                    @Override
                    public CompletableFuture<Optional<Found>> newest(String model, long afterMillis) {
                        return CompletableFuture.completedFuture(Optional.ofNullable(TrainWorld.this.found.lastEntry())
                                .map(entry -> new Found(entry.getKey(), entry.getValue())));
                    }

                    @Override
                    public CompletableFuture<Void> write(String model, long atMillis, String text) {
                        throw new AssertionError("not the function's to write");
                    }
                },
                new QualityReports(
                        Catalogs.of(catalog),
                        items,
                        control,
                        WaitingCache.none(),
                        Baselines.NONE,
                        new ClientSamples(() -> MonitorLog.EMPTY)),
                killing(RunFiles.class, new InMemoryFiles()),
                work,
                "",
                1,
                pool,
                64 << 20,
                () -> nowMillis);
        return new TrainFunction(
                parts, new JsonTrainLog(new PrintStream(said, true, StandardCharsets.UTF_8), "g1", () -> nowMillis));
    }

    private final class InMemoryFiles implements RunFiles {

        @Override
        public String address(String key) {
            return "s3://bucket/" + key;
        }

        @Override
        public CompletableFuture<Void> put(String key, Path file) {
            try {
                files.put(key, Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Boolean> get(String key, Path file) {
            byte[] bytes = files.get(key);
            if (bytes != null) {
                try {
                    Files.write(file, bytes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return CompletableFuture.completedFuture(bytes != null);
        }
    }

    /** What a training step leaves. */
    void train(String run, String version, ToDoubleFunction<Prediction> scorer) {
        leave(run, "candidate.json", "{\"version\":\"" + version + "\",\"artifact\":\"models/" + version + "\"}");
        MessageType schema = MessageTypeParser.parseMessageType(
                "message scores { required binary id (STRING); required double score; }");
        Path file = work.resolve("scores.parquet");
        try {
            Files.createDirectories(work);
            Files.deleteIfExists(file);
            try (ParquetWriter<Group> out = ExampleParquetWriter.builder(new LocalOutputFile(file))
                    .withConf(new PlainParquetConfiguration())
                    .withType(schema)
                    .build()) {
                for (Prediction one : predictions) {
                    out.write(
                            new SimpleGroup(schema).append("id", one.id()).append("score", scorer.applyAsDouble(one)));
                }
            }
            files.put(key(run, "scores.parquet"), Files.readAllBytes(file));
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void leave(String run, String name, String text) {
        files.put(key(run, name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static String key(String run, String name) {
        return "runs/discount/" + run + "/out/" + name;
    }

    List<Entry> entries() {
        return log.entries(MODEL);
    }
}
