package dev.tidemark.functions.monitor;

import static dev.tidemark.core.monitor.MonitorWorld.HOUR;
import static dev.tidemark.core.monitor.MonitorWorld.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.monitor.MonitorWorld;
import dev.tidemark.core.monitor.MonitorWorld.Logged;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MonitorFunctionTest {

    private static final S3Reader NOT_IN_S3 = new S3Reader(() -> {
        throw new AssertionError("nothing is in S3 here");
    });
    private static final String MONITOR = """
            predictions: {source: shop}
            outcome: {within: 1h, settle: 30m}
            monitor:
              windows: [1h, 6h]
              champion: v7
              baseline: BASELINE
              checks:
                accuracy: {at_least: 0.6, window: 1h}
                drift: {window: 1h}
            """;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Nothing that a function asks of Lambda is asked here. */
    private static final Context CONTEXT = (Context) Proxy.newProxyInstance(
            MonitorFunctionTest.class.getClassLoader(), new Class<?>[] {Context.class}, (proxy, method, arguments) -> {
                throw new AssertionError("not expected: " + method);
            });

    private final MetricLines lines = new MetricLines();
    private final InMemory memory = new InMemory();
    private final InMemory vectors = new InMemory();
    private long nowMillis = START + 8 * HOUR;

    private static final class InMemory implements MonitorLog {

        private final TreeMap<Long, String> written = new TreeMap<>();

        @Override
        public CompletableFuture<Optional<Found>> newest(String model, long afterMillis) {
            return CompletableFuture.completedFuture(
                    Optional.ofNullable(written.tailMap(afterMillis, false).lastEntry())
                            .map(entry -> new Found(entry.getKey(), entry.getValue())));
        }

        @Override
        public CompletableFuture<Void> write(String model, long atMillis, String json) {
            written.putIfAbsent(atMillis, json);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Two hours before the end of the nine, prices are in another unit. */
    private static MonitorWorld world(String baseline) {
        MonitorWorld world = new MonitorWorld(MONITOR.replace("BASELINE", baseline));
        SplittableRandom random = new SplittableRandom(5);
        for (long at = START; at < START + 9 * HOUR; at += 20_000) {
            double score = 0.01 * (1 + random.nextInt(98));
            double unit = at < START + 8 * HOUR ? 1 : 100;
            Logged prediction = new Logged(
                    "p" + at,
                    at,
                    "v7",
                    world.catalog.models().get(0).hash(),
                    "user-" + random.nextInt(1_000),
                    unit * (50 + 10 * random.nextDouble()),
                    random.nextInt(10),
                    "desktop",
                    score);
            world.arrives(at + 10, prediction.json());
            world.arrives(at + 30_000, prediction.outcome(at + 20_000, random.nextDouble() < score ? 1 : 0));
        }
        return world;
    }

    private MonitorFunction function(MonitorWorld world) {
        return new MonitorFunction(
                new QualityReports(
                        Catalogs.of(world.catalog),
                        world.items(),
                        ControlStore.EMPTY,
                        WaitingCache.none(),
                        Baselines.of(Path.of("nowhere", "catalog.yaml"), NOT_IN_S3),
                        new ClientSamples(() -> vectors)),
                memory,
                new JsonMonitorLog(lines.out(), "g1", () -> nowMillis),
                () -> Instant.ofEpochMilli(nowMillis));
    }

    private Map<String, Object> call(MonitorWorld world, Map<String, Object> input) throws IOException {
        Map<String, Object> answer = function(world).handleRequest(input, CONTEXT);
        // As Lambda and the state machine hand it on.
        return JSON.readValue(
                JSON.writeValueAsBytes(answer),
                JSON.getTypeFactory().constructMapType(Map.class, String.class, Object.class));
    }

    /** A change is told until it was remembered; then only the next one. */
    @Test
    void changesAreToldUntilTheyAreRemembered() throws IOException {
        MonitorWorld world = world("{window: 1h, before: 4h}");
        world.fold(nowMillis);

        JsonNode first = JSON.valueToTree(call(world, Map.of()));
        Map<String, Object> again = call(world, Map.of());

        assertThat(first.at("/changes/0/model").asText()).isEqualTo("discount");
        assertThat(first.at("/changes/0/status").asText()).isEqualTo("pass");
        assertThat(first.at("/changes/0/versions/0/was").asText()).isEmpty();
        assertThat(JSON.<JsonNode>valueToTree(again)).isEqualTo(first);
        assertThat(call(world, again)).isEqualTo(Map.of("changes", List.of()));
        assertThat(memory.written).hasSize(1);
        assertThat(call(world, Map.of())).isEqualTo(Map.of("changes", List.of()));

        nowMillis += HOUR;
        world.fold(nowMillis);
        JsonNode changed = JSON.valueToTree(call(world, Map.of())).at("/changes/0");
        assertThat(changed.get("status").asText()).isEqualTo("fail");
        assertThat(changed.at("/versions/0/was").asText()).isEqualTo("pass");
        assertThat(changed.at("/versions/0/cause").asText()).isEqualTo("drift");
        assertThat(changed.at("/versions/0/champion").asBoolean()).isTrue();
        assertThat(changed.at("/versions/0/checks/0/check").asText()).isEqualTo("drift");
        assertThat(changed.at("/versions/0/evidence/0/text").asText()).startsWith("viewer.price_1h has moved");
    }

    @Test
    void theLogIsTheMetrics() throws IOException {
        MonitorWorld world = world("{window: 1h, before: 4h}");
        nowMillis += HOUR;
        world.fold(nowMillis);
        call(world, Map.of());

        JsonNode line = lines.lines().get(0);
        assertThat(line.get("level").asText()).isEqualTo("WARN");
        assertThat(line.get("monitorChecksFailed").intValue()).isOne();
        assertThat(line.get("monitorChecksUnknown").intValue()).isZero();
        assertThat(line.at("/versions/0/cause/kind").asText()).isEqualTo("drift");
        assertThat(line.at("/versions/0/checks/0").asText()).startsWith("accuracy 1h pass: accuracy is 0.");
        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(MetricLines.documented(page, "Of a monitor"));
    }

    /** What cannot be told fails the function, whose alarm then sounds, and says why. */
    @Test
    void aReportThatCannotBeMadeIsAnErrorOfTheFunction() {
        MonitorWorld world = world("sets/lost");
        world.fold(nowMillis);

        assertThatIllegalStateException()
                .isThrownBy(() -> call(world, Map.of()))
                .withMessageContaining("[discount]");
        assertThat(lines.lines().get(0).get("problem").asText()).contains("'sets/lost' cannot be read");
    }

    @Test
    void onlyAChangeIsRemembered() {
        MonitorWorld world = world("{window: 1h, before: 4h}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> call(world, Map.of("changes", List.of(Map.of("model", "discount")))))
                .withMessageContaining("no change to remember");
    }

    /** What the audit function left decides; not what is older than a day. */
    @Test
    void whatLoggedVectorsShowIsEvidence() throws IOException {
        MonitorWorld world = world("{window: 1h, before: 4h}");
        nowMillis = START + 9 * HOUR;
        world.fold(nowMillis);
        ClientSample sample = new ClientSample(
                nowMillis - HOUR, 25, 0, 24, Map.of("viewer.price_1h", new ClientSample.Feature(24, "p-7")));
        vectors.write("discount", nowMillis - 25 * HOUR, ClientSample.text(Map.of("v7", sample)))
                .join();

        JsonNode without = JSON.valueToTree(call(world, Map.of()));
        vectors.write("discount", nowMillis - HOUR, ClientSample.text(Map.of("v7", sample)))
                .join();
        JsonNode with = JSON.valueToTree(call(world, Map.of()));

        assertThat(without.at("/changes/0/versions/0/cause").asText()).isEqualTo("drift");
        assertThat(with.at("/changes/0/versions/0/cause").asText()).isEqualTo("client");
        assertThat(with.at("/changes/0/versions/0/evidence/0/text").asText())
                .contains("24 of 25", "viewer.price_1h in 24, such as prediction p-7");
    }
}
