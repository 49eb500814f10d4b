package dev.tidemark.cli.past;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.Reshard;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.ShopEvents;
import dev.tidemark.cli.Witness;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.local.app.TidemarkApplication;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A local run with late, duplicate and bad events, a split, a merge and a redrive, of which every answer that was given
 * is kept: all of them are made again from the archive, and damage is found. The tests tell one story, in order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PastTest {

    private static final String STREAM = Sample.SHOP.stream();
    private static final int ROUNDS = 6;
    private static final int EVENTS_A_ROUND = 250;
    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);

    /** Answers given while nothing was under way, and others. */
    private static final List<String> QUIET = new ArrayList<>();

    private static final List<String> BUSY = new ArrayList<>();

    private static final List<String> MODELS = new ArrayList<>();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static int port;
    private static RunningCommand system;
    private static AwsClients clients;

    @BeforeAll
    static void askWhileItRuns() throws Exception {
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--no-samples", "--shards", "2"));
        clients = AwsClients.of(
                Map.of(
                        "AWS_REGION", "us-east-1",
                        "AWS_ENDPOINT_URL_KINESIS", "http://127.0.0.1:" + (port + 1),
                        "AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:" + (port + 2),
                        "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + (port + 3)),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
        Witness witness = new Witness(system.api(), clients.kinesis());
        List<SampleEvent> events = ShopEvents.recentShuffled(60_000, SEED);
        for (int round = 0; round < ROUNDS; round++) {
            ShopEvents.put(system.kinesis(), events.subList(round * EVENTS_A_ROUND, (round + 1) * EVENTS_A_ROUND));
            if (round == 1) {
                Reshard.splitTheFirstShard(clients.kinesis(), STREAM);
            } else if (round == 3) {
                Reshard.mergeTheFirstTwoShards(clients.kinesis(), STREAM);
            }
            ask(BUSY);
            witness.awaitDone((round + 1L) * EVENTS_A_ROUND);
            ask(QUIET);
            if (round == 2) {
                out(tidemark("checkpoint", "create"));
            }
            if (round == 4) {
                redrive();
                ask(QUIET);
            }
        }
    }

    @AfterAll
    static void stop() {
        clients.close();
        system.close();
    }

    /** In random order, so that most are late. */
    /** Repairs what has no readable price, so that it counts. */
    private static void redrive() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        out(tidemark("quarantine", "export", file.toString()));
        ShopEvents.repair(file);
        out(tidemark("quarantine", "redrive", "--repaired", file.toString()));
    }

    private static void ask(List<String> answers) throws Exception {
        for (int user = 1; user <= 4; user++) {
            answers.add(get("/v1/views/viewer/entities/user-" + user));
            answers.add(get("/v1/views/item/entities/item-00" + user));
        }
        MODELS.add(vectors());
    }

    /** Vectors of the sample's model: two users, four items. */
    private static String vectors() throws Exception {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < 8; row++) {
            rows.add("{\"keys\":{\"user_id\":\"user-" + (1 + row % 2) + "\",\"item_id\":\"item-00" + (1 + row / 2)
                    + "\",\"category\":\"shoes\"},\"request\":{\"list_price\":" + (row + 0.5) + "}}");
        }
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create(system.api() + "/v1/models/discount:features"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"rows\":[" + String.join(",", rows) + "]}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static String get(String path) throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create(system.api() + path)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }

    private static String out(Command command) {
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private static JsonNode json(String text) throws IOException {
        return ReceiptFile.MAPPER.readTree(text);
    }

    @Test
    @Order(1)
    void asServedEqualsWhatWasAnswered() throws Exception {
        int differing = 0;
        for (String then : QUIET) {
            JsonNode answer = json(then);
            String path = "/v1/views/" + answer.path("view").asText() + "/entities/"
                    + answer.path("entity").iterator().next().asText() + "?at="
                    + answer.path("at").asText();
            JsonNode served = json(get(path + "&knowledge=served"));
            JsonNode both = json(get(path + "&knowledge=both"));

            for (String member : List.of("features", "coverage", "approximate")) {
                assertThat(served.path(member).toString())
                        .as(path)
                        .isEqualTo(answer.path(member).toString());
            }
            JsonNode knowledge = both.path("knowledge");
            assertThat(knowledge.path("served").path("features").toString())
                    .as(path)
                    .isEqualTo(answer.path("features").toString());
            assertThat(knowledge.path("late").path("count").asLong() > 0)
                    .as(path)
                    .isEqualTo(knowledge.path("late").path("events").size() > 0);
            if (!knowledge.path("differences").isEmpty()) {
                assertThat(knowledge.path("late").path("count").asLong()).isPositive();
                differing++;
            }
        }
        assertThat(differing).as("answers that late events changed").isGreaterThan(10);
    }

    @Test
    @Order(2)
    void theCommandReadsThePastWithAndWithoutTheApi() throws Exception {
        JsonNode answer = json(QUIET.get(0));
        List<String> question =
                List.of("get", "viewer", "user-1", "--at", answer.path("at").asText());
        List<String> served = new ArrayList<>(question);
        served.addAll(List.of("--knowledge", "served", "--url", system.api().toString()));
        List<String> direct = new ArrayList<>(served);
        direct.add("--direct");

        String overHttp = out(tidemark(served.toArray(String[]::new)));
        String fromBucket = out(tidemark(direct.toArray(String[]::new)));

        assertThat(json(overHttp)).isEqualTo(answer.path("features"));
        assertThat(fromBucket).isEqualTo(overHttp);
    }

    @Test
    @Order(3)
    void everyAnswerIsMadeAgainFromItsReceipt() throws Exception {
        List<String> all = new ArrayList<>(QUIET);
        all.addAll(BUSY);
        Path file = folder.resolve("answers.json");
        Files.write(file, all);

        String audited = out(tidemark("audit", "--receipt", file.toString()));

        assertThat(audited).contains(" late, ").contains(" 0 faults").doesNotContain("definition  ");
        assertThat(audited).contains(" from the beginning of the archive on: ");

        String fewer = out(tidemark("audit", "--receipt", file.toString(), "--from-checkpoint", "latest"));

        assertThat(fewer).contains(" from the beginning of the archive and checkpoint " + checkpoint() + " on: ");
        assertThat(fewer).contains(" 0 faults").doesNotContain("definition  ");
    }

    @Test
    @Order(3)
    void everyVectorIsMadeAgainFromItsReceipt() throws Exception {
        Path file = folder.resolve("vectors.json");
        Files.write(file, MODELS);

        String audited = out(tidemark("audit", "--receipt", file.toString()));
        String fewer = out(tidemark("audit", "--receipt", file.toString(), "--from-checkpoint", "latest"));

        assertThat(audited).startsWith("late  discount  ").contains(" values compared with ", " 0 faults");
        assertThat(fewer).contains(" and checkpoint " + checkpoint() + " on: ", " 0 faults");
    }

    @Test
    @Order(4)
    void aVectorThatWasTamperedWithIsAFault() throws Exception {
        ObjectNode answer = (ObjectNode) json(MODELS.get(MODELS.size() - 1));
        // The request's input, so that what is derived from it is wrong.
        ((ObjectNode) answer.path("rows").path(3).path("request")).put("list_price", 1_000);
        Path file = folder.resolve("tampered.json");
        Files.writeString(file, answer.toString());

        Command audited = tidemark("audit", "--receipt", file.toString());

        assertThat(audited.exitCode()).isEqualTo(1);
        assertThat(audited.out()).contains("  request.list_price\n", "the archive makes 1000, the answer says 3.5");

        ObjectNode renamed = (ObjectNode) json(MODELS.get(MODELS.size() - 1));
        ((ArrayNode) renamed.path("names")).set(0, renamed.path("names").path(1));
        Files.writeString(file, renamed.toString());
        assertThat(tidemark("audit", "--receipt", file.toString()).out()).contains("fault  discount  names");

        answer.put("hash", "0000000000000000");
        Files.writeString(file, answer.toString());
        assertThat(tidemark("audit", "--receipt", file.toString()).out()).contains("definition  discount");
    }

    private static String checkpoint() {
        return clients.s3()
                .listObjectsV2(
                        request -> request.bucket(TidemarkApplication.BUCKET).prefix("checkpoint/manifests/"))
                .join()
                .contents()
                .get(0)
                .key()
                .replaceAll(".*/|\\.json", "");
    }

    @Test
    @Order(4)
    void anAnswerThatWasTamperedWithIsAFault() throws Exception {
        ObjectNode answer = (ObjectNode) json(QUIET.get(QUIET.size() - 8));
        ((ObjectNode) answer.path("features")).put("views_24h", 987_654);
        Path file = folder.resolve("tampered.json");
        Files.writeString(file, answer.toString());

        Command audited = tidemark("audit", "--receipt", file.toString());

        assertThat(audited.exitCode()).isEqualTo(1);
        assertThat(audited.out()).contains("fault  viewer  user-1  views_24h").contains("987654");
    }

    @Test
    @Order(5)
    void anAnswerOfAnotherCatalogIsNotCompared() throws Exception {
        ObjectNode answer = (ObjectNode) json(QUIET.get(0));
        ((ObjectNode) answer.path("receipt")).put("view", "0000000000000000");
        Path file = folder.resolve("other.json");
        Files.writeString(file, answer.toString());

        Command audit = tidemark("audit", "--receipt", file.toString());
        assertThat(audit.exitCode()).as("nothing could be compared").isEqualTo(1);
        assertThat(audit.out()).contains("definition  viewer  user-1");
    }

    @Test
    @Order(6)
    void theWholeStateIsWhatTheArchiveMakesIt() {
        assertThat(out(tidemark("audit", "--parts", "2"))).contains(" 0 faults");
        assertThat(out(tidemark("audit", "--sample", "3", "--seed", "7"))).contains(" 0 faults");
        assertThat(out(tidemark("audit", "--view", "viewer", "--entities", "user-1,user-2")))
                .contains(" from the beginning of the archive on: 0 faults");
    }

    @Test
    @Order(6)
    void theWholeStateIsWhatTheCheckpointAndWhatCameAfterItMakeOfIt() {
        String from = " from checkpoint " + checkpoint() + " on: 0 faults";
        assertThat(out(tidemark("audit", "--from-checkpoint", "latest"))).contains(from);
        assertThat(out(tidemark("audit", "--from-checkpoint", checkpoint(), "--sample", "3")))
                .contains(from);
        assertThat(out(tidemark("audit", "--from-checkpoint", Instant.now().toString(), "--sample", "3")))
                .contains(from);
        assertThat(out(tidemark("audit", "--from-checkpoint", "2026-01-31T10:00:00Z", "--sample", "3")))
                .contains(" from the beginning of the archive on: 0 faults");
        Command damaged = tidemark("audit", "--from-checkpoint", "20260101T000000Z-0000", "--sample", "3");
        assertThat(damaged.exitCode()).isEqualTo(1);
        assertThat(damaged.err()).contains("checkpoint/manifests/20260101T000000Z-0000.json");
    }

    @Test
    @Order(7)
    void aChangedItemIsFoundAndNamed() {
        String version = new CatalogCompiler()
                .compile(Sample.SHOP.catalog())
                .view("viewer")
                .orElseThrow()
                .version();
        Map<String, AttributeValue> item = clients.dynamoDb()
                .query(request -> request.tableName(TidemarkApplication.STATE_TABLE)
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS(version + "|user-1"))))
                .join()
                .items()
                .get(0);
        Map<String, AttributeValue> changed = new HashMap<>(item);
        String body = item.entrySet().stream()
                .filter(entry -> entry.getValue().b() != null)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        byte[] bytes = Objects.requireNonNull(item.get(body)).b().asByteArray();
        bytes[bytes.length - 1] ^= 1;
        changed.put(body, AttributeValue.fromB(SdkBytes.fromByteArray(bytes)));
        clients.dynamoDbWrites()
                .putItem(request ->
                        request.tableName(TidemarkApplication.STATE_TABLE).item(changed))
                .join();

        Command audited = tidemark("audit", "--view", "viewer", "--entities", "user-1");

        assertThat(audited.exitCode()).as(audited.out() + audited.err()).isEqualTo(1);
        assertThat(audited.out())
                .contains("fault  viewer  user-1  "
                        + Objects.requireNonNull(item.get("sk")).s())
                .contains("1 fault,");
        Command later = tidemark("audit", "--view", "viewer", "--entities", "user-1", "--from-checkpoint", "latest");
        assertThat(later.exitCode()).as("changed after the checkpoint").isEqualTo(1);
        assertThat(later.out()).contains(" from checkpoint " + checkpoint() + " on: 1 fault,");
    }

    @Test
    @Order(8)
    void aCutSegmentAndAMissingOneAreNamedAndNotUsed() throws Exception {
        S3Object segment = clients.s3()
                .listObjectsV2(
                        request -> request.bucket(TidemarkApplication.BUCKET).prefix("archive/"))
                .join()
                .contents()
                .get(0);
        clients.s3()
                .putObject(
                        request -> request.bucket(TidemarkApplication.BUCKET).key(segment.key()),
                        AsyncRequestBody.fromBytes(new byte[] {31, -117}))
                .join();
        Command cut = tidemark("audit", "--view", "viewer", "--entities", "user-2");
        assertThat(cut.exitCode()).isEqualTo(1);
        assertThat(cut.err()).contains(segment.key());

        clients.s3()
                .deleteObject(
                        request -> request.bucket(TidemarkApplication.BUCKET).key(segment.key()))
                .join();
        Command missing = tidemark("audit", "--view", "viewer", "--entities", "user-2");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).containsIgnoringCase("lacks");
    }
}
