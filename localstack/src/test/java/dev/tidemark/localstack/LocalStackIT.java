package dev.tidemark.localstack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.cli.Reshard;
import dev.tidemark.cli.Witness;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.samplesevents.SampleReplay;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.eventbridge.EventBridgeAsyncClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.Target;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sfn.SfnAsyncClient;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.ValidateStateMachineDefinitionResponse;

/**
 * infra/template.yaml deployed in LocalStack 4.14.0: two streams, tables, bucket, all functions in containers with AWS's
 * runtime interface client, LocalStack's own event source mapping and the REST API, the state machines, alarms and
 * dashboard. Events go in through Kinesis and values come out through API Gateway.
 *
 * <p>What the free edition of LocalStack does not do is not tested here:
 *
 * <ul>
 *   <li>It accepts roles and the API's IAM authorizer but enforces neither: PolicyTest compares the roles with the calls.
 *   <li>It ignores Glue (the archive's table for Athena) and CodeDeploy (canary deployments).
 *   <li>It does not give layers to functions; the catalog comes by a volume instead (compose.yaml).
 *   <li>SnapStart is accepted and does nothing: SnapStartIT exercises the hooks.
 *   <li>Its mapping does not bisect and has no parallelization factor. It delivers whole shards again when a shard ends,
 *       though, which AWS does not.
 *   <li>An update of a stack neither deletes what a condition has switched off nor publishes new versions of functions:
 *       going live on restored tables makes the calls that CloudFormation makes on AWS.
 * </ul>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 25, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // deploy() sets the fields, or the tests are skipped.
class LocalStackIT {

    private static final String STREAM = Sample.SHOP.stream();

    /** A further stream, with the same events. */
    private static final String SECOND = "scoring";

    private static final List<String> STREAMS = List.of(STREAM, SECOND);

    /** Purchases are put onto it, and it is not folded: how many copies there are is LocalStack's business. */
    private static final String FORWARD_TO = "purchases";

    /** As far as the oracle knows it: not the model that is trained, whose views are those of its monitor. */
    private static final String KNOWN = Sample.SHOP
            .catalog()
            .replace(
                    "\nsources:\n",
                    "\nsources:\n  scoring: {stream: " + SECOND + ", event_time: ts}\n  purchases: {stream: "
                            + FORWARD_TO
                            + ", event_time: ts, forward: [{from: shop, where: type == \"purchase\", key: user_id}]}\n")
            .replace("\nviews:\n", """

                    views:
                      scored:
                        source: scoring
                        entity: user_id
                        hop: 1m
                        features: {events: {function: count, windows: [1h, 24h]}}
                    """);

    private static final String CATALOG = KNOWN.replace("\npairs:\n", """

                    pairs:
                      answered:
                        left: {source: scoring, where: type == "prediction" && model == "offers", key: id}
                        right: {source: scoring, where: type == "answer", key: prediction}
                        within: 2s
                    """).replace("\nmodels:\n", """

                    models:
                      offers:
                        keys: {user_id: user_id}
                        inputs:
                          - scored: [events_1h]
                        predictions: {source: scoring}
                        outcome: {pair: answered, settle: 1s}
                        monitor: {windows: [1h], retention: 2h, checks: {log_loss: {at_most: 0.4, window: 1h}}}
                        train:
                          rows: {last: 1h}
                          holdout: 20s
                          when: [concept]
                          at_least: 200
                    """);

    /** A row is known for this long before it is for training and not for judging; the horizon, and some seconds to be sure. */
    private static final Duration HOLDOUT = Duration.ofSeconds(20 + 3 + 5);

    private static final int OFFERS = 200;
    private static final String TRAIN_STEP = "train-offers";

    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);
    private static final int PART = 300;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private @Nullable DeployedTidemark started;
    private DeployedTidemark deployed;
    private AwsClients clients;
    private LambdaAsyncClient lambda;
    private Witness witness;
    private List<SampleEvent> events;
    private int put;
    private Instant firstOffers;

    @BeforeAll
    void deploy() throws Exception {
        Path here = Path.of("");
        assumeDockerWith(ComposeFile.read(here, System.getenv()).image());
        Files.writeString(folder.resolve("catalog.yaml"), CATALOG);
        started = DeployedTidemark.start(here, folder, parameters());
        deployed = started;
        clients = deployed.clients();
        lambda = deployed.configured(LambdaAsyncClient.builder()).build();
        witness = new Witness(deployed.api(), clients.kinesis());
        events = shuffledEventsOfTheLastHours();
        putOffers("first");
        firstOffers = Instant.now();
    }

    private static String parameters() {
        return JSON.createObjectNode()
                .put("Stream2", SECOND)
                .put("ForwardTo", FORWARD_TO)
                .put("ForwardFrom", STREAM)
                .put("TrainStepArn", "arn:aws:lambda:us-east-1:000000000000:function:" + TRAIN_STEP)
                .toString();
    }

    @AfterAll
    void stop() {
        if (started != null) {
            lambda.close();
            clients.close();
            started.close();
        }
    }

    private static void assumeDockerWith(String image) {
        String missing = missing(image);
        if (missing != null) {
            System.err.println("SKIPPED: infra/template.yaml was not deployed in LocalStack: " + missing);
            throw new TestAbortedException(missing);
        }
    }

    private static @Nullable String missing(String image) {
        if (!Boolean.getBoolean("tidemark.full")) {
            return "containers are started by ./mvnw -Pfull verify only";
        }
        try {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return "no Docker engine runs here";
            }
            new RemoteDockerImage(DockerImageName.parse(image)).get();
            return null;
        } catch (RuntimeException e) {
            // Testcontainers has an exception for each way of not finding an image, its own included.
            return image + ", or an image of Testcontainers, can neither be found nor pulled: " + e.getMessage();
        }
    }

    @Test
    @Order(1)
    void valuesThroughTheGatewayEqualTheOraclesUnderASplitAndBadRecords() throws Exception {
        put(PART);
        Reshard.splitTheFirstShard(clients.kinesis(), STREAM);
        put(PART);
        int bad = putBad("not JSON", "{\"type\":\"view\"}", "[1, 2]");
        witness.awaitDone(put);

        compareWithTheOracle();
        assertThat(quarantinedRecords()).isGreaterThanOrEqualTo(bad);
    }

    @Test
    @Order(2)
    void aBatchThatIsDeliveredAgainChangesNothing() throws Exception {
        JsonNode before = witness.get("/v1/health").path("views");
        for (Shard shard : shards()) {
            InvokeResponse answer = lambda.invoke(request -> request.functionName(deployed.resource("IngestFunction"))
                            .qualifier("live")
                            .payload(SdkBytes.fromUtf8String(
                                    delivery(shard.shardId()).toString())))
                    .join();
            assertThat(answer.functionError())
                    .as(answer.payload().asUtf8String())
                    .isNull();
            assertThat(JSON.readTree(answer.payload().asUtf8String()).path("batchItemFailures"))
                    .isEmpty();
        }

        JsonNode after = witness.get("/v1/health").path("views");
        assertThat(counts(after)).isEqualTo(counts(before));
        compareWithTheOracle();
    }

    @Test
    @Order(3)
    void badRequestsAreAnsweredWithProblems() throws Exception {
        assertThat(problem("/v1/nowhere")).isEqualTo(404);
        assertThat(problem("/v1/views/nothing/entities/user-1")).isEqualTo(404);
        assertThat(problem("/v1/views/viewer/entities/user-1?at=yesterday")).isEqualTo(400);
    }

    /** By the rule, the machine that starts, the one that carries out, and a training step of its own; told to whoever listens. */
    @Test
    @Order(4)
    void whatTheMonitorTellsTwiceTrainsAModelOnceAndItsCandidateIsPromoted() throws Exception {
        DeployedStep.make(lambda, clients, TRAIN_STEP, folder);
        try (SfnAsyncClient steps =
                        deployed.configured(SfnAsyncClient.builder()).build();
                EventBridgeAsyncClient bus =
                        deployed.configured(EventBridgeAsyncClient.builder()).build()) {
            String listener = listener(steps, bus);
            await("the first offers are old enough", () -> Instant.now().isAfter(firstOffers.plus(HOLDOUT)));
            putOffers("second");
            witness.awaitDone(put);

            String at = Instant.now().toString();
            for (int i = 0; i < 2; i++) {
                tellOfConcept(bus, at);
            }
            String machine = deployed.resource("TrainMachine");
            await(
                    "both have ended",
                    () -> executions(steps, machine).size() == 2
                            && executions(steps, machine).stream()
                                    .noneMatch(one -> one.status() == ExecutionStatus.RUNNING));

            assertThat(executions(steps, machine))
                    .extracting(ExecutionListItem::status)
                    .containsOnly(ExecutionStatus.SUCCEEDED);
            assertThat(entries("offers")).containsExactly("started", "set_made", "judged", "promoted");
            JsonNode champion = witness.get("/v1/models/offers/champion");
            assertThat(champion.path("version").asText())
                    .as(champion.toString())
                    .isEqualTo("v1");
            await("it is told", () -> !executions(steps, listener).isEmpty());
            String told = steps.describeExecution(request -> request.executionArn(
                            executions(steps, listener).get(0).executionArn()))
                    .join()
                    .input();
            assertThat(JSON.readTree(told).at("/detail/candidate/version").asText())
                    .as(told)
                    .isEqualTo("v1");
        }
    }

    /** The state machine that docs/operations.md shows. */
    @Test
    @Order(4)
    void theTrainingStepThatTheDocumentationShowsIsValid() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "operations.md"));
        int from = page.indexOf("{\"StartAt\"");
        String definition = page.substring(from, page.indexOf("```", from));
        try (SfnAsyncClient steps =
                deployed.configured(SfnAsyncClient.builder()).build()) {
            ValidateStateMachineDefinitionResponse answer = steps.validateStateMachineDefinition(
                            request -> request.definition(definition))
                    .join();
            assertThat(answer.resultAsString()).as(answer.toString()).isEqualTo("OK");
        }
    }

    /** A machine that does nothing and is started by each promotion. */
    private static String listener(SfnAsyncClient steps, EventBridgeAsyncClient bus) {
        String role = "arn:aws:iam::000000000000:role/listener";
        String machine = steps.createStateMachine(request -> request.name("listener")
                        .roleArn(role)
                        .definition("{\"StartAt\":\"Done\",\"States\":{\"Done\":{\"Type\":\"Succeed\"}}}"))
                .join()
                .stateMachineArn();
        bus.putRule(request -> request.name("promotions")
                        .eventPattern("{\"source\":[\"tidemark\"],\"detail-type\":[\"Promoted\"]}"))
                .join();
        bus.putTargets(request -> request.rule("promotions")
                        .targets(Target.builder()
                                .id("listener")
                                .arn(machine)
                                .roleArn(role)
                                .build()))
                .join();
        return machine;
    }

    /** As the monitor's machine does. */
    private static void tellOfConcept(EventBridgeAsyncClient bus, String at) {
        ObjectNode detail =
                JSON.createObjectNode().put("model", "offers").put("at", at).put("status", "fail");
        detail.putArray("versions")
                .addObject()
                .put("version", "v0")
                .put("status", "fail")
                .put("cause", "concept");
        assertThat(bus.putEvents(request -> request.entries(PutEventsRequestEntry.builder()
                                .source("tidemark")
                                .detailType("Tidemark Monitor")
                                .detail(detail.toString())
                                .build()))
                        .join()
                        .failedEntryCount())
                .isZero();
    }

    private static List<ExecutionListItem> executions(SfnAsyncClient steps, String machine) {
        return steps.listExecutions(request -> request.stateMachineArn(machine))
                .join()
                .executions();
    }

    /** What the training log has, in order. */
    private List<String> entries(String model) throws IOException {
        List<String> kinds = new ArrayList<>();
        String bucket = deployed.output("Bucket");
        for (S3Object object : clients.s3()
                .listObjectsV2(request -> request.bucket(bucket).prefix("training/" + model + "/log/"))
                .join()
                .contents()) {
            String entry = clients.s3()
                    .getObject(request -> request.bucket(bucket).key(object.key()), AsyncResponseTransformer.toBytes())
                    .join()
                    .asUtf8String();
            kinds.add(JSON.readTree(entry.lines().findFirst().orElseThrow())
                    .path("entry")
                    .asText());
        }
        return kinds;
    }

    private static void await(String what, BooleanSupplier isSo) throws InterruptedException {
        for (int i = 0; i < 600 && !isSo.getAsBoolean(); i++) {
            Thread.sleep(500);
        }
        assertThat(isSo.getAsBoolean()).as(what).isTrue();
    }

    /** Predictions of seconds ago, which nobody should have believed, and their outcomes. */
    private void putOffers(String batch) {
        Instant at = Instant.now().minusSeconds(6);
        String hash = new CatalogCompiler()
                .compile(CATALOG)
                .model("offers")
                .orElseThrow()
                .hash();
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < OFFERS; i++) {
            String id = batch + "-" + i;
            ObjectNode prediction = JSON.createObjectNode()
                    .put("type", "prediction")
                    .put("ts", at.toString())
                    .put("event_id", id)
                    .put("id", id)
                    .put("user_id", "user-" + i)
                    .put("model", "offers")
                    .put("version", "v0")
                    .put("hash", hash)
                    .put("score", 0.5);
            prediction.putObject("keys").put("user_id", "user-" + i);
            prediction.putObject("features").put("scored.events_1h", i);
            ObjectNode answer = JSON.createObjectNode()
                    .put("type", "answer")
                    .put("ts", at.plusSeconds(1).toString())
                    .put("event_id", id + "-answer")
                    .put("user_id", "user-" + i)
                    .put("prediction", id)
                    .put("label", i % 2 == 0);
            for (ObjectNode event : List.of(prediction, answer)) {
                entries.add(entry(id, event.toString().getBytes(StandardCharsets.UTF_8)));
            }
        }
        put(SECOND, entries);
    }

    @Test
    @Order(5)
    void theStateMachineTakesACheckpointAndWhatIsRestoredFromItGoesLive() throws Exception {
        takeCheckpoint();
        put(PART);
        witness.awaitDone(put);
        for (EventSourceMappingConfiguration mapping : mappings()) {
            lambda.deleteEventSourceMapping(request -> request.uuid(mapping.uuid()))
                    .join();
        }

        Map<String, String> shell = deployed.shellEnvironment();
        String catalog = folder.resolve("catalog.yaml").toString();
        assertThat(TidemarkCommand.run(shell, "checkpoint", "verify", "--aws")).contains("all whole");
        assertThat(TidemarkCommand.run(shell, "restore", "--to", "g2", "--catalog", catalog, "--aws"))
                .contains("Generation g2 is live");
        goLiveOn("g2");
        put(PART);
        witness.awaitDone(put);

        assertThat(witness.get("/v1/health").path("generation").asText()).isEqualTo("g2");
        compareWithTheOracle();
    }

    /** Each purchase of the shop that can be read is there, as often as it was delivered, and each copy is the same. */
    @Test
    @Order(6)
    void whatIsForwardedIsOnTheOtherStream() throws Exception {
        Set<String> wanted = new TreeSet<>();
        for (StreamRecord record : witness.records(STREAM)) {
            String text = new String(record.data(), StandardCharsets.UTF_8);
            if (text.contains("\"type\":\"purchase\"")
                    && !JSON.readTree(text).path("ts").isMissingNode()) {
                wanted.add(record.sequenceNumber());
            }
        }
        Map<String, Set<String>> forwarded = Map.of();
        for (int i = 0; i < 240 && !forwarded.keySet().containsAll(wanted); i++) {
            Thread.sleep(500);
            forwarded = forwarded();
        }
        assertThat(wanted).hasSizeGreaterThan(20);
        assertThat(forwarded.keySet()).isEqualTo(wanted);
        assertThat(forwarded.values()).allMatch(copies -> copies.size() == 1);
    }

    /** The distinct texts of each record, by where it was before. */
    private Map<String, Set<String>> forwarded() throws IOException {
        Map<String, Set<String>> forwarded = new TreeMap<>();
        for (StreamRecord record : witness.records(FORWARD_TO)) {
            String text = new String(record.data(), StandardCharsets.UTF_8);
            String origin = JSON.readTree(text).path("origin").asText();
            forwarded
                    .computeIfAbsent(
                            origin.substring(origin.indexOf('/') + 1, origin.indexOf(':')), key -> new TreeSet<>())
                    .add(text);
        }
        return forwarded;
    }

    private void compareWithTheOracle() {
        List<StreamRecord> records = new ArrayList<>();
        List<ShardDescent> descents = new ArrayList<>();
        for (String stream : STREAMS) {
            records.addAll(witness.records(stream));
            descents.addAll(witness.descents(stream));
        }
        Oracle oracle = new Oracle(KNOWN, records, descents);
        assertThat(oracle.entities("scored")).isNotEmpty();
        int values = witness.compareAll(oracle);
        witness.compareCounts(oracle, view -> !view.startsWith("offers$"));
        assertThat(values).as("values compared; seed " + SEED).isGreaterThan(1_000);
    }

    private static List<SampleEvent> shuffledEventsOfTheLastHours() {
        List<SampleEvent> samples = Sample.SHOP.events().subList(0, 4 * PART);
        long endMillis = System.currentTimeMillis() - Duration.ofMinutes(10).toMillis();
        List<SampleEvent> shifted =
                new ArrayList<>(SampleReplay.shift(samples, SampleReplay.deltaToEndAt(samples, endMillis)));
        Collections.shuffle(shifted, new Random(SEED));
        return shifted;
    }

    private void put(int count) {
        int from = 0;
        List<SampleEvent> next = events.subList(0, Math.min(count, events.size()));
        while (from < next.size()) {
            List<PutRecordsRequestEntry> entries = next.subList(from, Math.min(next.size(), from + 100)).stream()
                    .map(event -> entry(event.partitionKey(), event.bytes()))
                    .toList();
            putAll(entries);
            from += entries.size();
        }
        next.clear();
    }

    private int putBad(String... texts) {
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (String text : texts) {
            entries.add(entry("bad-" + entries.size(), text.getBytes(StandardCharsets.UTF_8)));
        }
        putAll(entries);
        return entries.size();
    }

    private static PutRecordsRequestEntry entry(String partitionKey, byte[] data) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(SdkBytes.fromByteArray(data))
                .build();
    }

    private void putAll(List<PutRecordsRequestEntry> entries) {
        STREAMS.forEach(stream -> put(stream, entries));
    }

    private void put(String stream, List<PutRecordsRequestEntry> entries) {
        assertThat(clients.kinesis()
                        .putRecords(request -> request.streamName(stream).records(entries))
                        .join()
                        .failedRecordCount())
                .isZero();
        put += entries.size();
    }

    private long quarantinedRecords() {
        return clients.s3()
                .listObjectsV2(
                        request -> request.bucket(deployed.output("Bucket")).prefix("quarantine/"))
                .join()
                .contents()
                .size();
    }

    private List<Shard> shards() {
        return clients.kinesis()
                .listShards(request -> request.streamName(STREAM))
                .join()
                .shards();
    }

    /** The first records of a shard, as a mapping delivers them. */
    private ObjectNode delivery(String shardId) {
        KinesisAsyncClient kinesis = clients.kinesis();
        String iterator = kinesis.getShardIterator(request ->
                        request.streamName(STREAM).shardId(shardId).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .join()
                .shardIterator();
        ObjectNode event = JSON.createObjectNode();
        ArrayNode records = event.putArray("Records");
        for (Record record : kinesis.getRecords(
                        request -> request.shardIterator(iterator).limit(100))
                .join()
                .records()) {
            ObjectNode delivered = records.addObject()
                    .put("eventID", shardId + ":" + record.sequenceNumber())
                    .put("eventName", "aws:kinesis:record")
                    .put("eventSource", "aws:kinesis")
                    .put("eventSourceARN", deployed.output("StreamArn"))
                    .put("eventVersion", "1.0")
                    .put("awsRegion", "us-east-1");
            delivered
                    .putObject("kinesis")
                    .put("kinesisSchemaVersion", "1.0")
                    .put("partitionKey", record.partitionKey())
                    .put("sequenceNumber", record.sequenceNumber())
                    .put(
                            "data",
                            Base64.getEncoder().encodeToString(record.data().asByteArray()))
                    .put(
                            "approximateArrivalTimestamp",
                            record.approximateArrivalTimestamp().toEpochMilli() / 1000.0);
        }
        assertThat(records).as("records of " + shardId).isNotEmpty();
        return event;
    }

    private static List<JsonNode> counts(JsonNode views) {
        List<JsonNode> counts = new ArrayList<>();
        views.forEach(view -> counts.add(view.path("counts")));
        return counts;
    }

    /** The status, which the document repeats. */
    @Test
    @Order(3)
    void aModelsVectorIsAnsweredAsJsonAndAsArrow() throws Exception {
        String json = new String(vector("application/json"), StandardCharsets.UTF_8);
        assertThat(JSON.readTree(json).at("/rows/0/values/8").intValue())
                .as(json)
                .isEqualTo(5);
        assertThat(vector("application/vnd.apache.arrow.stream")).startsWith(-1, -1, -1, -1);
    }

    private byte[] vector(String accept) throws IOException, InterruptedException {
        String body = "{\"rows\":[{\"keys\":{\"user_id\":\"u\",\"item_id\":\"i\",\"category\":\"c\"},"
                + "\"request\":{\"list_price\":5}}]}";
        HttpResponse<byte[]> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(deployed.api() + "/v1/models/discount:features"))
                                .header("Accept", accept)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private int problem(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(deployed.api() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        JsonNode document = JSON.readTree(answer.body());
        assertThat(document.path("status").asInt()).as(answer.body()).isEqualTo(answer.statusCode());
        return answer.statusCode();
    }

    private void takeCheckpoint() throws InterruptedException {
        try (SfnAsyncClient steps =
                deployed.configured(SfnAsyncClient.builder()).build()) {
            String execution = steps.startExecution(
                            request -> request.stateMachineArn(deployed.resource("CheckpointMachine"))
                                    .input("{}"))
                    .join()
                    .executionArn();
            ExecutionStatus status = ExecutionStatus.RUNNING;
            for (int i = 0; i < 600 && status == ExecutionStatus.RUNNING; i++) {
                Thread.sleep(500);
                status = steps.describeExecution(request -> request.executionArn(execution))
                        .join()
                        .status();
            }
            assertThat(status).isEqualTo(ExecutionStatus.SUCCEEDED);
        }
    }

    /** One for each stream. */
    private List<EventSourceMappingConfiguration> mappings() {
        List<EventSourceMappingConfiguration> mappings = lambda.listEventSourceMappings(
                        request -> request.functionName(deployed.resource("IngestFunction")))
                .join()
                .eventSourceMappings();
        assertThat(mappings)
                .extracting(mapping -> mapping.eventSourceArn().replaceFirst(".*:stream/", ""))
                .containsExactlyInAnyOrderElementsOf(STREAMS);
        return mappings;
    }

    /** As an update of the stack with {@code Generation} and {@code DeliverRecords} does (docs/restore.md). */
    private void goLiveOn(String generation) {
        for (String function : List.of("IngestFunction", "QueryFunction")) {
            String name = deployed.resource(function);
            Map<String, String> environment =
                    new HashMap<>(lambda.getFunctionConfiguration(request -> request.functionName(name))
                            .join()
                            .environment()
                            .variables());
            environment.put("TIDEMARK_GENERATION", generation);
            environment.put("TIDEMARK_STATE_TABLE", generation + "-state");
            environment.put("TIDEMARK_CONTROL_TABLE", generation + "-control");
            lambda.updateFunctionConfiguration(
                            request -> request.functionName(name).environment(set -> set.variables(environment)))
                    .join();
            lambda.waiter()
                    .waitUntilFunctionUpdatedV2(request -> request.functionName(name))
                    .join();
            String version = lambda.publishVersion(request -> request.functionName(name))
                    .join()
                    .version();
            lambda.waiter()
                    .waitUntilPublishedVersionActive(
                            request -> request.functionName(name).qualifier(version))
                    .join();
            lambda.updateAlias(
                            request -> request.functionName(name).name("live").functionVersion(version))
                    .join();
        }
        STREAMS.forEach(this::map);
    }

    private void map(String stream) {
        lambda.createEventSourceMapping(request -> request.functionName(deployed.resource("IngestFunction") + ":live")
                        .eventSourceArn(deployed.output("StreamArn").replace(STREAM, stream))
                        .startingPosition("TRIM_HORIZON")
                        .parallelizationFactor(1)
                        .bisectBatchOnFunctionError(true)
                        .functionResponseTypesWithStrings("ReportBatchItemFailures")
                        .maximumRetryAttempts(-1)
                        .maximumRecordAgeInSeconds(-1)
                        .batchSize(1000)
                        .maximumBatchingWindowInSeconds(0))
                .join();
    }
}
