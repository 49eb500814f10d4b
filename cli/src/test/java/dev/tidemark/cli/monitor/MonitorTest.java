package dev.tidemark.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.view.Monitor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** docs/monitoring.md, done: its catalog, events like its own, and what the command then prints. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class MonitorTest {

    private static final Path PAGE = Path.of("..", "docs", "monitoring.md");
    private static final String BEGIN = "<!-- output: written by MonitorTest -->\n```\n";
    private static final String END = "```\n<!-- end of output -->";
    private static final long MINUTE = 60_000;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @TempDir
    private static Path folder;

    private static RunningCommand system;
    private static int port;
    private static Path catalogFile;
    private static Catalog catalog;
    private static long putMillis;

    @BeforeAll
    static void putWhatThePageShows() throws Exception {
        catalogFile = folder.resolve("catalog.yaml");
        String yaml = Pattern.compile("^```yaml\n(tidemark: 1.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        Files.writeString(catalogFile, yaml);
        catalog = new CatalogCompiler().compile(yaml);
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--catalog", catalogFile.toString(), "--no-samples"));
        putMillis = System.currentTimeMillis();
        Path events = folder.resolve("events.jsonl");
        Files.write(events, events());
        Command put = tidemark("put", events.toString(), "--stream", "shop-events", "--key", "id", "--wait");
        assertThat(put.exitCode()).as(put.err()).isZero();
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    private static Command tidemark(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--port", Integer.toString(port)));
        return Command.run(all.toArray(String[]::new));
    }

    /**
     * Three to four hours old, and an hour to half an hour: with minutes of room, so that windows hold all or nothing of them
     * however long the test takes.
     */
    private static List<String> events() {
        SplittableRandom random = new SplittableRandom(7);
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 1_200; i++) {
            boolean isOld = i % 2 == 0;
            long age = MINUTE * 25 + i * 1_000L + (isOld ? 165 * MINUTE : 0);
            String at = Instant.ofEpochMilli(putMillis - age).toString();
            String version = random.nextInt(4) == 0 ? "v8" : "v7";
            String device = random.nextInt(3) == 0 ? "phone" : "desktop";
            double score = 0.01 * (1 + random.nextInt(98));
            double price = (20 + 10 * random.nextDouble()) * (isOld ? 1 : 100);
            int label = random.nextDouble() < score ? 1 : 0;
            // v8 is never sure.
            String challengers = version.equals("v7")
                    ? String.format(Locale.ROOT, ",\"challengers\":{\"v8\":%.2f}", 0.2 + 0.6 * score)
                    : "";
            events.add(String.format(
                    Locale.ROOT,
                    "{\"type\":\"prediction\",\"id\":\"p-%d\",\"ts\":\"%s\",\"model\":\"discount\",\"version\":\"%s\","
                            + "\"hash\":\"%s\",\"score\":%.2f,\"keys\":{\"user_id\":\"user-%d\"},"
                            + "\"features\":{\"viewer.avg_price_1h\":%.2f,\"request.device\":\"%s\"},"
                            + "\"request\":{\"device\":\"%s\"}%s}",
                    i,
                    at,
                    version,
                    catalog.models().get(0).hash(),
                    score,
                    i,
                    price,
                    device,
                    device,
                    challengers));
            events.add(String.format(
                    Locale.ROOT,
                    "{\"type\":\"outcome\",\"id\":\"o-%d\",\"ts\":\"%s\",\"label\":%d,\"prediction\":\"p-%d\","
                            + "\"model\":\"discount\",\"version\":\"%s\",\"score\":%.2f,\"predicted_at\":\"%s\","
                            + "\"request\":{\"device\":\"%s\"}%s}",
                    i,
                    Instant.ofEpochMilli(putMillis - age + 4 * MINUTE),
                    label,
                    i,
                    version,
                    score,
                    at,
                    device,
                    challengers));
        }
        return events;
    }

    @Test
    void itPrintsWhatThePageShows() throws IOException {
        Command monitor = tidemark("monitor", "discount", "--slice", "device");

        assertThat(monitor.exitCode()).as(monitor.err()).isOne();
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        String shown = monitor.out().replaceFirst(" at \\S+Z:", " at 2026-03-01T12:00:00Z:");
        String expected = page.substring(0, from) + shown + page.substring(page.indexOf(END, from));
        if (Boolean.getBoolean("tidemark.docs.update")) {
            Files.writeString(PAGE, expected);
        } else {
            assertThat(page)
                    .as("update the page with -Dtidemark.docs.update=true")
                    .isEqualTo(expected);
        }
    }

    @Test
    void theApiAnswersTheSame() throws Exception {
        Command monitor = tidemark("monitor", "discount", "--json", "--window", "1h");
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(system.api() + "/v1/models/discount/quality?window=1h"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode direct = new ObjectMapper().readTree(monitor.out());
        JsonNode asked = new ObjectMapper().readTree(response.body());
        assertThat(asked.at("/versions/0/windows/0/inputs")).isEqualTo(direct.at("/versions/0/windows/0/inputs"));
        assertThat(asked.at("/versions/0/checks")).isEqualTo(direct.at("/versions/0/checks"));
        assertThat(asked.at("/versions/0/cause")).isEqualTo(direct.at("/versions/0/cause"));
        assertThat(direct.at("/versions/0/cause/kind").asText()).isEqualTo("drift");
    }

    /** From the archive: the same numbers, by another way. */
    @Test
    void aReplayShowsTheSame() throws IOException {
        String at = Instant.ofEpochMilli(System.currentTimeMillis()).toString();
        Command live = tidemark("monitor", "discount", "--json", "--at", at, "--versions", "v7");
        Command replay = tidemark("monitor", "discount", "--json", "--at", at, "--versions", "v7", "--replay");

        assertThat(replay.exitCode()).as(replay.err()).isOne();
        JsonNode again = new ObjectMapper().readTree(replay.out());
        JsonNode then = new ObjectMapper().readTree(live.out());
        for (JsonNode version : List.of(again.at("/versions/0"), then.at("/versions/0"))) {
            // A replay's windows end with the moment, others with its hop.
            version.get("windows")
                    .forEach(window ->
                            List.of("latest", "matured").forEach(one -> ((ObjectNode) window.get(one)).remove("end")));
        }
        assertThat(again.at("/versions")).isEqualTo(then.at("/versions"));
        assertThat(again.has("freshness")).isFalse();
    }

    /** What is wrong with a baseline is found before it is deployed. */
    @Test
    void aBaselineIsReadWhenTheCatalogIsChecked() throws IOException {
        Path other = folder.resolve("other.yaml");
        Files.writeString(other, Files.readString(catalogFile).replace("{window: 1h, before: 3h}", "sets/2026-03-01"));
        Command missing = Command.run("validate", other.toString());
        Command asked = tidemark("monitor", "discount", "--catalog", other.toString());
        Path set = Files.createDirectories(folder.resolve("sets/2026-03-01")).resolve("profile.json.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(set))) {
            out.write("{\"sha256\":\"00\",\"rows\":0,\"columns\":{}}".getBytes(StandardCharsets.UTF_8));
        }
        Command there = Command.run("validate", other.toString());

        assertThat(missing.exitCode()).isOne();
        assertThat(missing.err()).contains("'sets/2026-03-01' cannot be read: there is no file");
        assertThat(asked.exitCode()).isOne();
        assertThat(asked.err())
                .contains("'sets/2026-03-01' cannot be read: there is no file", "beside the catalog")
                .doesNotContain("--replay");
        assertThat(there.exitCode()).as(there.err()).isZero();
        assertThat(there.out())
                .contains("view discount$quality ", "monitor of model discount", "baseline sets/2026-03-01, 0 columns");
    }

    @Test
    void whatCannotBeAskedIsNamed() {
        assertThat(tidemark("monitor", "count").err()).contains("no model 'count'", "[discount]");
        assertThat(tidemark("monitor", "discount", "--window", "2h").err()).contains("no window '2h'", "[1h, 6h]");
        assertThat(tidemark("monitor", "discount", "--slice", "country").err()).contains("it has [device]");
        assertThat(tidemark("monitor", "discount", "--versions", "v7,,v8").err())
                .contains("an empty version");
        assertThat(tidemark("monitor", "discount", "--at", "9000-01-01T00:00:00Z")
                        .err())
                .contains("lies in the future: leave it out");
        assertThat(tidemark("monitor", "discount", "--at", "2026-01-01T00:00:00Z")
                        .err())
                .contains("further back than the retention", "--replay");
    }

    @Test
    void evaluateSaysWhatTheLiveWindowSaysToTheDigit() throws Exception {
        JsonNode live = JSON.readTree(tidemark("monitor", "discount", "--window", "6h", "--slice", "device", "--json")
                .out());
        for (JsonNode version : live.path("versions")) {
            JsonNode window = version.path("windows").get(1);
            assertThat(window.path("window").asText()).isEqualTo("6h");
            Instant end = Instant.parse(window.path("latest").path("end").asText());
            assertThat(window.path("latest").path("start").asText())
                    .isEqualTo(beginOf(end).toString());
            String name = version.path("version").asText();

            JsonNode all = evaluate(end, "--versions", name);
            assertThat(all.path("qualities")).hasSize(1);
            assertThat(all.path("qualities").get(0).path("version").asText()).isEqualTo(name);
            assertThat(all.path("qualities").get(0).path("metrics"))
                    .isEqualTo(window.path("latest").path("metrics"));

            JsonNode slices = evaluate(end, "--versions", name, "--by", "device");
            assertThat(window.path("slices"))
                    .hasSize(2)
                    .allSatisfy(slice -> assertThat(slices.path("qualities")).anySatisfy(quality -> {
                        assertThat(quality.path("device")).isEqualTo(slice.path("value"));
                        // All predictions are old enough.
                        assertThat(quality.path("metrics"))
                                .isEqualTo(slice.path("matured").path("metrics"));
                    }));
        }
        assertThat(live.path("versions")).hasSize(2);
    }

    @Test
    void twoFilesAreComparedOnTheSamePredictions() throws Exception {
        Path good = scores("good.parquet", (id, score) -> score);
        Path bad = scores("bad.parquet", (id, score) -> id.endsWith("3") ? null : 1 - score);
        Instant end = Instant.ofEpochMilli(putMillis);

        JsonNode both = evaluate(end, "--scores", good.toString(), "--scores", bad.toString());
        JsonNode one = evaluate(end, "--scores", good.toString());

        double sum = 0;
        int count = 0;
        for (String line : events()) {
            JsonNode event = JSON.readTree(line);
            if (event.path("type").asText().equals("outcome")
                    && !event.path("prediction").asText().endsWith("3")) {
                double p = event.path("score").asDouble();
                double given = event.path("label").asInt() == 1 ? p : 1 - p;
                sum += Math.log(1 - given) - Math.log(given);
                count++;
            }
        }
        JsonNode difference = both.path("differences").get(0);
        assertThat(difference.path("predictions").asInt()).isEqualTo(count).isBetween(1, 1_199);
        assertThat(difference.path("mean").asDouble()).isCloseTo(sum / count, withPercentage(1e-6));
        assertThat(difference.path("high").asDouble()).isNegative();
        assertThat(both.path("missing").path(bad.toString()).asInt()).isEqualTo(1_200 - count);
        assertThat(both.path("missing").path(good.toString()).asInt()).isZero();
        JsonNode same = one.path("differences").get(0);
        assertThat(same.path("mean").asDouble()).isZero();
        assertThat(same.path("predictions").asInt()).isEqualTo(1_200);

        Command shown = tidemark(
                "evaluate",
                "--model",
                "discount",
                "--from",
                end.minusSeconds(86_400).toString(),
                "--to",
                end.toString(),
                "--scores",
                good.toString(),
                "--scores",
                bad.toString(),
                "--by",
                "device");
        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.out())
                .contains("served by v7, phone", good + ", desktop", bad + " lacks", good + " is better");
    }

    /** A training set of predictions has a row for each time that a producer sent one. */
    @Test
    void aScoreMayBeThereTwice() throws Exception {
        Path twice = scores("equal.parquet", (id, score) -> 0.5, "p-7", "p-7", "p-8");

        JsonNode found = evaluate(Instant.ofEpochMilli(putMillis), "--scores", twice.toString());

        assertThat(found.path("missing").path(twice.toString()).asInt()).isZero();
        assertThat(found.path("differences").get(0).path("predictions").asInt()).isEqualTo(1_200);
    }

    @Test
    void whatCannotBeEvaluatedIsSaid() throws Exception {
        Instant end = Instant.ofEpochMilli(putMillis);
        Path twice = scores("twice.parquet", (id, score) -> score, "p-7");

        assertThat(fail(end, "--scores", twice.toString()))
                .contains("row 1201: prediction 'p-7' has the score", "already");
        assertThat(fail(end, "--scores", folder.resolve("none.parquet").toString()))
                .contains("none.parquet does not exist")
                .doesNotContain("write it again");
        assertThat(fail(
                        end,
                        "--scores",
                        scores("large.parquet", (id, score) -> 7.0).toString()))
                .contains("column 'score' must hold a number from 0 to 1");
        assertThat(fail(end, "--by", "colour")).contains("the monitor has no slice 'colour'");
        Command none = evaluation(end.minusSeconds(864_000));
        assertThat(none.exitCode()).isOne();
        assertThat(none.out()).contains("\"qualities\":[]");
    }

    /** By a catalog that joins predictions and outcomes itself, of which the running system folds nothing. */
    @Test
    void theGateJudgesACandidateOnTheHoldoutOfItsSet() throws Exception {
        Path other = folder.resolve("trained.yaml");
        Files.writeString(
                other,
                Files.readString(catalogFile)
                        .replace("outcome: {within: 10m, settle: 2m}", """
                                outcome: {pair: judged, settle: 2m}
                                    train: {rows: {last: 5h}, holdout: 90m, gate: {ece: 0.2}}""")
                        .replace("models:\n", """
                                pairs:
                                  judged:
                                    left: {source: shop, where: type == "prediction", key: id}
                                    right: {source: shop, where: type == "outcome", key: prediction}
                                    within: 10m
                                models:
                                """));
        assertThat(tidemark("cut", "create", "--model", "discount").exitCode()).isZero();
        Path set = folder.resolve("set");
        Command export = tidemark(
                "rows",
                "export",
                "--model",
                "discount",
                "--cut",
                "1",
                "--out",
                set.toString(),
                "--catalog",
                "" + other);
        assertThat(export.exitCode()).as(export.err()).isZero();
        String[] judge = {"evaluate", "--model", "discount", "--catalog", "" + other, "--set", "" + set, "--scores"};

        // All came at once, so nothing was known before the holdout.
        Command silent = tidemark(with(judge, scores("again.parquet", (id, score) -> score)));
        assertThat(silent.exitCode()).as(silent.err()).isOne();
        assertThat(silent.out()).contains("as known at cut 1", "the gate: REFUSED", "REFUSED  leaks ");
        Path manifest = set.resolve("training-set.json");
        ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(manifest));
        json.putObject("trainedUpTo").put("0123456789ab.000000000000", "1:0");
        Files.writeString(manifest, json.toString());
        Command same = tidemark(with(judge, folder.resolve("again.parquet")));
        assertThat(same.exitCode()).as(same.out() + same.err()).isZero();
        assertThat(same.out()).contains("the gate: passed", "passed  slice device=phone ", "passed  ece ");
        Command worse = tidemark(with(judge, scores("worse.parquet", (id, score) -> 1 - score), "--json"));
        assertThat(worse.exitCode()).isOne();
        JsonNode gate = JSON.readTree(worse.out()).path("gate");
        assertThat(gate.path("passed").asBoolean(true)).isFalse();
        assertThat(gate.at("/findings/1/name").asText()).isEqualTo("paired_loss");
        assertThat(gate.at("/findings/1/numbers/high").asDouble()).isNegative();
        // Only some pairs have both halves in one shard, since each was put by its own id.
        assertThat(gate.at("/findings/0/numbers/predictions").asLong())
                .isEqualTo(json.path("rows").asLong())
                .isBetween(100L, 599L);

        assertThat(tidemark("evaluate", "--model", "discount").exitCode()).isEqualTo(2);
        assertThat(tidemark(with(judge, folder.resolve("again.parquet"), "--cut", "7"))
                        .err())
                .contains("no cut 7");
        judge[judge.length - 2] = folder.resolve("nowhere").toString();
        assertThat(tidemark(with(judge, folder.resolve("again.parquet"))).err()).contains("no complete training set");
    }

    private static String[] with(String[] command, Path scores, String... more) {
        List<String> all = new ArrayList<>(List.of(command));
        all.add(scores.toString());
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static String fail(Instant end, String... more) {
        Command command = evaluation(end, more);
        assertThat(command.exitCode()).isOne();
        return command.err();
    }

    private static JsonNode evaluate(Instant end, String... more) throws IOException {
        Command command = evaluation(end, more);
        assertThat(command.exitCode()).as(command.err()).isZero();
        return JSON.readTree(command.out());
    }

    private static Command evaluation(Instant end, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "evaluate", "--model", "discount", "--from", beginOf(end).toString(), "--to", end.toString()));
        arguments.add("--json");
        arguments.addAll(List.of(more));
        return tidemark(arguments.toArray(String[]::new));
    }

    /** Of the window of six hours that ends there. */
    private static Instant beginOf(Instant end) {
        Monitor monitor = catalog.monitor("discount").orElseThrow();
        return Instant.ofEpochMilli(Objects.requireNonNull(monitor.outcome())
                .quality()
                .ladder()
                .cover(monitor.windows().get(1), end.toEpochMilli() - 1)
                .interval()
                .startMillis());
    }

    /** A score for each prediction that gets one, and again for some. */
    private static Path scores(String name, BiFunction<String, Double, @Nullable Double> scorer, String... again)
            throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message scores { required binary id (STRING); required double score; }");
        Path file = folder.resolve(name);
        try (ParquetWriter<Group> out = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .build()) {
            for (String line : events()) {
                JsonNode event = JSON.readTree(line);
                String id = event.path("id").asText();
                Double score = scorer.apply(id, event.path("score").asDouble());
                if (event.path("type").asText().equals("prediction") && score != null) {
                    out.write(new SimpleGroup(schema).append("id", id).append("score", score));
                }
            }
            for (String id : again) {
                out.write(new SimpleGroup(schema).append("id", id).append("score", 0.5));
            }
        }
        return file;
    }
}
