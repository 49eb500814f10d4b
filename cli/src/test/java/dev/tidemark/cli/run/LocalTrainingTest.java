package dev.tidemark.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.s3.S3TrainingLog;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.store.TrainingLog.End;
import dev.tidemark.core.store.TrainingLog.Ended;
import dev.tidemark.core.store.TrainingLog.Entry;
import dev.tidemark.core.store.TrainingLog.Judged;
import dev.tidemark.core.store.TrainingLog.Promoted;
import dev.tidemark.kinesis.NewRecord;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.mapping.MappingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop in this process: the embedded system, and a command that leaves scores which the test has made. */
class LocalTrainingTest {

    private static final String STREAM = "shop-events";
    private static final long MINUTE_MILLIS = 60_000;
    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 2s
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
                outcome: {pair: judged, settle: 1s, type: binary}
                monitor: {windows: [1h]}
                train: {rows: {last: 2h}, holdout: 30m, command: [/bin/sh, train.sh], at_least: 200}
            """);

    private static final String SCRIPT = """
            echo "cut $TIDEMARK_CUT of $TIDEMARK_MODEL, $TIDEMARK_RUN, $TIDEMARK_URL"
            test -s "$TIDEMARK_SET/training-set.parquet" || exit 3
            test -s "$TIDEMARK_SET/training-set.json" || exit 4
            cp scores.parquet "$TIDEMARK_OUT/"
            cp candidate.json "$TIDEMARK_OUT/"
            exit $(cat exit)
            """;

    @TempDir
    private Path folder;

    @TempDir
    private Path data;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final SplittableRandom random = new SplittableRandom(11);
    private final List<String> ids = new ArrayList<>();
    private final List<Double> truths = new ArrayList<>();
    private int sent;

    private Console console() {
        return new Console(
                new PrintWriter(out),
                new PrintWriter(err),
                new ProgressLine(new PrintWriter(out), /* columns= */ 0, System::nanoTime),
                System::currentTimeMillis,
                () -> Long.MAX_VALUE);
    }

    /** Predictions that are still to come, by how probable a yes really is. */
    private void draw(int count) {
        for (int i = 0; i < count; i++) {
            ids.add("p" + ids.size());
            truths.add(sigmoid(2 * random.nextGaussian() - 1));
        }
    }

    /** What a champion predicts that is often quite wrong, and what comes of it. */
    private void put(LocalSystem system, String version, long millis) throws InterruptedException {
        for (int i = sent; i < ids.size(); i++) {
            double truth = truths.get(i);
            String id = ids.get(i);
            put(system, "{\"type\":\"view\",\"ts\":%d,\"user\":\"u%d\",\"price\":%d}", millis, i % 5, 10 + i % 80);
            put(
                    system,
                    "{\"type\":\"prediction\",\"id\":\"%s\",\"ts\":%d,\"model\":\"discount\",\"version\":\"%s\",\"score\":%s,"
                            + "\"hash\":\"h\",\"request\":{\"device\":\"phone\"},\"keys\":{\"user\":\"u%d\"},\"features\":{}}",
                    id,
                    millis,
                    version,
                    sigmoid(Math.log(truth / (1 - truth)) + 2.5 * random.nextGaussian()),
                    i % 5);
            put(
                    system,
                    "{\"type\":\"outcome\",\"ts\":%d,\"label\":%d,\"prediction\":\"%s\"}",
                    millis + 1,
                    random.nextDouble() < truth ? 1 : 0,
                    id);
        }
        sent = ids.size();
        while (system.mapping(STREAM).pendingRecords() > 0) {
            Thread.sleep(20);
        }
    }

    private static void put(LocalSystem system, String format, Object... values) {
        byte[] event = String.format(Locale.ROOT, format, values).getBytes(StandardCharsets.UTF_8);
        system.streams().put(STREAM, List.of(new NewRecord("key", null, event)));
    }

    private static double sigmoid(double x) {
        double probability = Math.round(1e6 / (1 + Math.exp(-x))) / 1e6;
        return Math.min(0.999, Math.max(0.001, probability));
    }

    /** What the command will leave. */
    private void leave(String version, List<Double> scores, int exitCode) throws IOException {
        Files.writeString(
                folder.resolve("candidate.json"),
                "{\"version\": \"" + version + "\", \"artifact\": \"models/" + version + "\"}");
        Files.writeString(folder.resolve("exit"), exitCode + "\n");
        MessageType schema = MessageTypeParser.parseMessageType(
                "message scores { required binary id (STRING); required double score; }");
        try (ParquetWriter<Group> file = ExampleParquetWriter.builder(
                        new LocalOutputFile(folder.resolve("scores.parquet")))
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withType(schema)
                .build()) {
            for (int i = 0; i < ids.size(); i++) {
                file.write(new SimpleGroup(schema).append("id", ids.get(i)).append("score", scores.get(i)));
            }
        }
    }

    private List<Double> shuffled() {
        List<Double> shuffled = new ArrayList<>(truths);
        Collections.shuffle(shuffled, new Random(3));
        return shuffled;
    }

    private static List<Entry> await(TrainingLog log, Predicate<Entry> last) throws InterruptedException {
        while (true) {
            long count = log.last("discount", 0).join();
            List<Entry> entries = new ArrayList<>();
            for (long number = 1; number <= count; number++) {
                entries.add(log.read("discount", number).join());
            }
            if (!entries.isEmpty() && last.test(entries.get(entries.size() - 1))) {
                return entries;
            }
            Thread.sleep(50);
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aGoodCandidateIsPromotedAndOneOfShuffledLabelsIsNot() throws Exception {
        Files.writeString(folder.resolve("train.sh"), SCRIPT);
        long[] ago = {60 * MINUTE_MILLIS};
        Console console = console();
        int port = FreePorts.fourInARow();
        LocalSettings settings =
                new LocalSettings(port, data, Map.of(STREAM, 1), false, MappingSettings.ofBatchSize(1_000), 1);
        try (TidemarkApplication application = new TidemarkApplication(Catalogs.of(CATALOG), console);
                LocalSystem system = LocalSystem.start(
                        settings,
                        application,
                        console,
                        () -> Instant.ofEpochMilli(System.currentTimeMillis() - ago[0]))) {
            long nowMillis = System.currentTimeMillis();
            draw(300);
            put(system, "v7", nowMillis - 60 * MINUTE_MILLIS);
            ago[0] = 5 * MINUTE_MILLIS;
            draw(400);
            put(system, "v7", nowMillis - 6 * MINUTE_MILLIS);
            put(system, "{\"type\":\"view\",\"ts\":%d,\"user\":\"u1\",\"price\":1}", nowMillis - 5 * MINUTE_MILLIS);
            leave("v8", truths, 0);
            TrainingLog log = new S3TrainingLog(
                    application.deployment(system.endpoints()).clients().s3(),
                    TidemarkApplication.BUCKET,
                    Backoff.system());

            LocalTraining training = LocalTraining.start(
                    application.deployment(system.endpoints()),
                    CATALOG.trainings(),
                    data,
                    folder,
                    system.api(),
                    console);
            try {
                List<Entry> promoted = await(log, Promoted.class::isInstance);
                assertThat(((Promoted) promoted.get(3)).candidate().artifact()).isEqualTo("models/v8");
                ago[0] = 0;
                draw(300);
                leave("v9", shuffled(), 0);
                put(system, "v8", nowMillis - 10_000);
                List<Entry> refused = await(log, entry -> entry.number() > 4 && entry instanceof Judged);
                assertThat(((Judged) refused.get(refused.size() - 1)).passed()).isFalse();
                draw(300);
                leave("v9", truths, 7);
                put(system, "v8", nowMillis - 10_000);
                List<Entry> failed = await(log, Ended.class::isInstance);
                assertThat((Ended) failed.get(failed.size() - 1))
                        .returns(End.FAILED, Ended::end)
                        .extracting(Ended::reason)
                        .asString()
                        .isEqualTo("the training step: `/bin/sh train.sh` ended with exit code 7");
            } finally {
                training.stop();
            }

            assertThat(out.toString())
                    .contains(
                            "[discount] training set with 700 rows, of cut 1",
                            "[discount] training on 700 rows: /bin/sh train.sh",
                            "[discount] version v8 passed the gate",
                            "[discount] version v8 is the champion",
                            "[discount] version v9 did not pass the gate",
                            "was refused by the gate: paired_loss: ");
            assertThat(err.toString()).contains("[discount] `/bin/sh train.sh` ended with exit code 7");
            assertThat(Command.run(
                                    "train",
                                    "status",
                                    "--model",
                                    "discount",
                                    "--port",
                                    "" + system.api().getPort())
                            .out())
                    .contains("v8", "over");
        }
    }
}
