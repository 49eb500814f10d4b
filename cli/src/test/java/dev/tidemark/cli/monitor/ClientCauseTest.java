package dev.tidemark.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two programs ask for the same vectors and log what they used. One of them takes euros for cents. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ClientCauseTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PRICE = "viewer.avg_price_1h";
    private static final String CATALOG = """
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
            models:
              discount:
                request: {device: {type: text}}
                inputs: [viewer: [avg_price_1h], request: [device]]
                predictions: {source: shop}
                monitor:
                  windows: [1h]
                  baseline: {window: 1h, before: 3h}
                  checks:
                    drift: {psi: 0.2}
            """;
    private static final int USERS = 60;
    private static final long HOUR = 3_600_000;

    @TempDir
    private Path folder;

    private final SplittableRandom random = new SplittableRandom(3);
    private int port;

    @Test
    void theClientIsTheCauseWhereItChangedAFeature() throws Exception {
        Path catalog = Files.writeString(folder.resolve("catalog.yaml"), CATALOG);
        port = FreePorts.fourInARow();
        try (RunningCommand system =
                RunningCommand.start(port, List.of("--catalog", catalog.toString(), "--no-samples"))) {
            put(viewsAndBaseline());
            put(predictions(system.api()));

            Command monitor = tidemark("monitor", "discount", "--json");

            assertThat(monitor.exitCode()).as(monitor.err()).isOne();
            JsonNode report = JSON.readTree(monitor.out());
            JsonNode right = version(report, "v7");
            JsonNode wrong = version(report, "v8");
            assertThat(wrong.at("/cause/kind").asText()).as(report.toString()).isEqualTo("client");
            assertThat(wrong.at("/cause/evidence/0/text").asText())
                    .contains("25 of 25 logged vectors", PRICE + " in 25, such as prediction v8-");
            assertThat(wrong.at("/client/features")).hasSize(1);
            assertThat(right.at("/cause").isNull()).as(report.toString()).isTrue();
            assertThat(right.at("/client/compared").intValue()).isEqualTo(25);
            assertThat(right.at("/client/differing").intValue()).isZero();
            assertThat(tidemark("monitor", "discount").out())
                    .contains("cause: client", "vectors: 0 of 25 logged vectors are not what their receipts give");
            assertThat(version(
                                    JSON.readTree(tidemark("monitor", "discount", "--json", "--vectors", "0")
                                            .out()),
                                    "v8")
                            .at("/cause/kind")
                            .asText())
                    .as("without a sample it looks like drift")
                    .isEqualTo("drift");
        }
    }

    private static JsonNode version(JsonNode report, String version) {
        for (JsonNode one : report.path("versions")) {
            if (one.path("version").asText().equals(version)) {
                return one;
            }
        }
        throw new AssertionError(report.toString());
    }

    /** Each user has seen one price; three hours and a half ago both versions were used to such prices. */
    private List<String> viewsAndBaseline() {
        List<String> events = new ArrayList<>();
        long now = System.currentTimeMillis();
        for (int user = 0; user < USERS; user++) {
            events.add(String.format(
                    Locale.ROOT,
                    "{\"type\":\"view\",\"id\":\"view-%d\",\"ts\":\"%s\",\"user_id\":\"user-%d\",\"price\":%s}",
                    user,
                    Instant.ofEpochMilli(now - 1_000),
                    user,
                    price()));
        }
        for (int i = 0; i < 400; i++) {
            events.add(String.format(
                    Locale.ROOT,
                    "{\"type\":\"prediction\",\"id\":\"old-%d\",\"ts\":\"%s\",\"model\":\"discount\","
                            + "\"version\":\"%s\",\"score\":0.5,\"features\":{\"%s\":%s,\"request.device\":\"phone\"}}",
                    i,
                    Instant.ofEpochMilli(now - 3 * HOUR - HOUR / 2 + i * 1_000L),
                    i % 2 == 0 ? "v7" : "v8",
                    PRICE,
                    price()));
        }
        return events;
    }

    private String price() {
        return String.format(Locale.ROOT, "%.2f", 20 + 10 * random.nextDouble());
    }

    /** As the Python client writes them. */
    private List<String> predictions(URI api) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        List<String> events = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            String body =
                    "{\"rows\":[{\"keys\":{\"user_id\":\"user-" + user + "\"},\"request\":{\"device\":\"phone\"}}]}";
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(api + "/v1/models/discount:features"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            JsonNode answer = JSON.readTree(response.body());
            events.add(prediction(answer, "v7-" + user, 1));
            events.add(prediction(answer, "v8-" + user, 100));
        }
        return events;
    }

    private static String prediction(JsonNode answer, String id, double factor) {
        JsonNode row = answer.at("/rows/0");
        ObjectNode event = JSON.createObjectNode();
        event.put("type", "prediction").put("id", id).put("ts", Instant.now().toString());
        event.put("model", "discount").put("version", id.substring(0, 2)).put("score", 0.5);
        event.set("hash", answer.get("hash"));
        event.set("at", answer.get("at"));
        event.set("keys", row.get("keys"));
        event.set("request", row.get("request"));
        event.set("receipt", answer.get("receipt"));
        ObjectNode features = event.putObject("features");
        features.put(PRICE, factor * row.at("/values/0").doubleValue());
        features.set("request.device", row.at("/values/1"));
        return event.toString();
    }

    private void put(List<String> events) throws IOException {
        Path file = folder.resolve("events.jsonl");
        Files.write(file, events);
        Command put = tidemark("put", file.toString(), "--stream", "shop-events", "--key", "id", "--wait");
        assertThat(put.exitCode()).as(put.err()).isZero();
    }

    private Command tidemark(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--port", Integer.toString(port)));
        return Command.run(all.toArray(String[]::new));
    }
}
