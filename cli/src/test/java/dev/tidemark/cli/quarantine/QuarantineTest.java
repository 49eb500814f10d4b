package dev.tidemark.cli.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.oracle.ViewReport;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.samplesevents.SampleReplay;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/**
 * Bad and too late events on the way through a local run: found, shown, repaired, redriven twice, and counted as an
 * oracle counts the repaired stream. The tests tell one story, in order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class QuarantineTest {

    private static final String STREAM = Sample.SHOP.stream();
    private static final int SAMPLES = 700;
    private static final Pattern TOTAL = Pattern.compile("(\\d+) records in quarantine, (\\d+) of them redriven");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** By view and position: what a record is repaired to. */
    private static final Map<String, byte[]> REPAIRS = new HashMap<>();

    @TempDir
    private static Path folder;

    private static int port;
    private static RunningCommand system;
    private static AwsClients clients;
    private static Witness witness;
    private static List<StreamRecord> records;
    private static Oracle oracle;

    @BeforeAll
    static void putGoodAndBad() throws Exception {
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--no-samples", "--shards", "2"));
        clients = KinesisEndpoint.at(system.kinesis()).clients();
        witness = new Witness(system.api(), clients.kinesis());
        List<SampleEvent> events = events();
        ShopEvents.put(system.kinesis(), events);
        witness.awaitDone(events.size());
        records = witness.records(STREAM);
        oracle = new Oracle(Sample.SHOP.catalog(), records);
    }

    @AfterAll
    static void stop() {
        clients.close();
        system.close();
    }

    /** Samples of the last hours, some of them bad, and a few of our own. */
    private static List<SampleEvent> events() {
        List<SampleEvent> samples = Sample.SHOP.events().subList(0, SAMPLES);
        long endMillis = System.currentTimeMillis() - 600_000;
        List<SampleEvent> events =
                new ArrayList<>(SampleReplay.shift(samples, SampleReplay.deltaToEndAt(samples, endMillis)));
        String longAgo = Instant.ofEpochMilli(endMillis - 2 * 86_400_000L).toString();
        for (int i = 0; i < 5; i++) {
            events.add(new SampleEvent(0, "own-" + i, "{\"no\": json"));
            events.add(new SampleEvent(0, "own-" + i, "{\"half\": \"\\ud800\"}"));
            events.add(new SampleEvent(
                    0, "own-" + i, goodEvent("late-" + i, longAgo).replace("user-fixed", "user-late")));
            events.add(new SampleEvent(
                    0,
                    "own-" + i,
                    goodEvent("text-" + i, Instant.ofEpochMilli(endMillis).toString())
                            .replace("\"price\":12.50", "\"price\":\"12.50\"")));
        }
        return events;
    }

    private static String goodEvent(String id, String time) {
        return "{\"event_id\":\"" + id + "\",\"type\":\"view\",\"ts\":\"" + time + "\",\"user_id\":\"user-fixed\","
                + "\"item\":{\"id\":\"item-fixed\",\"category\":\"shoes\"},\"price\":12.50,\"device\":\"phone\"}";
    }

    private static Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }

    private static String out(Command command) {
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private static List<JsonNode> jsonLines(String text) {
        return text.lines().map(QuarantineTest::json).toList();
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static int quarantined() {
        return oracle.views().stream()
                .mapToInt(view -> oracle.report(view).quarantined().size())
                .sum();
    }

    @Test
    @Order(1)
    void theListHasWhatTheOracleFindsBad() {
        List<JsonNode> listed = jsonLines(out(tidemark("quarantine", "list", "--json", "--limit", "100000")));

        assertThat(listed).hasSize(quarantined()).hasSizeGreaterThan(20);
        for (String view : oracle.views()) {
            assertThat(listed.stream()
                            .filter(line -> line.path("view").asText().equals(view))
                            .map(line -> line.path("position").asText() + " "
                                    + line.path("reason").asText()))
                    .as(view)
                    .containsExactlyInAnyOrderElementsOf(oracle.report(view).quarantined().stream()
                            .map(bad -> position(bad.record()) + " " + bad.reason())
                            .toList());
        }
        assertThat(listed).allMatch(line -> !line.path("redriven").asBoolean(true) && !line.has("data"));
    }

    private static String position(StreamRecord record) {
        return record.sequenceNumber() + ":" + record.subsequence();
    }

    @Test
    @Order(2)
    void theListCountsByViewAndReason() {
        String list = out(tidemark("quarantine", "list", "--limit", "3", "--count"));
        ViewReport viewer = oracle.report("viewer");
        long notJson = viewer.quarantined().stream()
                .filter(bad -> bad.reason().equals("NOT_JSON"))
                .count();

        assertThat(list)
                .contains(quarantined() + " records in quarantine, 0 of them redriven")
                .contains("  viewer  NOT_JSON  " + notJson)
                .contains("... and " + (quarantined() - 3) + " more");
        assertThat(list.lines().filter(line -> line.startsWith("quarantine/"))).hasSize(3);
        String some = out(tidemark("quarantine", "list", "--view", "viewer", "--reason", "not_json"));
        assertThat(some).contains(notJson + " records in quarantine");
    }

    @Test
    @Order(3)
    void aRecordIsShownWithPayloadCauseAndRemedy() {
        String key = jsonLines(
                        out(tidemark("quarantine", "list", "--json", "--view", "viewer", "--reason", "not_json")))
                .get(0)
                .path("key")
                .asText();

        assertThat(out(tidemark("quarantine", "show", key)))
                .contains("view       viewer (version ", "reason     NOT_JSON", "remedy     send one JSON object")
                .contains("redriven   no", "payload    ");
        Command missing = tidemark("quarantine", "show", key + "x");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains("nothing is in quarantine under " + key + "x", "tidemark quarantine list");
    }

    @Test
    @Order(4)
    void whatIsRedrivenAsItIsStaysBad() {
        Command redrive = tidemark("quarantine", "redrive", "--view", "item");

        assertThat(redrive.exitCode()).isEqualTo(1);
        int bad = oracle.report("item").quarantined().size();
        assertThat(redrive.out()).contains("is still bad: NOT_JSON, ", "Redriven: 0 records, " + bad + " still bad");
    }

    @Test
    @Order(5)
    void exportEditRedrive() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        assertThat(out(tidemark("quarantine", "export", file.toString())))
                .isEqualTo(quarantined() + " records written to " + file + "\n");
        repair(file);
        String redrive = "Redriven: " + quarantined() + " records";

        String rehearsed = out(tidemark("quarantine", "redrive", "--repaired", file.toString(), "--dry-run"));
        assertThat(rehearsed)
                .startsWith("Would redrive " + quarantined() + " records (")
                .contains(" too late)");
        assertThat(redrivenRecords()).isZero();

        assertThat(out(tidemark("quarantine", "redrive", "--repaired", file.toString())))
                .contains("Redrive 1 (redrive/0000000001.jsonl.gz): " + quarantined() + " records done")
                .contains(redrive + " (", " filtered");
        assertThat(out(tidemark("quarantine", "redrive", "--repaired", file.toString())))
                .isEqualTo("Redriven: 0 records, " + quarantined() + " redriven before\n");
        assertThat(out(tidemark("quarantine", "redrive", "--resume"))).isEqualTo("Redriven: 0 records\n");

        Command again = tidemark("quarantine", "export", file.toString());
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains(file + " is there already");
        Path rest = folder.resolve("rest.jsonl");
        assertThat(out(tidemark("quarantine", "export", rest.toString()))).startsWith("0 records written");
    }

    /** A text that should be a number becomes one; everything else becomes an event of its own, every fifth long ago. */
    private static void repair(Path file) throws IOException {
        List<String> repaired = new ArrayList<>();
        int n = 0;
        for (String line : Files.readAllLines(file)) {
            ObjectNode object = (ObjectNode) json(line);
            Instant arrival = Instant.parse(object.path("arrival").asText());
            Instant time = n++ % 5 == 0 ? arrival.minusSeconds(8 * 86_400L) : arrival.minusSeconds(n);
            String position = object.path("position").asText();
            JsonNode good = json(goodEvent("fixed-" + position, time.toString()));
            JsonNode price = object.path("data").path("price");
            if (price.asText().equals("12.50")) {
                ((ObjectNode) object.path("data")).put("price", new BigDecimal("12.50"));
            } else {
                object.remove("dataBase64");
                object.set("data", good);
            }
            REPAIRS.put(object.path("view").asText() + " " + position, JSON.writeValueAsBytes(object.path("data")));
            repaired.add(JSON.writeValueAsString(object));
        }
        Files.write(file, repaired);
    }

    private static int redrivenRecords() {
        Matcher total = TOTAL.matcher(out(tidemark("quarantine", "list", "--limit", "0", "--count")));
        assertThat(total.find()).isTrue();
        return Integer.parseInt(total.group(2));
    }

    private static Oracle oracleOfRepaired(String view) {
        return new Oracle(
                Sample.SHOP.catalog(),
                records.stream()
                        .map(record -> new StreamRecord(
                                record.stream(),
                                record.shardId(),
                                record.sequenceNumber(),
                                record.subsequence(),
                                record.arrivalMillis(),
                                REPAIRS.getOrDefault(view + " " + position(record), record.data())))
                        .toList());
    }

    @Test
    @Order(6)
    void allValuesAreThoseOfTheRepairedStream() {
        int values = 0;
        for (String view : oracle.views()) {
            Oracle repaired = oracleOfRepaired(view);
            assertThat(repaired.report(view).quarantined()).isEmpty();
            values += witness.compare(repaired, view);
        }

        assertThat(values).isGreaterThan(1_000);
        assertThat(redrivenRecords()).isEqualTo(quarantined());
        assertThat(jsonLines(out(tidemark("quarantine", "list", "--json", "--limit", "5"))))
                .hasSize(5)
                .allMatch(line -> line.path("redriven").asBoolean()
                        && line.path("redrive").asInt() == 1);
    }

    @Test
    @Order(7)
    void tooLateEventsAreThoseOfTheOracle() {
        for (String view : oracle.views()) {
            List<JsonNode> listed = jsonLines(out(tidemark("too-late", view, "--json", "--limit", "100000")));

            assertThat(listed.stream().map(line -> line.path("position").asText()))
                    .as(view)
                    .containsExactlyInAnyOrderElementsOf(oracleOfRepaired(view).report(view).tooLate().stream()
                            .map(QuarantineTest::position)
                            .toList());
            assertThat(listed.stream().filter(line -> line.has("redrive")))
                    .as("redriven into " + view)
                    .hasSize(listed.size() - oracle.report(view).tooLate().size());
        }
        assertThat(out(tidemark("too-late", "viewer", "--limit", "1")))
                .contains("too late for view viewer (retention 1d)", " more: show them with --limit");
        assertThat(out(tidemark("too-late", "viewer", "--to", "2026-01-01T00:00:00Z")))
                .startsWith("0 events too late");
    }

    @Test
    @Order(8)
    void mistakesAreToldWithARemedy() throws IOException {
        assertThat(tidemark("quarantine", "redrive").exitCode()).isEqualTo(2);
        assertThat(tidemark("quarantine", "redrive", "--all", "--resume").err()).contains("Which records?");
        Path file = folder.resolve("mistakes.jsonl");
        assertRefused(file, "{}", ":1: the line has no text 'key'");
        assertRefused(file, "\n{\"key\":", ":2: the line is no JSON object");
        assertRefused(file, "{\"key\":\"k\"}", "wants one of 'data' and 'dataBase64'");
        assertRefused(file, "{\"key\":\"k\",\"data\":1}", "'data' is neither an object nor a text");
        assertRefused(file, "{\"key\":\"k\",\"data\":{}}\n{\"key\":\"k\",\"data\":{}}", ":2: the line names a record");
        assertRefused(file, "{\"key\":\"k\",\"data\":{}}", "nothing is in quarantine under k");
        assertThat(tidemark("too-late", "viewr").err()).contains("the catalog has no view 'viewr'", "viewer, shopper");
        assertThat(tidemark("too-late", "viewer", "--from", "today").err()).contains("--from 'today' is no moment");
        assertThat(tidemark("quarantine", "list", "--bucket", "other-bucket").err())
                .contains("there is no bucket 'other-bucket'", "--bucket or $TIDEMARK_BUCKET");
        assertThat(tidemark("quarantine", "redrive", "--resume", "--control-table", "other")
                        .err())
                .contains("there is no table", "--control-table or $TIDEMARK_CONTROL_TABLE");
        assertThat(Command.run("quarantine", "list", "--aws").err())
                .contains("which deployment? Name it with --bucket or $TIDEMARK_BUCKET");
        int closed = FreePorts.fourInARow();
        assertThat(Command.run("quarantine", "list", "--port", String.valueOf(closed))
                        .err())
                .contains("no answer from http://127.0.0.1:" + (closed + 3), "start it with `tidemark run`");
    }

    /** Whoever reads on comes upon an object that cannot be read. */
    @Test
    @Order(9)
    void theListReadsNoMoreThanItShows() {
        putUnreadable();

        String list = out(tidemark("quarantine", "list", "--limit", "2"));
        assertThat(list.lines().filter(line -> line.startsWith("quarantine/"))).hasSize(2);
        assertThat(list).contains("perhaps more").doesNotContain("in quarantine,");
        assertThat(tidemark("quarantine", "list", "--limit", "2", "--count").exitCode())
                .isEqualTo(1);
    }

    /** After all others. */
    private static void putUnreadable() {
        try (AwsClients s3 = AwsClients.of(
                Map.of("AWS_REGION", "us-east-1", "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + (port + 3)),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))) {
            s3.s3()
                    .putObject(
                            request ->
                                    request.bucket(TidemarkApplication.BUCKET).key("quarantine/viewer/zzz"),
                            AsyncRequestBody.fromString("no record"))
                    .join();
        }
    }

    /** A file that was cut off would pass for the whole quarantine. */
    @Test
    @Order(9)
    void anExportThatFailsLeavesNoFile() throws IOException {
        putUnreadable();
        Path file = folder.resolve("cut.jsonl");

        assertThat(tidemark("quarantine", "export", file.toString()).exitCode()).isEqualTo(1);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("cut"));
        }
    }

    private static void assertRefused(Path file, String lines, String said) throws IOException {
        Files.writeString(file, lines, StandardCharsets.UTF_8);
        Command redrive = tidemark("quarantine", "redrive", "--repaired", file.toString());
        assertThat(redrive.exitCode()).as(redrive.out()).isEqualTo(1);
        assertThat(redrive.err()).contains(said);
    }
}
