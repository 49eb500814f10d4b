package dev.tidemark.aws.dynamodb;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * The tables for the local run, restores and tests. Deployed tables come from infra/template.yaml, which must have the same keys
 * and the same TTL attribute.
 */
public final class Tables {

    /** The attribute that DynamoDB's TTL watches in the state table. */
    public static final String TTL_ATTRIBUTE = ItemAttributes.EXPIRES;

    private Tables() {}

    /** The state table of a generation that was restored. */
    public static String stateOf(String generation) {
        return generation + "-state";
    }

    /** The control table of a generation that was restored. */
    public static String controlOf(String generation) {
        return generation + "-control";
    }

    /** Creates missing tables and completes when both can be used. */
    public static CompletableFuture<Void> create(DynamoDbAsyncClient client, String stateTable, String controlTable) {
        return create(client, stateTable, controlTable, TableCare.NONE);
    }

    /** The same, and gives both at least this protection. Any further protection of a table is kept. */
    public static CompletableFuture<Void> create(
            DynamoDbAsyncClient client, String stateTable, String controlTable, TableCare care) {
        CompletableFuture<Void> state = createIfAbsent(client, care.asked(request(stateTable)))
                .thenCompose(created -> created ? expire(client, stateTable) : done())
                .thenCompose(ready -> care.take(client, stateTable));
        CompletableFuture<Void> control = createIfAbsent(client, care.asked(request(controlTable)))
                .thenCompose(created -> care.take(client, controlTable));
        return CompletableFuture.allOf(state, control);
    }

    /** Both tables have a partition key {@code pk} and a sort key {@code sk}, texts, and are billed on demand. */
    static CreateTableRequest request(String table) {
        return CreateTableRequest.builder()
                .tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(text(ItemAttributes.PARTITION_KEY), text(ItemAttributes.SORT_KEY))
                .keySchema(key(ItemAttributes.PARTITION_KEY, KeyType.HASH), key(ItemAttributes.SORT_KEY, KeyType.RANGE))
                .build();
    }

    private static AttributeDefinition text(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static CompletableFuture<Boolean> createIfAbsent(DynamoDbAsyncClient client, CreateTableRequest request) {
        return client.createTable(request)
                .thenCompose(
                        created -> client.waiter().waitUntilTableExists(wait -> wait.tableName(request.tableName())))
                .thenApply(exists -> true)
                .exceptionally(failure -> {
                    if (WriteOutcome.unwrap(failure) instanceof ResourceInUseException) {
                        return false;
                    }
                    throw new CompletionException(WriteOutcome.unwrap(failure));
                });
    }

    private static CompletableFuture<Void> expire(DynamoDbAsyncClient client, String table) {
        return client.updateTimeToLive(request -> request.tableName(table)
                        .timeToLiveSpecification(
                                ttl -> ttl.attributeName(TTL_ATTRIBUTE).enabled(true)))
                .thenCompose(updated -> done());
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }
}
