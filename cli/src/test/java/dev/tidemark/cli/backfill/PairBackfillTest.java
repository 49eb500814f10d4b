package dev.tidemark.cli.backfill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.Witness;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.put.RecordWriter;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.view.View;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.oracle.Oracle;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A view of pairs, a model's monitor over pairs, and one over outcomes that carry their predictions, are added to a running
 * system and backfilled. In the end they answer as in a system that had them from its first event on, and as an oracle does.
 */
class PairBackfillTest {

    private static final String OLD = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  avg_price: {function: avg, input: price, windows: [1h]}
            """;

    private static final String PAIRS = """
            pairs:
              judged:
                left: {source: shop, where: type == "prediction" && model == "paired", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 10m
            """;

    private static final String MODELS = """
            models:
              paired:
                inputs: [viewer: [avg_price_1h]]
                predictions: {source: shop}
                outcome: {pair: judged, settle: 2m}
                monitor: {windows: [2h, 6h], retention: 20m}
              carried:
                inputs: [viewer: [avg_price_1h]]
                predictions: {source: shop}
                outcome: {within: 10m, settle: 2m}
                monitor: {windows: [2h, 6h], retention: 20m}
            """;

    private static final String WITH_PAIRS = OLD + """
              labels:
                source: judged
                entity: left.version
                retention: 2m
                features:
                  pairs: {function: count, windows: [2h, 6h]}
                  positive: {function: sum, input: right.label, windows: [6h]}
                  waited: {function: avg, input: delay, windows: [6h]}
            """ + PAIRS;

    private static final String NEXT = WITH_PAIRS + MODELS;

    private static final long MINUTE = 60_000;

    /** Twice the longest reach and two minutes, and some. */
    private static final long LATER_MINUTES = 66;

    private static final int PREDICTIONS = 120;

    @TempDir
    private Path folder;

    private final long beginMillis = System.currentTimeMillis() - 180 * MINUTE;
    /** How long ago a system's present is. */
    private final AtomicLong behindMillis = new AtomicLong(180 * MINUTE);

    /** An hour after the first event, at last, so that all systems are asked about the same windows. */
    private final AtomicBoolean isOver = new AtomicBoolean();

    private final InstantSource arrivals = () -> Instant.ofEpochMilli(System.currentTimeMillis() - behindMillis.get());
    private final InstantSource present =
            () -> isOver.get() ? Instant.ofEpochMilli(beginMillis + 85 * MINUTE) : arrivals.instant();

    private int port;
    private int put;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void whatIsAddedLaterIsAsIfItHadBeenThere() throws Exception {
        Catalogs next = Catalogs.of(new CatalogCompiler().compile(NEXT));
        Catalogs both = new Catalogs(new CatalogCompiler().compile(OLD), next.current());
        try (TidemarkApplication first = application(next);
                LocalSystem early = start(first, FreePorts.fourInARow());
                AwsClients clients =
                        KinesisEndpoint.at(early.endpoints().kinesis()).clients()) {
            Witness there = new Witness(early.api(), clients.kinesis());
            put(early, 0, PREDICTIONS, 0, there);
            put(early, PREDICTIONS / 2, PREDICTIONS, 5, there);
            put(early, PREDICTIONS, 2 * PREDICTIONS, LATER_MINUTES, there);
            port = FreePorts.fourInARow();
            put = 0;
            behindMillis.set(System.currentTimeMillis() - beginMillis);
            try (TidemarkApplication second = application(both);
                    LocalSystem later = start(second, port);
                    AwsClients others =
                            KinesisEndpoint.at(later.endpoints().kinesis()).clients()) {
                Witness witness = new Witness(later.api(), others.kinesis());
                addLater(later, witness);
                isOver.set(true);

                Oracle oracle = new Oracle(WITH_PAIRS, witness.records("shop-events"), witness.descents("shop-events"));
                assertThat(witness.compare(oracle, "labels")).isPositive();
                compareViews(next.current(), there, witness);
                for (String model : new String[] {"paired", "carried"}) {
                    JsonNode quality = quality(witness, model);
                    assertThat(quality).isEqualTo(quality(there, model));
                    assertThat(quality.toString()).contains("log_loss");
                }
            }
        }
    }

    private void addLater(LocalSystem system, Witness witness) throws IOException, InterruptedException {
        put(system, 0, PREDICTIONS, 0, witness);
        assertThat(backfill("start")).contains("backfill run");
        put(system, PREDICTIONS / 2, PREDICTIONS, 5, witness);
        assertThat(backfill("status")).contains("labels", "its pairs warm up until each lane has folded an event");
        assertThat(backfill("run"))
                .contains("view labels is not complete yet: its pairs warm up", "complete: ", "carried$quality");
        assertThat(witness.get("/v1/views/labels/entities/v1")
                        .at("/freshness/complete")
                        .asBoolean())
                .isFalse();
        put(system, PREDICTIONS, 2 * PREDICTIONS, LATER_MINUTES, witness);
        assertThat(backfill("run")).contains("complete: ", "labels").doesNotContain("not complete");
        assertThat(backfill("status")).contains("READY: complete").doesNotContain("BACKFILLING");
        backfill("flip");
    }

    private TidemarkApplication application(Catalogs catalogs) {
        return new TidemarkApplication(
                        catalogs,
                        (batch, outcome) -> assertThat(outcome.violations()).isEmpty())
                .asOf(present);
    }

    private LocalSystem start(TidemarkApplication application, int ports) throws IOException {
        LocalSettings settings = new LocalSettings(
                ports, null, Map.of("shop-events", 2), /* shardLimits= */ false, MappingSettings.ofBatchSize(50), 7);
        return LocalSystem.start(settings, application, MappingListener.NONE, arrivals);
    }

    /** Predictions of both models, and outcomes for most of them a minute later, all of which arrive now. */
    private void put(LocalSystem system, int from, int to, long minutes, Witness witness)
            throws IOException, InterruptedException {
        long atMillis = beginMillis + minutes * MINUTE;
        behindMillis.set(System.currentTimeMillis() - atMillis);
        try (RecordWriter writer =
                new RecordWriter(KinesisEndpoint.at(system.endpoints().kinesis()), "shop-events")) {
            for (int i = from; i < to; i++) {
                boolean isNew = minutes != 5 || i % 3 == 0;
                for (String model : new String[] {"paired", "carried"}) {
                    String id = model + i;
                    long predictedMillis = beginMillis + (i < PREDICTIONS ? 0 : minutes * MINUTE) - MINUTE - i;
                    SplittableRandom random = new SplittableRandom(i);
                    double score = 0.01 * (1 + random.nextInt(98));
                    if (isNew) {
                        add(writer, id, prediction(model, id, predictedMillis, score));
                    }
                    if (i % 4 != 0 && (minutes != 0 || i % 2 == 0)) {
                        int label = random.nextDouble() < score ? 1 : 0;
                        long happenedMillis = atMillis - 30_000;
                        add(writer, id, outcome(model, id, predictedMillis, score, label, happenedMillis));
                    }
                }
            }
            writer.flush();
        }
        witness.awaitDone(put);
    }

    private void add(RecordWriter writer, String key, String event) {
        writer.add(key, event.getBytes(UTF_8));
        put++;
    }

    private static String prediction(String model, String id, long atMillis, double score) {
        return String.format(
                Locale.ROOT,
                "{\"type\":\"prediction\",\"id\":\"%s\",\"ts\":\"%s\",\"model\":\"%s\",\"version\":\"v1\",\"score\":%.2f,"
                        + "\"keys\":{\"user_id\":\"u1\"},\"features\":{\"viewer.avg_price_1h\":%d}}",
                id,
                Instant.ofEpochMilli(atMillis),
                model,
                score,
                atMillis % 7);
    }

    private static String outcome(
            String model, String id, long predictedMillis, double score, int label, long atMillis) {
        return String.format(
                Locale.ROOT,
                "{\"type\":\"outcome\",\"ts\":\"%s\",\"label\":%d,\"prediction\":\"%s\"%s}",
                Instant.ofEpochMilli(atMillis),
                label,
                id,
                model.equals("paired")
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ",\"model\":\"%s\",\"version\":\"v1\",\"score\":%.2f,\"predicted_at\":\"%s\"",
                                model,
                                score,
                                Instant.ofEpochMilli(predictedMillis)));
    }

    /** Every view, of whatever is its entity. */
    private static void compareViews(Catalog catalog, Witness there, Witness later) {
        Set<String> answered = new TreeSet<>();
        for (View view : catalog.views()) {
            String path = "/v1/views/" + URLEncoder.encode(view.name(), UTF_8) + "/entities/";
            JsonNode ofNobody = later.get(path + "nobody").get("features");
            for (String entity : List.of("v1", "paired", "carried")) {
                JsonNode answer = later.get(path + entity);
                JsonNode features = answer.get("features");
                assertThat(answer.at("/freshness/complete").asBoolean())
                        .as(view.name())
                        .isTrue();
                assertThat(features)
                        .as(view.name())
                        .isEqualTo(there.get(path + entity).get("features"));
                if (!features.equals(ofNobody)) {
                    answered.add(view.name());
                }
            }
        }
        assertThat(answered)
                .contains("labels", "paired$quality", "paired$inputs", "paired$versions", "carried$quality");
    }

    /** Without what says how the answer came about. */
    private static JsonNode quality(Witness witness, String model) {
        ObjectNode report = (ObjectNode) witness.get("/v1/models/" + model + "/quality");
        report.remove("freshness");
        return report;
    }

    private String backfill(String subcommand) throws IOException {
        Path catalog = Files.writeString(folder.resolve("catalog.yaml"), OLD);
        Path next = Files.writeString(folder.resolve("next.yaml"), NEXT);
        Command command = Command.run(Stream.of(
                        "backfill",
                        subcommand,
                        "--catalog",
                        catalog.toString(),
                        "--next",
                        next.toString(),
                        "--port",
                        Integer.toString(port))
                .toArray(String[]::new));
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }
}
