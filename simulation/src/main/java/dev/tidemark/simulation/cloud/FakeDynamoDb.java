package dev.tidemark.simulation.cloud;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.engine.Happening;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** DynamoDB as one client sees it: the calls that Tidemark makes; the others are refused by the interface's defaults. */
final class FakeDynamoDb implements DynamoDbAsyncClient {

    private static final int MAX_KEYS = 100;

    private final DynamoState state;
    private final Engine engine;
    private final Network network;
    private final Caller caller;
    private final int maxAttempts;

    /** @param maxAttempts how often the client sends a request before it gives up */
    FakeDynamoDb(DynamoState state, Engine engine, Network network, Caller caller, int maxAttempts) {
        this.state = state;
        this.engine = engine;
        this.network = network;
        this.caller = caller;
        this.maxAttempts = maxAttempts;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}

    @Override
    public CompletableFuture<GetItemResponse> getItem(GetItemRequest request) {
        if (!Boolean.TRUE.equals(request.consistentRead())) {
            throw new UnsupportedOperationException("GetItem that is not consistent");
        }
        return read(
                () -> "GetItem " + key(request.key()),
                attempt -> GetItemResponse.builder()
                        .item(state.table(request.tableName()).get(request.key()))
                        .build());
    }

    @Override
    public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
        return write(
                () -> "PutItem " + key(request.item()) + " " + state.brief(request.item()) + " if "
                        + request.conditionExpression() + " " + state.brief(request.expressionAttributeValues()),
                attempt -> put(request, attempt));
    }

    private PutItemResponse put(PutItemRequest request, int attempt) {
        Table table = state.table(request.tableName());
        Map<String, AttributeValue> stored = table.get(request.item());
        String problem = Items.problem(request.item());
        if (!problem.isEmpty()) {
            engine.fail(problem + ": " + key(request.item()));
            throw Service.DYNAMODB.error("ValidationException", 400, attempt);
        }
        if (!Conditions.holds(request.conditionExpression(), request.expressionAttributeValues(), stored)) {
            engine.happened(Happening.CONDITION_FAILED);
            boolean own = request.item().equals(stored);
            if (own) {
                engine.happened(Happening.CONDITION_FAILED_ON_OWN_WRITE);
            }
            boolean allOld =
                    request.returnValuesOnConditionCheckFailure() == ReturnValuesOnConditionCheckFailure.ALL_OLD;
            ConditionalCheckFailedException.Builder failure = ConditionalCheckFailedException.builder()
                    .message("The conditional request failed")
                    .awsErrorDetails(Service.details("DynamoDb", "ConditionalCheckFailedException"))
                    .statusCode(400)
                    .numAttempts(attempt)
                    .writableStackTrace(false);
            if (allOld && stored != null) {
                failure.item(stored);
            }
            throw failure.build();
        }
        table.put(request.item());
        return PutItemResponse.builder().build();
    }

    /** Eventually consistent: each item as it is, or as it once was. */
    @Override
    public CompletableFuture<BatchGetItemResponse> batchGetItem(BatchGetItemRequest request) {
        return read(() -> "BatchGetItem " + keys(request), attempt -> batch(request, attempt));
    }

    private BatchGetItemResponse batch(BatchGetItemRequest request, int attempt) {
        Map<String, List<Map<String, AttributeValue>>> found = new HashMap<>();
        Map<String, KeysAndAttributes> unread = new HashMap<>();
        request.requestItems().forEach((name, wanted) -> {
            Set<String> distinct = new HashSet<>();
            wanted.keys().forEach(key -> distinct.add(key(key)));
            if (distinct.size() != wanted.keys().size() || distinct.size() > MAX_KEYS) {
                engine.fail("BatchGetItem of " + wanted.keys().size() + " keys, " + distinct.size() + " distinct");
                throw Service.DYNAMODB.error("ValidationException", 400, attempt);
            }
            List<Map<String, AttributeValue>> items = new ArrayList<>();
            List<Map<String, AttributeValue>> left = new ArrayList<>();
            boolean leavesSome = engine.strikes(Dial.UNPROCESSED_KEYS);
            for (Map<String, AttributeValue> key : wanted.keys()) {
                if (leavesSome && engine.random().nextBoolean()) {
                    left.add(key);
                    continue;
                }
                Map<String, AttributeValue> item = someVersion(name, key);
                if (item != null) {
                    items.add(item);
                }
            }
            found.put(name, items);
            if (!left.isEmpty()) {
                unread.put(name, wanted.toBuilder().keys(left).build());
            }
        });
        return BatchGetItemResponse.builder()
                .responses(found)
                .unprocessedKeys(unread)
                .build();
    }

    private @Nullable Map<String, AttributeValue> someVersion(String name, Map<String, AttributeValue> key) {
        List<@Nullable Map<String, AttributeValue>> versions = state.table(name).versions(key);
        if (versions.isEmpty()) {
            return null;
        }
        int latest = versions.size() - 1;
        boolean stale = engine.strikes(Dial.STALE_READ);
        return versions.get(stale ? engine.random().nextInt(versions.size()) : latest);
    }

    @Override
    public CompletableFuture<QueryResponse> query(QueryRequest request) {
        if (!Boolean.TRUE.equals(request.consistentRead()) || request.filterExpression() != null) {
            throw new UnsupportedOperationException("a query that is not consistent, or with a filter");
        }
        return read(() -> "Query " + request.keyConditionExpression(), attempt -> page(request));
    }

    private QueryResponse page(QueryRequest request) {
        Conditions.KeyRange range =
                Conditions.keys(request.keyConditionExpression(), request.expressionAttributeValues());
        AttributeValue after = request.hasExclusiveStartKey()
                ? Objects.requireNonNull(request.exclusiveStartKey().get(Table.SORT_KEY))
                : null;
        List<Map<String, AttributeValue>> items =
                state.table(request.tableName()).range(range, after == null ? null : after.s());
        int size = engine.strikes(Dial.SMALL_PAGES) ? (int) engine.between(0, 3) : items.size();
        if (size >= items.size()) {
            return QueryResponse.builder().items(items).build();
        }
        // A page may be empty and still not the last one; the service then names the key that it got to.
        Map<String, AttributeValue> last = size == 0 ? startKey(request, items.get(0)) : items.get(size - 1);
        return QueryResponse.builder()
                .items(items.subList(0, size))
                .lastEvaluatedKey(keyOf(last))
                .build();
    }

    /** Each partition belongs to one scan segment; within it the items come in the order of their keys. */
    @Override
    public CompletableFuture<ScanResponse> scan(ScanRequest request) {
        if (!Boolean.TRUE.equals(request.consistentRead()) || request.filterExpression() != null) {
            throw new UnsupportedOperationException("a scan that is not consistent, or with a filter");
        }
        return read(() -> "Scan segment " + request.segment(), attempt -> page(request));
    }

    private ScanResponse page(ScanRequest request) {
        int segments = request.totalSegments() == null ? 1 : request.totalSegments();
        int segment = request.segment() == null ? 0 : request.segment();
        String after = request.hasExclusiveStartKey() ? key(request.exclusiveStartKey()) : "";
        List<Map<String, AttributeValue>> items = state.table(request.tableName()).items().stream()
                .filter(item -> Math.floorMod(partition(item).hashCode(), segments) == segment)
                .filter(item -> key(item).compareTo(after) > 0)
                .sorted(Comparator.comparing(FakeDynamoDb::key))
                .toList();
        int size = engine.strikes(Dial.SMALL_PAGES) ? (int) engine.between(1, 5) : items.size();
        if (size >= items.size()) {
            return ScanResponse.builder().items(items).build();
        }
        return ScanResponse.builder()
                .items(items.subList(0, size))
                .lastEvaluatedKey(keyOf(items.get(size - 1)))
                .build();
    }

    private static String partition(Map<String, AttributeValue> item) {
        return Objects.requireNonNull(item.get(Table.PARTITION_KEY)).s();
    }

    private static Map<String, AttributeValue> startKey(QueryRequest request, Map<String, AttributeValue> next) {
        if (request.hasExclusiveStartKey()) {
            return request.exclusiveStartKey();
        }
        Map<String, AttributeValue> before = new HashMap<>(keyOf(next));
        before.put(Table.SORT_KEY, AttributeValue.fromS(" "));
        return before;
    }

    @Override
    public CompletableFuture<TransactWriteItemsResponse> transactWriteItems(TransactWriteItemsRequest request) {
        return write(
                () -> "TransactWriteItems "
                        + request.transactItems().stream()
                                .map(FakeDynamoDb::brief)
                                .toList(),
                attempt -> transact(request, attempt));
    }

    private TransactWriteItemsResponse transact(TransactWriteItemsRequest request, int attempt) {
        String token = request.clientRequestToken();
        if (token != null && state.knowsToken(token, engine.nowMillis())) {
            return TransactWriteItemsResponse.builder().build();
        }
        if (engine.strikes(Dial.TRANSACTION_CONFLICT)) {
            if (engine.random().nextBoolean()) {
                throw Service.DYNAMODB.error("TransactionInProgressException", 400, attempt);
            }
            throw cancelled(
                    request.transactItems().stream()
                            .map(each -> CancellationReason.builder()
                                    .code("TransactionConflict")
                                    .build())
                            .toList(),
                    attempt);
        }
        List<CancellationReason> reasons =
                request.transactItems().stream().map(this::judge).toList();
        if (reasons.stream().anyMatch(reason -> !reason.code().equals("None"))) {
            engine.happened(Happening.CONDITION_FAILED);
            throw cancelled(reasons, attempt);
        }
        for (TransactWriteItem each : request.transactItems()) {
            if (each.put() != null) {
                state.table(each.put().tableName()).put(each.put().item());
            }
        }
        if (token != null) {
            state.rememberToken(token, engine.nowMillis());
        }
        return TransactWriteItemsResponse.builder().build();
    }

    private CancellationReason judge(TransactWriteItem each) {
        if (each.conditionCheck() != null) {
            ConditionCheck check = each.conditionCheck();
            Map<String, AttributeValue> stored = state.table(check.tableName()).get(check.key());
            return reason(
                    Conditions.holds(check.conditionExpression(), check.expressionAttributeValues(), stored),
                    check.returnValuesOnConditionCheckFailure(),
                    stored);
        }
        if (each.put() != null) {
            Put put = each.put();
            Map<String, AttributeValue> stored = state.table(put.tableName()).get(put.item());
            return reason(
                    Conditions.holds(put.conditionExpression(), put.expressionAttributeValues(), stored),
                    put.returnValuesOnConditionCheckFailure(),
                    stored);
        }
        throw new UnsupportedOperationException("a transaction that neither checks nor puts");
    }

    private static CancellationReason reason(
            boolean holds,
            @Nullable ReturnValuesOnConditionCheckFailure wanted,
            @Nullable Map<String, AttributeValue> stored) {
        CancellationReason.Builder reason =
                CancellationReason.builder().code(holds ? "None" : "ConditionalCheckFailed");
        if (!holds && stored != null && wanted == ReturnValuesOnConditionCheckFailure.ALL_OLD) {
            reason.item(stored);
        }
        return reason.build();
    }

    private static TransactionCanceledException cancelled(List<CancellationReason> reasons, int attempt) {
        TransactionCanceledException.Builder failure = TransactionCanceledException.builder()
                .cancellationReasons(reasons)
                .message("Transaction cancelled")
                .awsErrorDetails(Service.details("DynamoDb", "TransactionCanceledException"))
                .statusCode(400)
                .numAttempts(attempt)
                .writableStackTrace(false);
        return failure.build();
    }

    private <T> CompletableFuture<T> read(Supplier<String> what, Call.Effect<T> effect) {
        return network.send(caller, new Call<>(Service.DYNAMODB, what, false, null, effect), maxAttempts);
    }

    private <T> CompletableFuture<T> write(Supplier<String> what, Call.Effect<T> effect) {
        return network.send(caller, new Call<>(Service.DYNAMODB, what, true, null, effect), maxAttempts);
    }

    private static Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        return Map.of(
                Table.PARTITION_KEY, Objects.requireNonNull(item.get(Table.PARTITION_KEY)),
                Table.SORT_KEY, Objects.requireNonNull(item.get(Table.SORT_KEY)));
    }

    private static String key(Map<String, AttributeValue> item) {
        return Objects.requireNonNull(item.get(Table.PARTITION_KEY)).s() + " "
                + Objects.requireNonNull(item.get(Table.SORT_KEY)).s();
    }

    private static List<String> keys(BatchGetItemRequest request) {
        return request.requestItems().values().stream()
                .flatMap(keys -> keys.keys().stream())
                .map(FakeDynamoDb::key)
                .toList();
    }

    private static String brief(TransactWriteItem each) {
        return each.put() != null ? "Put " + key(each.put().item()) : "ConditionCheck";
    }
}
