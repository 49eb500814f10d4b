package dev.tidemark.local.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.dynamodb.Tables;
import dev.tidemark.core.async.Failures;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/** The tables answer callers in their process as they answer over HTTP. */
class NearTablesTest {

    private static DynamoDbStore store;
    private static AwsClients clients;

    @BeforeAll
    static void start() throws Exception {
        store = DynamoDbStore.start(0, null);
        clients = AwsClients.of(
                Map.of(
                        "AWS_REGION",
                        "us-east-1",
                        "AWS_ENDPOINT_URL_DYNAMODB",
                        store.endpoint().toString()),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
        Tables.create(clients.dynamoDb(), "state", "control").join();
        Tables.create(store.client(), "near-state", "near-control").join();
    }

    @AfterAll
    static void stop() {
        clients.close();
        store.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void everyOutcomeIsThatOverHttp(long seed) {
        ItemStore far = items(clients.dynamoDb(), "state");
        ItemStore near = items(store.client(), "near-state");
        Random random = new Random(seed);
        for (int step = 0; step < 300; step++) {
            ItemKey key = key(seed, random.nextInt(4), random.nextInt(8));
            if (random.nextInt(3) > 0) {
                StoredItem item = new StoredItem(mark(random.nextInt(4)), new byte[random.nextInt(200)], 0);
                Position expected = random.nextBoolean() ? null : mark(random.nextInt(4));

                assertThat(near.put(key, item, expected).join())
                        .as("step %s", step)
                        .usingRecursiveComparison()
                        .withStrictTypeChecking()
                        .isEqualTo(far.put(key, item, expected).join());
            } else if (random.nextBoolean()) {
                long first = random.nextInt(8);
                List<BlockRange> ranges = List.of(new BlockRange("5s", first, first + random.nextInt(4)));

                assertThat(near.query("version", key.entity(), ranges).join())
                        .usingRecursiveComparison()
                        .isEqualTo(far.query("version", key.entity(), ranges).join());
            } else {
                List<ItemKey> keys = IntStream.range(0, 8)
                        .mapToObj(block -> key(seed, random.nextInt(4), block))
                        .toList();

                assertThat(near.read(keys).join())
                        .usingRecursiveComparison()
                        .isEqualTo(far.read(keys).join());
                assertThat(near.readStored(key).join())
                        .usingRecursiveComparison()
                        .isEqualTo(far.readStored(key).join());
            }
        }
    }

    private static ItemStore items(DynamoDbAsyncClient client, String table) {
        return new DynamoItemStore(client, client, table, CapacityMeter.NONE, Backoff.system());
    }

    private static ItemKey key(long seed, int entity, int block) {
        return new ItemKey("version", "entity-" + seed + "-" + entity, "5s", block, "lane.0");
    }

    private static Position mark(int number) {
        return new Position(Integer.toString(1_000 + number), 0);
    }

    @Test
    void aMissingTableIsTheSameFailure() {
        QueryRequest request = QueryRequest.builder()
                .tableName("nowhere")
                .keyConditionExpression("pk = :p")
                .expressionAttributeValues(Map.of(":p", AttributeValue.fromS("x")))
                .build();

        assertThat(failure(store.client(), request)).isEqualTo(failure(clients.dynamoDb(), request));
    }

    private static String failure(DynamoDbAsyncClient client, QueryRequest request) {
        try {
            client.query(request).join();
            return "none";
        } catch (CompletionException e) {
            return String.valueOf(Failures.cause(e).getClass());
        }
    }

    @Test
    void onlySimpleConditionsAreHandedOverInTheOldForm() {
        Map<String, AttributeValue> values = Map.of(
                ":a", AttributeValue.fromS("1"), ":b", AttributeValue.fromS("2"), ":c", AttributeValue.fromS("3"));
        QueryRequest query = QueryRequest.builder()
                .tableName("t")
                .keyConditionExpression("pk = :a AND sk BETWEEN :b AND :c")
                .expressionAttributeValues(values)
                .build();
        PutItemRequest put = PutItemRequest.builder()
                .tableName("t")
                .conditionExpression("attribute_not_exists(pk)")
                .build();

        assertThat(NearTables.plain(query).keyConditions()).containsOnlyKeys("pk", "sk");
        assertThat(NearTables.plain(query).keyConditionExpression()).isNull();
        assertThat(NearTables.plain(put).expected()).containsOnlyKeys("pk");
        for (String other : List.of("pk = :a AND begins_with(sk, :b)", "#p = :a", "pk = :a AND sk > :b")) {
            QueryRequest unchanged =
                    query.toBuilder().keyConditionExpression(other).build();
            assertThat(NearTables.plain(unchanged)).isSameAs(unchanged);
        }
        for (String other : List.of("mark < :a", "attribute_exists(pk)", "mark = :a OR mark = :b")) {
            PutItemRequest unchanged =
                    put.toBuilder().conditionExpression(other).build();
            assertThat(NearTables.plain(unchanged)).isSameAs(unchanged);
        }
        QueryRequest filtered = query.toBuilder().filterExpression("x = :a").build();
        assertThat(NearTables.plain(filtered)).isSameAs(filtered);
    }
}
