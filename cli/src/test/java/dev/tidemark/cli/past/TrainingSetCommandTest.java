package dev.tidemark.cli.past;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Training sets of a local run: events in random order, so that most are late, put through a real client and folded by
 * the deployed handlers; every value of every row compared with the oracle. The archive is damaged by the last test.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TrainingSetCommandTest {

    private static final String STREAM = Sample.SHOP.stream();
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);
    private static final int SAMPLES = 1_200;
    private static final int ROWS = 120;

    /** View to the columns of its keys, named after the events' fields. */
    private static final Map<String, List<String>> KEYS = Map.of(
            "viewer", List.of("user_id"),
            "item", List.of("item.id"),
            "viewer_category", List.of("user_id", "item.category"));

    @TempDir
    private static Path folder;

    private static int port;
    private static RunningCommand system;
    private static List<StreamRecord> records;
    private static Oracle oracle;
    private static Path spine;

    @BeforeAll
    static void putLateEvents() throws Exception {
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--no-samples", "--shards", "2"));
        Random random = new Random(SEED);
        try (AwsClients clients = KinesisEndpoint.at(system.kinesis()).clients()) {
            Witness witness = new Witness(system.api(), clients.kinesis());
            List<SampleEvent> events = events(random);
            int half = events.size() / 2;
            ShopEvents.put(system.kinesis(), events.subList(0, half));
            witness.awaitDone(half);
            ShopEvents.put(system.kinesis(), events.subList(half, events.size()));
            witness.awaitDone(events.size());
            records = witness.records(STREAM);
        }
        oracle = new Oracle(Sample.SHOP.catalog(), records);
        spine = spine(random);
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    @Test
    @Order(1)
    void csvInCsvOutAsServed() throws Exception {
        run("served", spine, "--views", "viewer,item,viewer_category", "--format", "csv");

        assertThat(differences("served", true)).as("seed " + SEED).isEmpty();
    }

    @Test
    @Order(2)
    void parquetInBothOutAsKnownNow() throws Exception {
        run("first", spine, "--views", "item", "--features", "item.views_1h");

        run(
                "now",
                folder.resolve("first/training-set.parquet"),
                "--views",
                "viewer,viewer_category",
                "--format",
                "both",
                "--knowledge",
                "now");

        assertThat(differences("now", false)).as("seed " + SEED).isEmpty();
        assertThat(folder.resolve("now/training-set.parquet")).exists();
    }

    @Test
    @Order(3)
    void twoCatalogsSideBySide() throws Exception {
        Path other = folder.resolve("other.yaml");
        Files.writeString(
                other, Sample.SHOP.catalog().replace("category == \"shoes\"", "category in [\"shoes\", \"hats\"]"));

        Command command = command("compared", spine, "--views", "viewer", "--compare", other.toString());

        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out())
                .contains(ROWS + " rows", "with a difference", "viewer__shoe_views_24h: ")
                .doesNotContain("viewer__views_24h: ");
        assertThat(command.err()).contains("Replaying the archive: " + records.size() + " records");
    }

    @Test
    @Order(4)
    void aModelsSetOfEveryPurchase() throws Exception {
        Command command = eventCommand(
                "purchases",
                "--where",
                "type == \"purchase\"",
                "--spine-column",
                "list_price=price",
                "--spine-column",
                "label=quantity");

        assertThat(command.exitCode()).as(command.err()).isZero();
        ObjectMapper json = new ObjectMapper();
        List<String> bought = new ArrayList<>();
        for (StreamRecord record : records) {
            String text = new String(record.data(), StandardCharsets.UTF_8);
            // Some of the sample's events are broken; no purchase is.
            JsonNode event = text.contains("\"purchase\"") ? json.readTree(text) : json.createObjectNode();
            if (event.path("type").asText().equals("purchase")) {
                bought.add(event.path("user_id").asText() + " "
                        + event.path("item").path("id").asText() + " "
                        + event.path("quantity").asText());
            }
        }
        List<Map<String, String>> rows = rows("purchases");
        assertThat(bought).isNotEmpty();
        assertThat(rows.stream().map(row -> row.get("user_id") + " " + row.get("item_id") + " " + row.get("label")))
                .containsExactlyInAnyOrderElementsOf(bought);
        assertThat(command.err()).contains("Finding the events: " + records.size() + " records");
        assertThat(rows.get(0).keySet()).endsWith("request.list_price", "request.device", "price_vs_usual");

        Path made = folder.resolve("purchases/spine.parquet");
        Command given = command("given", made, "--model", "discount", "--knowledge", "now", "--format", "csv");
        assertThat(given.exitCode()).as(given.err()).isZero();
        assertThat(folder.resolve("given/training-set.csv"))
                .hasSameBinaryContentAs(folder.resolve("purchases/training-set.csv"));
    }

    @Test
    @Order(4)
    void whatDoesNotGoTogetherIsToldByItsOptions() {
        assertThat(command("none", spine, "--model", "discount", "--views", "viewer")
                        .err())
                .contains("--model excludes --views, --features and --compare");
        assertThat(command("none", spine, "--where", "true").err())
                .contains("--where, --spine-column, --from and --to need --spine-from");
        assertThat(command("none", spine, "--spine-from", "shop").err()).contains("mutually exclusive");
        assertThat(eventCommand("none", "--time-column", "ts").err())
                .contains("--spine-from excludes --time-column and --time-format");
        assertThat(eventCommand("none", "--from", "2026-01-15T09:00:00Z", "--to", "2026-01-15T09:00:00Z")
                        .err())
                .contains("is not before --to");
        assertThat(eventCommand("none", "--from", "yesterday").err()).contains("--from 'yesterday' is no moment");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    @Order(4)
    void asksForWhatIsMissing() throws Exception {
        assertThat(command("x", spine, "--views", "nothing").err()).contains("no view 'nothing'");
        assertThat(command("x", spine, "--views", "prediction").err())
                .contains("has no column 'version'", "--key-column version=COLUMN");
        assertThat(command("x", spine, "--as", "exact").err())
                .contains("--as exact needs --knowledge now: what was served ended with the hop");
        assertThat(command("x", spine, "--features", "viewer.nothing").err())
                .contains("no such feature in the wanted views: viewer.nothing");
        assertThat(command("served", spine, "--views", "viewer", "--format", "csv")
                        .err())
                .contains("holds another training set");
    }

    @Test
    @Order(5)
    void aDamagedObjectOfTheArchiveIsNamed() throws Exception {
        String key = damageTheArchive();

        Command command = command("damaged", spine, "--views", "viewer");

        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.err()).contains(key);
        assertThat(folder.resolve("damaged/training-set.json")).doesNotExist();
        assertThat(folder.resolve("damaged/training-set.parquet")).doesNotExist();
    }

    private static String damageTheArchive() {
        Map<String, String> environment =
                Map.of("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + (port + 3), "AWS_REGION", Streams.REGION);
        try (AwsClients clients = AwsClients.of(
                        environment, StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
                S3AsyncClient s3 = clients.s3()) {
            S3Object object =
                    s3.listObjectsV2(request -> request.bucket(TidemarkApplication.BUCKET)).join().contents().stream()
                            .filter(each -> each.key().startsWith("archive/"))
                            .findFirst()
                            .orElseThrow();
            s3.putObject(
                            request ->
                                    request.bucket(TidemarkApplication.BUCKET).key(object.key()),
                            AsyncRequestBody.fromString("not what was written"))
                    .join();
            return object.key();
        }
    }

    private static List<String> differences(String set, boolean served) throws IOException {
        List<String> differences = new ArrayList<>();
        int rows = 0;
        for (Map<String, String> row : rows(set)) {
            long at = Instant.parse(row.getOrDefault("timestamp", "")).toEpochMilli();
            Oracle then = served ? oracle.over(knownBy(at), List.of()) : oracle;
            rows++;
            KEYS.forEach((view, keys) -> {
                if (row.containsKey(view + "__views_24h")) {
                    differences.addAll(differences(then, served, view, keys, row, at));
                }
            });
        }
        assertThat(rows).isEqualTo(ROWS);
        return differences;
    }

    private static List<Map<String, String>> rows(String set) throws IOException {
        CsvMapper csv = new CsvMapper();
        try (MappingIterator<Map<String, String>> lines = csv.readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader())
                .without(CsvParser.Feature.ALLOW_TRAILING_COMMA)
                .readValues(folder.resolve(set).resolve("training-set.csv").toFile())) {
            return lines.readAll();
        }
    }

    private static List<String> differences(
            Oracle then, boolean served, String view, List<String> keys, Map<String, String> row, long at) {
        String entity = String.join(
                "|", keys.stream().map(key -> row.getOrDefault(key, "")).toList());
        JsonNode expected = served ? then.answer(view, entity, at) : then.answerUpTo(view, entity, at);
        return Answers.differences(
                expected, Answers.fromTexts(expected, name -> row.getOrDefault(view + "__" + name, "")));
    }

    /** By the lanes' running maximum of arrivals. */
    private static List<StreamRecord> knownBy(long moment) {
        Map<String, Long> newest = new HashMap<>();
        return records.stream()
                .filter(record -> newest.merge(record.shardId(), record.arrivalMillis(), Math::max) <= moment)
                .toList();
    }

    private static void run(String set, Path from, String... options) {
        Command command = command(set, from, options);
        assertThat(command.exitCode()).as(command.err()).isZero();
        assertThat(command.out()).contains(ROWS + " rows");
    }

    private static Command command(String set, Path from, String... options) {
        return command(set, List.of("--spine", from.toString()), options);
    }

    private static Command eventCommand(String set, String... options) {
        return command(
                set,
                List.of("--spine-from", "shop", "--model", "discount", "--knowledge", "now", "--format", "csv"),
                options);
    }

    private static Command command(String set, List<String> first, String... options) {
        List<String> arguments = new ArrayList<>(List.of("training-set"));
        arguments.addAll(first);
        arguments.addAll(List.of("--out", folder.resolve(set).toString(), "--port", Integer.toString(port)));
        arguments.addAll(List.of(options));
        return Command.run(arguments.toArray(String[]::new));
    }

    private static List<SampleEvent> events(Random random) {
        List<SampleEvent> samples = Sample.SHOP.events();
        List<SampleEvent> last = samples.subList(samples.size() - SAMPLES, samples.size());
        List<SampleEvent> events = ShopEvents.recent(last, 1_000);
        Collections.shuffle(events, random);
        return events;
    }

    /** Moments at which something arrived, and some of the hours before, when only what is known now tells anything. */
    private static Path spine(Random random) throws IOException {
        StringBuilder text = new StringBuilder("user_id,item.id,item.category,timestamp,label\n");
        for (int i = 0; i < ROWS; i++) {
            long arrival = records.get(random.nextInt(records.size())).arrivalMillis();
            long at = i % 3 == 0 ? arrival - random.nextInt(7_200_000) : arrival;
            text.append(pick("viewer", random)).append(',');
            text.append(pick("item", random)).append(',');
            text.append(pick("viewer_category", random).replaceFirst(".*\\|", ""))
                    .append(',');
            text.append(Instant.ofEpochMilli(at)).append(',').append(i % 2).append('\n');
        }
        Path file = folder.resolve("spine.csv");
        Files.writeString(file, text);
        return file;
    }

    private static String pick(String view, Random random) {
        List<String> entities = oracle.entities(view);
        return entities.get(random.nextInt(entities.size()));
    }
}
