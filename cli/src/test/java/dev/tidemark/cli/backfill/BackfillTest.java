package dev.tidemark.cli.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.Reshard;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A catalog is changed on a running system: a view with another condition and another window, one that stays, and one
 * that is new, while events keep coming and a shard is split. In the end every value over HTTP is what an oracle makes of
 * all the records under the new catalog, as if it had been there from the start; and under the old one after a rollback.
 */
class BackfillTest {

    private static final String STREAM = Sample.SHOP.stream();
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);

    /** One view goes on with a state that an earlier release wrote, and is brought over. */
    private static final String OLD_VIEWS = """
            tidemark: 1
            sources:
              shop:
                stream: shop-events
                event_time: ts
            views:
              viewer:
                source: shop
                entity: user_id
                heads: false
                where: type == "view"
                features:
                  views: {function: count, windows: [30m, 24h]}
                  paid: {function: sum, input: price, windows: [24h], optional: true}
              item:
                source: shop
                entity: item.id
                where: type == "view"
                features:
                  events: {function: count, windows: [24h]}
            """;

    private static final String NEXT_VIEWS = OLD_VIEWS
                    .replace(
                            "where: type == \"view\"\n    features:\n      views",
                            "where: type == \"view\" || type == \"purchase\"\n    features:\n      views")
                    .replace("    heads: false\n", "")
                    .replace("windows: [30m, 24h]", "windows: [1h, lifetime]")
            + """
              category:
                source: shop
                entity: item.category
                where: type == "view"
                features:
                  users: {function: distinct, input: user_id, windows: [24h]}
            """;

    /** Reads the view that changes, and one that does not. */
    private static final String MODEL = """
            models:
              offer:
                inputs:
                  - viewer: [paid_24h]
                  - item: [events_24h]
                derived:
                  share: {expression: viewer.paid_24h / item.events_24h, default: 0}
            """;

    private static final String OLD = OLD_VIEWS + MODEL;
    private static final String NEXT = NEXT_VIEWS + MODEL;

    @TempDir
    private Path folder;

    private int port;
    private Path catalog;
    private Path next;

    @BeforeEach
    void writeCatalogs() throws IOException {
        port = FreePorts.fourInARow();
        catalog = write("catalog.yaml", OLD);
        next = write("next.yaml", NEXT);
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aChangedCatalogTakesOverUnderLoad() throws Exception {
        try (RunningCommand system = RunningCommand.start(
                        port,
                        List.of(
                                "--no-samples",
                                "--shards",
                                "2",
                                "--catalog",
                                catalog.toString(),
                                "--next",
                                next.toString()));
                AwsClients clients = KinesisEndpoint.at(system.kinesis()).clients()) {
            Witness witness = new Witness(system.api(), clients.kinesis());
            List<SampleEvent> events = ShopEvents.recentShuffled(600_000, SEED);
            int third = events.size() / 3;
            ShopEvents.put(system.kinesis(), events.subList(0, third));
            ShopEvents.put(system.kinesis(), List.of(badForViewer()));
            witness.awaitDone(third + 1);
            repairAndRedrive();
            assertThat(statuses(witness))
                    .containsExactly("viewer ACTIVE", "item ACTIVE", "viewer DORMANT", "category DORMANT");

            Reshard.splitTheFirstShard(clients.kinesis(), STREAM);
            CompletableFuture<Void> load = CompletableFuture.runAsync(
                    () -> ShopEvents.put(system.kinesis(), events.subList(third, events.size())));
            assertThat(backfill("status")).contains("not started");
            assertThat(backfill("start")).contains("backfill run");
            assertThat(vectors(system, NEXT, List.of("user-1")).statusCode()).isEqualTo(412);
            assertThat(witness.get("/v1/views/category/entities/shoes")
                            .at("/freshness/complete")
                            .asBoolean())
                    .isFalse();
            assertThat(refused("flip")).contains("only a complete view can be served");
            assertThat(backfill("run")).contains("complete:");
            assertThat(backfill("status")).contains("READY: complete, not served");
            load.join();
            witness.awaitDone(events.size() + 1);

            Oracle before = new Oracle(OLD, witness.records(STREAM), witness.descents(STREAM));
            Oracle after = new Oracle(NEXT, witness.records(STREAM), witness.descents(STREAM));
            assertThat(witness.compare(before, "viewer")).isGreaterThan(100);
            compareModel(system, before, OLD);
            compareModel(system, after, NEXT);
            compareReport(Answers.read(backfill("report", "--json", "--sample", "50")), before);
            assertThat(backfill("report", "--sample", "5"))
                    .contains("only in the new version: views_1h, views_lifetime");

            backfill("flip");
            awaitVersions(witness, "viewer READY", "item ACTIVE", "viewer ACTIVE", "category ACTIVE");
            assertThat(witness.compareAll(after)).isGreaterThan(300);
            compareModel(system, before, OLD);
            compareModel(system, after, NEXT);
            assertThat(witness.get("/v1/views/viewer/entities/nobody")
                            .at("/freshness/complete")
                            .asBoolean())
                    .isTrue();

            backfill("rollback");
            awaitVersions(witness, "viewer ACTIVE", "item ACTIVE", "viewer READY", "category READY");
            witness.compareAll(before);

            backfill("flip");
            backfill("finish");
            assertThat(backfill("start")).contains("is ACTIVE already, so there is nothing to start");
            awaitVersions(witness, "viewer RETIRED", "item ACTIVE", "viewer ACTIVE", "category ACTIVE");
            assertThat(refused("rollback")).contains("is retired");
            compareModel(system, after, NEXT);
            HttpResponse<String> old = vectors(system, OLD, List.of("user-1"));
            assertThat(old.statusCode()).as(old.body()).isEqualTo(412);
            assertThat(json(old.body()).at("/served/hash").asText()).isEqualTo(hash(NEXT));
            witness.compareAll(after);
            auditWhatWasRepaired(witness);
        }
    }

    /** A caller that pins a definition gets what its own version of the view says, before and after the flip. */
    private static void compareModel(RunningCommand system, Oracle oracle, String catalog) throws Exception {
        List<String> users = oracle.entities("viewer").stream().limit(100).toList();
        JsonNode answer = json(vectors(system, catalog, users).body());
        long atMillis = Instant.parse(answer.path("at").asText()).toEpochMilli();
        assertThat(answer.path("hash").asText()).as(answer.toString()).isEqualTo(hash(catalog));
        for (int i = 0; i < users.size(); i++) {
            JsonNode values = answer.at("/rows/" + i + "/values");
            compareValue(oracle.answer("viewer", users.get(i), atMillis), "paid_24h", values.get(0));
            compareValue(oracle.answer("item", "item-001", atMillis), "events_24h", values.get(1));
        }
    }

    private static void compareValue(JsonNode expected, String name, JsonNode value) {
        Set<String> others = new HashSet<>();
        expected.path("values").fieldNames().forEachRemaining(others::add);
        others.remove(name);
        ObjectNode values = new ObjectMapper().createObjectNode();
        values.set(name, value);
        assertThat(Answers.differences(expected, values, others)).isEmpty();
    }

    private static HttpResponse<String> vectors(RunningCommand system, String catalog, List<String> users)
            throws Exception {
        String rows = users.stream()
                .map(user -> "{\"keys\":{\"user_id\":\"" + user + "\",\"item_id\":\"item-001\"}}")
                .collect(Collectors.joining(","));
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(system.api() + "/v1/models/offer:features"))
                                .header("Content-Type", "application/json")
                                .header("If-Match", '"' + hash(catalog) + '"')
                                .POST(HttpRequest.BodyPublishers.ofString("{\"rows\":[" + rows + "]}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static String hash(String catalog) {
        return new CatalogCompiler().compile(catalog).models().get(0).hash();
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .readTree(text);
    }

    /** Its price is a text. The other views do not look at the price, so only this one quarantines it. */
    private static SampleEvent badForViewer() {
        String now = Instant.ofEpochMilli(System.currentTimeMillis() - 600_000).toString();
        return new SampleEvent(
                0,
                "own",
                "{\"event_id\":\"own\",\"type\":\"view\",\"ts\":\"" + now + "\",\"user_id\":\"user-repaired\","
                        + "\"item\":{\"id\":\"item-own\",\"category\":\"shoes\"},\"price\":\"12.50\"}");
    }

    /** Before the change begins, into the old version of the view. */
    private void repairAndRedrive() throws IOException {
        String[] deployment = {"--port", Integer.toString(port)};
        Path file = folder.resolve("bad.jsonl");
        out("quarantine", Stream.of("export", file.toString(), "--view", "viewer"), deployment);
        List<String> own = Files.readAllLines(file).stream()
                .filter(line -> line.contains("user-repaired"))
                .map(line -> line.replace("\"12.50\"", "12.50"))
                .toList();
        Files.write(file, own);
        assertThat(out(
                        "quarantine",
                        Stream.of("redrive", "--repaired", file.toString(), "--catalog", catalog.toString()),
                        deployment))
                .contains("Redriven: 1 record");
    }

    /** B1: the record stands repaired in the new version's backfill, and the audit knows that. */
    private void auditWhatWasRepaired(Witness witness) throws IOException {
        String[] deployment = {"--catalog", next.toString(), "--port", Integer.toString(port)};
        JsonNode answer = witness.get("/v1/views/viewer/entities/user-repaired");
        assertThat(answer.at("/features/paid_24h").decimalValue()).isEqualByComparingTo("12.5");
        Path receipt = write("answer.json", answer.toString());

        assertThat(out("audit", Stream.of("--view", "viewer", "--entities", "user-repaired"), deployment))
                .contains(" 0 faults");
        assertThat(out("audit", Stream.of("--receipt", receipt.toString()), deployment))
                .contains(" 0 faults")
                .doesNotContain("definition  ");
    }

    private static String out(String command, Stream<String> arguments, String... deployment) {
        Command done = Command.run(Stream.of(Stream.of(command), arguments, Stream.of(deployment))
                .flatMap(part -> part)
                .toArray(String[]::new));
        assertThat(done.exitCode()).as(done.out() + done.err()).isZero();
        return done.out();
    }

    /** The sums of the window that both versions have differ where somebody bought; nothing else is compared. */
    private static void compareReport(JsonNode report, Oracle before) {
        JsonNode viewer = report.at("/views/0");
        assertThat(viewer.get("entities").asInt()).isEqualTo(50);
        assertThat(viewer.at("/old/complete").asBoolean()).isTrue();
        assertThat(viewer.at("/new/complete").asBoolean()).isTrue();
        JsonNode paid = viewer.at("/features/0");
        assertThat(viewer.get("features")).hasSize(1);
        assertThat(paid.get("feature").asText()).isEqualTo("paid_24h");
        assertThat(paid.get("equal").asInt() + paid.get("different").asInt()).isEqualTo(50);
        assertThat(paid.get("different").asInt()).isPositive();
        assertThat(before.entities("viewer"))
                .contains(paid.at("/examples/0/entity").asText());
        assertThat(report.at("/added/0/view").asText()).isEqualTo("category");
    }

    /** What the query function knows of the control row may be a second old. */
    private static void awaitVersions(Witness witness, String... expected) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!statuses(witness).equals(List.of(expected)) && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        assertThat(statuses(witness)).containsExactly(expected);
    }

    private static List<String> statuses(Witness witness) {
        return StreamSupport.stream(witness.get("/v1/health").get("views").spliterator(), false)
                .map(view ->
                        view.get("view").asText() + " " + view.get("status").asText())
                .toList();
    }

    private String backfill(String... arguments) {
        Command command = tidemark(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private String refused(String subcommand) {
        Command command = tidemark(subcommand);
        assertThat(command.exitCode()).as(command.out()).isOne();
        return command.err();
    }

    private Command tidemark(String... arguments) {
        return Command.run(Stream.of(
                        Stream.of("backfill"),
                        Stream.of(arguments),
                        Stream.of("--catalog", catalog.toString(), "--next", next.toString()),
                        Stream.of("--port", Integer.toString(port)))
                .flatMap(part -> part)
                .toArray(String[]::new));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
