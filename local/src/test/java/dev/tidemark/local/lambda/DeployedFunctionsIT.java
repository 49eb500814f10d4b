package dev.tidemark.local.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.Environment;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.oracle.ViewReport;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.samplesevents.SampleReplay;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar that infra/template.yaml uploads, with the handlers that it names, under Amazon's own runtime client: packaging,
 * serialization and handler names, in the payloads of the event source mapping, API Gateway, the schedules and the state
 * machine.
 */
class DeployedFunctionsIT {

    private static final int EVENTS = 1_800;
    private static final int BATCH = 300;

    /** So that one shard has several segments of an hour, which can be compacted. */
    private static final int SMALL_BATCH = 30;

    private static final int ENTITIES_PER_REQUEST = 50;
    private static final long AGO_MILLIS = 600_000;

    @TempDir
    private static Path unpacked;

    @TempDir
    private Path directory;

    @BeforeAll
    static void unpack() throws IOException {
        TaskRoot.assumeThatTheRuntimeClientRunsHere();
        TaskRoot.unpack(unpacked);
    }

    @Test
    void theFunctionsDoWhatTheyAreFor() throws Exception {
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory);
                Sandbox query = backEnds.start("QueryFunction")) {
            assertThat(backEnds.functions())
                    .as("each has its part below")
                    .containsExactlyInAnyOrder(
                            "IngestFunction",
                            "ForwardFunction",
                            "QueryFunction",
                            "CheckpointFunction",
                            "CompactFunction",
                            "AuditFunction",
                            "MonitorFunction");
            List<StreamRecord> records = records();
            Oracle oracle = new Oracle(Sample.SHOP.catalog(), records);
            ingest(backEnds, records);
            forward(backEnds, records.subList(0, BATCH));
            compareValues(query, oracle);
            compareCounts(query, oracle, backEnds);
            String before = valueOfThePast(query, oracle);
            checkpoint(backEnds);
            compact(backEnds);
            audit(backEnds);
            monitor(backEnds);
            assertThat(valueOfThePast(query, oracle)).isEqualTo(before);
        }
    }

    private static void ingest(BackEnds backEnds, List<StreamRecord> records) throws IOException {
        try (Sandbox ingest = backEnds.start("IngestFunction")) {
            Map<String, List<StreamRecord>> shards = records.stream()
                    .collect(Collectors.groupingBy(StreamRecord::shardId, TreeMap::new, Collectors.toList()));
            int batchSize = SMALL_BATCH;
            for (List<StreamRecord> shard : shards.values()) {
                for (List<StreamRecord> batch : deliveries(shard, batchSize)) {
                    String answer = ingest.invoke(Payloads.kinesis(backEnds.streamArn(), batch));
                    assertThat(json(answer)).isEqualTo(json("{\"batchItemFailures\":[]}"));
                }
                batchSize = BATCH;
            }
            assertThat(sum(ingest, "records")).isGreaterThan(records.size());
            assertThat(sum(ingest, "redelivered")).isGreaterThan(records.size());
            assertThat(sum(ingest, "quarantined")).isPositive();
            assertThat(backEnds.journal().entries())
                    .contains("lambda GET /2015-03-31/event-source-mappings", "kinesis DescribeStreamSummary");
        }
    }

    /** At first the other stream takes nothing. */
    private static void forward(BackEnds backEnds, List<StreamRecord> records) throws IOException {
        String shard = records.get(0).shardId();
        List<StreamRecord> batch = records.stream()
                .filter(record -> record.shardId().equals(shard))
                .toList();
        List<String> wanted = batch.stream()
                .map(record -> new String(record.data(), UTF_8))
                .filter(text -> text.contains("\"type\":\"purchase\""))
                .toList();
        try (Sandbox forward = backEnds.start("ForwardFunction")) {
            String payload = Payloads.kinesis(backEnds.streamArn(), batch);
            backEnds.kinesis().refuse((operation, body) -> operation.equals("PutRecords"));
            JsonNode failures = json(forward.invoke(payload)).path("batchItemFailures");
            backEnds.kinesis().refuse((operation, body) -> false);

            assertThat(failures).hasSize(1);
            assertThat(backEnds.forwarded()).isEmpty();
            assertThat(json(forward.invoke(payload))).isEqualTo(json("{\"batchItemFailures\":[]}"));
            assertThat(wanted).isNotEmpty();
            assertThat(backEnds.forwarded()).hasSize(wanted.size()).allMatch(text -> text.contains("\"origin\":\""));
            assertThat(sum(forward, "forwarded")).isEqualTo(wanted.size());
            assertThat(sum(forward, "forwardFailures")).isEqualTo(wanted.size());
        }
    }

    /** Every batch a second time and with some before it, as after a time-out. */
    private static List<List<StreamRecord>> deliveries(List<StreamRecord> shard, int batchSize) {
        List<List<StreamRecord>> batches = new ArrayList<>();
        for (int from = 0; from < shard.size(); from += batchSize) {
            int to = Math.min(shard.size(), from + batchSize);
            batches.add(shard.subList(from, to));
            batches.add(shard.subList(Math.max(0, from - batchSize / 3), to));
        }
        return batches;
    }

    private static void compareValues(Sandbox query, Oracle oracle) {
        List<String> differences = new ArrayList<>();
        int values = 0;
        for (String view : oracle.views()) {
            List<String> entities = oracle.entities(view);
            for (int from = 0; from < entities.size(); from += ENTITIES_PER_REQUEST) {
                List<String> some = entities.subList(from, Math.min(entities.size(), from + ENTITIES_PER_REQUEST));
                JsonNode answer = ok(query.invoke(Payloads.post("/v1/features:batch", question(view, some))));
                long atMillis = Instant.parse(answer.path("at").asText()).toEpochMilli();
                for (int i = 0; i < some.size(); i++) {
                    JsonNode features = answer.at("/results/0/entities/" + i + "/features");
                    values += features.size();
                    differences.addAll(Answers.differences(oracle.answer(view, some.get(i), atMillis), features));
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(values).as("values compared").isGreaterThan(4_000);
    }

    private static String question(String view, List<String> entities) {
        ObjectNode body = new ObjectMapper().createObjectNode();
        ArrayNode keys = body.putArray("queries").addObject().put("view", view).putArray("entities");
        entities.forEach(keys::add);
        return body.toString();
    }

    private static void compareCounts(Sandbox query, Oracle oracle, BackEnds backEnds) {
        int quarantined = 0;
        for (JsonNode view :
                ok(query.invoke(Payloads.get("/v1/health", Map.of()))).path("views")) {
            ViewReport report = oracle.report(view.path("view").asText());
            assertThat(view.at("/counts/folded").longValue()).isEqualTo(report.folded());
            assertThat(view.at("/counts/tooLate").longValue())
                    .isEqualTo(report.tooLate().size());
            quarantined += report.quarantined().size();
        }
        assertThat(quarantined).isPositive();
        assertThat(backEnds.quarantined()).isEqualTo(quarantined);
    }

    /** Read from the archive, which needs the client of S3 and is what compaction changes the objects of. */
    private static String valueOfThePast(Sandbox query, Oracle oracle) {
        String entity = oracle.entities("viewer").get(0);
        Instant at = Instant.ofEpochMilli(System.currentTimeMillis() / 3_600_000 * 3_600_000 - 4 * 3_600_000L);
        JsonNode answer = ok(query.invoke(
                Payloads.get("/v1/views/viewer/entities/" + entity, Map.of("at", at.toString(), "knowledge", "now"))));
        assertThat(Answers.differences(oracle.answerUpTo("viewer", entity, at.toEpochMilli()), answer.path("features")))
                .isEmpty();
        return answer.path("features").toString();
    }

    /** As the state machine does: the answer is the next input, until it says that it is done. */
    private static void checkpoint(BackEnds backEnds) throws IOException {
        try (Sandbox checkpoint = backEnds.start("CheckpointFunction")) {
            JsonNode answer = json(checkpoint.invoke("{}"));
            String id = answer.get("id").asText();
            while (!answer.get("done").booleanValue()) {
                answer = json(checkpoint.invoke(answer.toString()));
                assertThat(answer.get("id").asText()).isEqualTo(id);
            }
            assertThat(sum(checkpoint, "checkpoints")).isOne();
            assertThat(sum(checkpoint, "checkpointItems")).isPositive();
            assertThat(backEnds.journal().entries()).contains("s3 PUT /tidemark/checkpoint/manifests/" + id + ".json");
        }
    }

    private static void compact(BackEnds backEnds) throws IOException {
        try (Sandbox compact = backEnds.start("CompactFunction")) {
            String input = backEnds.scheduledInput("CompactFunction", "Hourly");
            assertThat(json(compact.invoke(input)).isNull()).isTrue();
            assertThat(sum(compact, "segmentsMerged")).isPositive();
            assertThat(sum(compact, "archiveDamage")).isZero();
        }
    }

    private static void audit(BackEnds backEnds) throws IOException {
        try (Sandbox audit = backEnds.start("AuditFunction")) {
            String input = backEnds.scheduledInput("AuditFunction", "Scheduled");
            assertThat(json(audit.invoke(input)).isNull()).isTrue();
            assertThat(sum(audit, "auditedItems")).isPositive();
            assertThat(sum(audit, "auditEntitiesLeft")).isZero();
            assertThat(sum(audit, "auditFaults")).isZero();
        }
    }

    /** The sample's model is looked at only if it has a monitor; what is not to be remembered is not written. */
    private static void monitor(BackEnds backEnds) throws IOException {
        try (Sandbox monitor = backEnds.start("MonitorFunction")) {
            JsonNode found = json(monitor.invoke("{}"));
            assertThat(found.get("changes").isArray()).isTrue();
            assertThat(json(monitor.invoke(found.toString())).get("changes")).isEmpty();
        }
    }

    @Test
    void theRecordThatFailsIsTheOneThatTheMappingIsToldOf() throws Exception {
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory);
                Sandbox ingest = backEnds.start("IngestFunction");
                Sandbox query = backEnds.start("QueryFunction")) {
            List<StreamRecord> records = IntStream.range(0, 30)
                    .mapToObj(i -> view("buyer-" + i % 10, i))
                    .toList();
            backEnds.dynamoDb().refuse((operation, body) -> operation.equals("PutItem") && body.contains("buyer-7"));

            JsonNode failures = json(ingest.invoke(Payloads.kinesis(backEnds.streamArn(), records)));

            assertThat(failures)
                    .isEqualTo(json("{\"batchItemFailures\":[{\"itemIdentifier\":\""
                            + records.get(7).sequenceNumber() + "\"}]}"));
            backEnds.dynamoDb().refuse((operation, body) -> false);
            String rest = Payloads.kinesis(backEnds.streamArn(), records.subList(7, 30));
            assertThat(json(ingest.invoke(rest)).path("batchItemFailures")).isEmpty();
            compareFew(query, new Oracle(Sample.SHOP.catalog(), records));
        }
    }

    private static void compareFew(Sandbox query, Oracle oracle) {
        for (String entity : oracle.entities("viewer")) {
            JsonNode answer = ok(query.invoke(Payloads.get("/v1/views/viewer/entities/" + entity, Map.of())));
            long atMillis = Instant.parse(answer.path("at").asText()).toEpochMilli();
            assertThat(answer.at("/features/views_24h").intValue()).isEqualTo(3);
            assertThat(Answers.differences(oracle.answer("viewer", entity, atMillis), answer.path("features")))
                    .isEmpty();
        }
    }

    static StreamRecord view(String user, int number) {
        long arrivalMillis = System.currentTimeMillis() - AGO_MILLIS + number;
        String event = "{\"event_id\":\"n" + number + "\",\"type\":\"view\",\"ts\":\""
                + Instant.ofEpochMilli(arrivalMillis) + "\",\"user_id\":\"" + user
                + "\",\"item\":{\"id\":\"hat\",\"category\":\"hats\"},\"price\":" + number
                + ".25,\"device\":\"phone\"}";
        return new StreamRecord(
                Sample.SHOP.stream(),
                "shardId-000000000002",
                "4959033827149025660855969253836157109592157598913658" + (1_000 + number),
                0,
                arrivalMillis,
                event.getBytes(UTF_8));
    }

    @Test
    void aQuestionWithoutAnAnswerIsAProblemDocument() throws Exception {
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory);
                Sandbox query = backEnds.start("QueryFunction")) {
            problem(query.invoke(Payloads.get("/v1/views/nope/entities/user-1", Map.of())), 404);
            problem(query.invoke(Payloads.get("/v1/nowhere", Map.of())), 404);
            problem(query.invoke(Payloads.get("/v1/views/viewer/entities/u", Map.of("at", "yesterday"))), 400);
            problem(query.invoke(Payloads.post("/v1/features:batch", "{\"queries\":")), 400);
            problem(query.invoke(Payloads.request("DELETE", "/v1/catalog", Map.of(), null)), 405);
        }
    }

    @Test
    void aModelsVectorIsAnsweredAsJsonAndAsArrow() throws Exception {
        String path = "/v1/models/discount:features";
        String body = "{\"rows\":[{\"keys\":{\"user_id\":\"u\",\"item_id\":\"i\",\"category\":\"c\"},"
                + "\"request\":{\"list_price\":5}}]}";
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory);
                Sandbox query = backEnds.start("QueryFunction")) {
            assertThat(ok(query.invoke(Payloads.post(path, body)))
                            .at("/rows/0/values/8")
                            .intValue())
                    .isEqualTo(5);
            JsonNode arrow = json(query.invoke(Payloads.post(path, body, "application/vnd.apache.arrow.stream")));
            assertThat(arrow.get("isBase64Encoded").booleanValue()).isTrue();
            assertThat(arrow.at("/headers/Content-Type").asText()).isEqualTo("application/vnd.apache.arrow.stream");
        }
    }

    private static void problem(String answer, int status) {
        JsonNode response = json(answer);
        assertThat(response.get("statusCode").intValue()).as(answer).isEqualTo(status);
        assertThat(response.at("/headers/Content-Type").asText()).isEqualTo("application/problem+json");
        JsonNode document = json(response.get("body").asText());
        assertThat(document.get("status").intValue()).isEqualTo(status);
        assertThat(document.path("remedy").asText()).isNotBlank();
    }

    @Test
    void aMappingThatWouldLoseRecordsFailsTheInvocation() throws Exception {
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory);
                Sandbox ingest = backEnds.start("IngestFunction")) {
            backEnds.changeMapping("ParallelizationFactor", 2);
            String payload = Payloads.kinesis(backEnds.streamArn(), List.of(view("buyer-1", 1)));

            assertThatThrownBy(() -> ingest.invoke(payload))
                    .isInstanceOf(FunctionFailed.class)
                    .hasMessageContaining("set its parallelization factor to 1");

            assertThat(backEnds.journal().entries()).noneMatch(call -> call.startsWith("dynamodb"));
        }
    }

    @Test
    void aFunctionThatCannotFindItsTablesSaysSoWhenItStarts() throws Exception {
        try (BackEnds backEnds = new BackEnds(Sample.SHOP, unpacked, directory)) {
            for (String function : List.of("IngestFunction", "AuditFunction")) {
                try (Sandbox sandbox = backEnds.startWith(function, Environment.STATE_TABLE.variable(), "")) {
                    assertThatThrownBy(sandbox::initialized)
                            .isInstanceOf(FunctionFailed.class)
                            .hasMessageContaining("init/error")
                            .hasMessageContaining(Environment.STATE_TABLE.variable() + " is not set");
                }
            }
        }
    }

    private static List<StreamRecord> records() {
        List<SampleEvent> all = Sample.SHOP.events();
        List<SampleEvent> events = all.subList(all.size() - EVENTS, all.size());
        long deltaMillis = SampleReplay.deltaToEndAt(events, System.currentTimeMillis() - AGO_MILLIS);
        return SampleReplay.asGenerated(Sample.SHOP, SampleReplay.shift(events, deltaMillis)).stream()
                .map(record -> new StreamRecord(
                        record.stream(),
                        record.shardId(),
                        record.sequenceNumber(),
                        record.subsequence(),
                        record.arrivalMillis() + deltaMillis,
                        record.data()))
                .toList();
    }

    /** The body of an answer with status 200. */
    private static JsonNode ok(String answer) {
        JsonNode response = json(answer);
        assertThat(response.path("statusCode").intValue()).as(answer).isEqualTo(200);
        assertThat(response.at("/headers/Content-Type").asText()).isEqualTo("application/json");
        assertThat(response.path("isBase64Encoded").booleanValue()).isFalse();
        return json(response.get("body").asText());
    }

    /** The sum of a metric over the log's lines; those that are no JSON objects are the runtime client's. */
    private static long sum(Sandbox sandbox, String metric) {
        return sandbox.log().stream()
                .filter(line -> line.startsWith("{"))
                .mapToLong(line -> json(line).path(metric).asLong())
                .sum();
    }

    private static JsonNode json(String text) {
        return Answers.read(text);
    }
}
