package dev.tidemark.cli.learn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.core.stream.Sha256;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cuts and labelled rows of a local run: what is written of them, again and again. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RowsCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: iso8601}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 6h
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  views: {function: count, windows: [1h]}
            models:
              discount:
                request: {list_price: {type: number}}
                inputs: [viewer: [views_1h], request: [list_price]]
                predictions: {source: shop}
                outcome: {pair: judged, type: binary}
                monitor: {windows: [1h], retention: 6h}
                train: {rows: {last: 12h, matured: false}, holdout: 3h}
            """;

    /** As logged; no JSON library would write it like this. */
    private static final String FEATURES =
            "{\"viewer.views_1h\": 3, \"request.list_price\": 0.100, \"big\": 12345678901234567890.12345678901E-3}";

    @TempDir
    private static Path folder;

    private static RunningCommand system;
    private static int port;
    private static Path catalog;
    private static long nowMillis;

    @BeforeAll
    static void putAndCut() throws Exception {
        catalog = Files.writeString(folder.resolve("catalog.yaml"), CATALOG);
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--catalog", catalog.toString(), "--no-samples", "--shards", "2"));
        nowMillis = System.currentTimeMillis();
        assertThat(succeed("cut", "list", "--model", "discount").out())
                .isEqualToIgnoringNewLines(
                        "There is no cut of model 'discount'. `tidemark cut create --model discount` makes one.");
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            events.add(prediction(i));
            events.add(outcome(i, i % 2));
        }
        put(events);
        assertThat(succeed("cut", "create", "--model", "discount").out()).startsWith("cut 1  up to ");
        put(List.of(outcome(0, 1), prediction(20), outcome(20, 1)));
        assertThat(succeed("cut", "create", "--model", "discount").out())
                .startsWith("cut 2  up to ")
                .contains("  2 lanes  43 records  0 redrives");
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    private static String prediction(int number) {
        return "{\"type\":\"prediction\",\"key\":\"k" + number + "\",\"id\":\"p" + number + "\",\"ts\":\""
                + Instant.ofEpochMilli(nowMillis - 7_200_000 + number * 1_000L)
                + "\",\"model\":\"discount\",\"version\":\"v1\",\"score\":0.2500,\"keys\":{\"user_id\":\"ann\"},"
                + "\"request\":{\"list_price\":7.50},\"features\":" + FEATURES + "}";
    }

    private static String outcome(int number, int label) {
        return "{\"type\":\"outcome\",\"key\":\"k" + number + "\",\"prediction\":\"p" + number + "\",\"ts\":\""
                + Instant.ofEpochMilli(nowMillis) + "\",\"label\":" + label + "}";
    }

    private static void put(List<String> events) throws IOException {
        Path file = Files.write(folder.resolve("events.jsonl"), events);
        succeed("put", file.toString(), "--stream", "shop-events", "--key", "key", "--wait");
    }

    private static Command succeed(String... arguments) {
        Command command = Command.run(at(arguments));
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command;
    }

    private static String[] at(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--port", Integer.toString(port)));
        return all.toArray(String[]::new);
    }

    /** Whoever reads these lines closes the pipe then. */
    private static List<String> follow(int lines, String... options) {
        StringWriter taken = new StringWriter();
        Writer pipe = new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                if (taken.toString().lines().count() == lines
                        && taken.toString().endsWith("\n")) {
                    throw new IOException("nobody reads any more");
                }
                taken.write(text, from, length);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        List<String> arguments = new ArrayList<>(List.of("rows", "follow", "--model", "discount"));
        arguments.addAll(List.of(options));
        Command command = Command.runInto(pipe, at(arguments.toArray(String[]::new)));
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.err()).isEmpty();
        return taken.toString().lines().toList();
    }

    @Test
    void cutsAreListed() throws IOException {
        List<String> cuts =
                succeed("cut", "list", "--model", "discount").out().lines().toList();
        assertThat(cuts).hasSize(2);
        assertThat(cuts.get(0)).startsWith("cut 1  up to ").endsWith("  2 lanes  40 records  0 redrives");
        assertThat(succeed("cut", "list", "--model", "discount", "--last", "1")
                        .out()
                        .lines())
                .containsExactly(cuts.get(1));
        JsonNode json = JSON.readTree(
                succeed("cut", "create", "--model", "discount", "--json").out());
        assertThat(json.path("cut").asInt()).as("nothing has changed").isEqualTo(2);
        assertThat(json.path("records").asInt()).isEqualTo(43);
    }

    @Test
    void followedRowsAreTheSameAndGoOnAfterAnyLine() throws IOException {
        List<String> all = follow(21, "--from", "0");

        assertThat(all).hasSize(21);
        for (int i = 0; i < 20; i++) {
            JsonNode row = JSON.readTree(all.get(i));
            assertThat(row.path("cut").asInt()).isEqualTo(1);
            assertThat(row.path("row").asInt()).isEqualTo(i);
            assertThat(row.path("change").asText()).isEqualTo("new");
            assertThat(row.path("label").asInt())
                    .isEqualTo(Integer.parseInt(row.path("id").asText().substring(1)) % 2);
        }
        assertThat(all.get(0))
                .contains(",\"weight\":1,\"version\":\"v1\",\"score\":0.2500,\"keys\":{\"user_id\":\"ann\"},"
                        + "\"request\":{\"list_price\":7.50},\"features\":" + FEATURES + "}");
        assertThat(follow(1, "--from", "0", "--at", "1:3")).containsExactly(all.get(4));
        assertThat(follow(17, "--from", "0", "--at", "1:3")).isEqualTo(all.subList(4, 21));
        assertThat(follow(1, "--from", "0", "--at", "1:19")).containsExactly(all.get(20));
        assertThat(follow(1, "--from", "1", "--threads", "3")).containsExactly(all.get(20));
        JsonNode first = JSON.readTree(all.get(20));
        assertThat(first.path("cut").asInt()).isEqualTo(2);
        assertThat(first.path("row").asInt()).isZero();
    }

    @Test
    void exportsAreTheSame() throws IOException {
        succeed("rows", "export", "--model", "discount", "--cut", "1", "--out", out("one"), "--threads", "1");
        succeed("rows", "export", "--model", "discount", "--cut", "1", "--out", out("three"), "--threads", "3");
        assertThat(sha256("three")).isEqualTo(sha256("one"));
        assertThat(succeed("rows", "export", "--model", "discount", "--cut", "1", "--out", out("one"))
                        .out())
                .startsWith("Complete already: 20 rows");

        assertThat(succeed("rows", "export", "--model", "discount", "--cut", "2", "--since", "1", "--out", out("delta"))
                        .out())
                .startsWith("2 rows");
        JsonNode manifest =
                JSON.readTree(folder.resolve("delta/training-set.json").toFile());
        assertThat(manifest.path("cut").path("number").asInt()).isEqualTo(2);
        assertThat(manifest.path("since").path("number").asInt()).isEqualTo(1);
    }

    private static String out(String name) {
        return folder.resolve(name).toString();
    }

    private static String sha256(String name) throws IOException {
        return Sha256.hex(Files.readAllBytes(folder.resolve(name).resolve("training-set.parquet")));
    }

    @Test
    void whatCannotBeDoneSaysWhatCan() {
        assertRefused(
                "there is no cut 3 of model 'discount': the last one is 2", "export", "--cut", "3", "--out", out("x"));
        assertRefused("--since 1 is not before --cut 1", "export", "--cut", "1", "--since", "1", "--out", out("x"));
        assertRefused("there is no cut 7", "follow", "--from", "7");
        assertRefused("--at takes the cut and the row of the last line", "follow", "--from", "1", "--at", "1:3");
        assertRefused("--every takes a time such as 10s", "follow", "--from", "1", "--every", "often");
        Command unknown = Command.run(at("cut", "create", "--model", "price"));
        assertThat(unknown.err()).contains("the catalog has no model 'price'; there are: discount");
    }

    private static void assertRefused(String message, String... arguments) {
        List<String> all = new ArrayList<>(List.of("rows"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--model", "discount"));
        Command command = Command.run(at(all.toArray(String[]::new)));
        assertThat(command.exitCode()).isNotZero();
        assertThat(command.err()).contains(message);
    }
}
