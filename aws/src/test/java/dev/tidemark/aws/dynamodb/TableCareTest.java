package dev.tidemark.aws.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.testing.LocalAws;
import dev.tidemark.aws.testing.ScriptedHttp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Tables of a restored generation are kept as the first are. */
class TableCareTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AWS_KEY = "arn:aws:kms:us-east-1:000000000000:key/of-aws";
    private static final String OWN_KEY = "arn:aws:kms:us-east-1:000000000000:key/own";

    /** What DynamoDB holds: by name, how each table is kept. */
    private final Map<String, TableCare> tables = new TreeMap<>();

    private final Map<String, String> refused = new HashMap<>();
    private final List<String> changes = new ArrayList<>();
    private final ScriptedHttp server = new ScriptedHttp(this::answer);
    private final AwsClients clients = AwsClients.of(
            Map.of(
                    "AWS_REGION",
                    "us-east-1",
                    "AWS_ENDPOINT_URL_DYNAMODB",
                    server.endpoint().toString()),
            LocalAws.CREDENTIALS);

    @AfterEach
    void close() {
        clients.close();
        server.close();
    }

    private void createLike(String first) {
        TableCare care = TableCare.of(clients.dynamoDb(), first).join().orElseThrow();
        Tables.create(clients.dynamoDb(), "g2-state", "g2-control", care).join();
    }

    @Test
    void newTablesHaveTheKeyTheProtectionAndTheRecoveryOfTheFirst() {
        tables.put("first", new TableCare(true, true, OWN_KEY));
        createLike("first");
        assertThat(tables)
                .containsEntry("g2-state", tables.get("first"))
                .containsEntry("g2-control", tables.get("first"));
    }

    @Test
    void theKeyOfAwsIsNotNamed() {
        tables.put("first", new TableCare(true, true, AWS_KEY));
        createLike("first");
        assertThat(tables).containsEntry("g2-state", new TableCare(true, true, AWS_KEY));
        assertThat(changes).noneMatch(change -> change.contains("KMSMasterKeyId"));
    }

    @Test
    void whatTheFirstDoesNotHaveIsNotAddedAndWhatTheNewHasIsNotTaken() {
        tables.put("first", TableCare.NONE);
        tables.put("g2-control", TableCare.MOST);
        createLike("first");
        assertThat(tables).containsEntry("g2-state", TableCare.NONE).containsEntry("g2-control", TableCare.MOST);
    }

    /** A restore that is run again, or was begun by a version that did not care. */
    @Test
    void tablesThatAreThereAlreadyGetWhatTheyLack() {
        tables.put("first", new TableCare(true, true, OWN_KEY));
        tables.put("g2-state", TableCare.NONE);
        tables.put("g2-control", new TableCare(true, false, OWN_KEY));
        createLike("first");
        assertThat(tables)
                .containsEntry("g2-state", tables.get("first"))
                .containsEntry("g2-control", tables.get("first"));
        tables.put("g2-state", TableCare.NONE);
        tables.put("g2-control", TableCare.NONE);
        tables.put("first", new TableCare(true, true, AWS_KEY));
        changes.clear();
        createLike("first");
        assertThat(tables).containsEntry("g2-state", tables.get("first"));
        assertThat(changes).as("the key of AWS").noneMatch(change -> change.contains(AWS_KEY));
        int before = changes.size();
        createLike("first");
        assertThat(changes).hasSize(before);
    }

    @Test
    void ofATableThatIsGoneNothingIsKnown() {
        assertThat(TableCare.of(clients.dynamoDb(), "gone").join()).isEmpty();
    }

    @Test
    void whoMayNotSeeHowATableIsKeptIsToldAndCreatesNone() {
        tables.put("first", TableCare.MOST);
        refused.put("DescribeContinuousBackups", "AccessDeniedException");
        assertThatThrownBy(() -> createLike("first")).hasMessageContaining("AccessDeniedException");
        assertThat(tables).containsOnlyKeys("first");
    }

    @Test
    void aDynamoDbThatKnowsNoRecoveryHasNone() {
        tables.put("first", TableCare.MOST);
        refused.put("DescribeContinuousBackups", "UnknownOperationException");
        createLike("first");
        assertThat(tables).containsEntry("g2-state", new TableCare(true, false, null));
        refused.put("UpdateContinuousBackups", "UnknownOperationException");
        Tables.create(clients.dynamoDb(), "g3-state", "g3-control", TableCare.MOST)
                .join();
        assertThat(tables).containsEntry("g3-state", new TableCare(true, false, null));
    }

    @Test
    void dynamoDbLocalProtectsToo() {
        DynamoDbAsyncClient local = LocalAws.clients().dynamoDb();
        String name = "care-" + UUID.randomUUID();
        Tables.create(local, name + "-state", name + "-control").join();
        assertThat(TableCare.of(local, name + "-state").join()).contains(TableCare.NONE);
        Tables.create(local, name + "-state", name + "-control", TableCare.MOST).join();
        assertThat(TableCare.of(local, name + "-state").join().orElseThrow().deletionProtected())
                .isTrue();
    }

    private ScriptedHttp.Answer answer(String target, byte[] body) throws IOException {
        JsonNode request = JSON.readTree(body);
        String operation = target.substring(target.indexOf('.') + 1);
        String table = request.path("TableName").asText();
        ObjectNode answer = JSON.createObjectNode();
        if (refused.containsKey(operation)) {
            answer.put("__type", "com.amazonaws.dynamodb#" + refused.get(operation))
                    .put("message", refused.get(operation));
            return new ScriptedHttp.Answer(400, "application/x-amz-json-1.0", JSON.writeValueAsBytes(answer));
        }
        TableCare has = tables.get(table);
        if (operation.equals("CreateTable") ? has != null : has == null) {
            answer.put(
                            "__type",
                            "com.amazonaws.dynamodb.v20120810#"
                                    + (has == null ? "ResourceNotFoundException" : "ResourceInUseException"))
                    .put("message", "by script");
            return new ScriptedHttp.Answer(400, "application/x-amz-json-1.0", JSON.writeValueAsBytes(answer));
        }
        if (operation.startsWith("Update") || operation.equals("CreateTable")) {
            changes.add(operation + " " + request);
        }
        TableCare before = has == null ? TableCare.NONE : has;
        boolean encrypts = request.at("/SSESpecification/Enabled").asBoolean();
        TableCare after = new TableCare(
                request.path("DeletionProtectionEnabled").asBoolean(before.deletionProtected()),
                request.at("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")
                        .asBoolean(before.recoverable()),
                encrypts ? request.at("/SSESpecification/KMSMasterKeyId").asText(AWS_KEY) : before.keyArn());
        tables.put(table, after);
        describe(answer, after);
        return new ScriptedHttp.Answer(200, "application/x-amz-json-1.0", JSON.writeValueAsBytes(answer));
    }

    /** Every answer in one: each operation reads its own part. */
    private static void describe(ObjectNode answer, TableCare care) {
        ObjectNode table = answer.putObject("Table");
        table.put("TableStatus", "ACTIVE").put("DeletionProtectionEnabled", care.deletionProtected());
        if (care.keyArn() != null) {
            table.putObject("SSEDescription")
                    .put("Status", "ENABLED")
                    .put("SSEType", "KMS")
                    .put("KMSMasterKeyArn", care.keyArn());
        }
        answer.putObject("ContinuousBackupsDescription")
                .put("ContinuousBackupsStatus", "ENABLED")
                .putObject("PointInTimeRecoveryDescription")
                .put("PointInTimeRecoveryStatus", care.recoverable() ? "ENABLED" : "DISABLED");
    }
}
