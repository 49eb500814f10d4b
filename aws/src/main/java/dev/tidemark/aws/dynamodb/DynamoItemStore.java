package dev.tidemark.aws.dynamodb;

import dev.tidemark.aws.Backoff;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** The state table on DynamoDB. Thread-safe. */
public final class DynamoItemStore implements ItemStore {

    /** BatchGetItem's limit. */
    private static final int KEYS_PER_READ = 100;

    /** How many BatchGetItem requests of one {@link #read} are in flight at once. */
    private static final int PARALLEL_READS = 16;

    private static final String IF_MARK = ItemAttributes.MARK + " = :read";
    private static final String IF_ABSENT = "attribute_not_exists(" + ItemAttributes.PARTITION_KEY + ")";
    private static final String BLOCKS =
            ItemAttributes.PARTITION_KEY + " = :entity AND " + ItemAttributes.SORT_KEY + " BETWEEN :first AND :last";

    private final DynamoDbAsyncClient reads;
    private final DynamoDbAsyncClient writes;
    private final String table;
    private final CapacityMeter meter;
    private final Backoff backoff;

    /**
     * @param reads may retry
     * @param writes must not retry, see {@link dev.tidemark.aws.AwsClients#dynamoDbWrites()}; if it does, a refusal
     *     after a retry is reported as unknown
     */
    public DynamoItemStore(
            DynamoDbAsyncClient reads, DynamoDbAsyncClient writes, String table, CapacityMeter meter, Backoff backoff) {
        this.reads = reads;
        this.writes = writes;
        this.table = table;
        this.meter = meter;
        this.backoff = backoff;
    }

    @Override
    public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
        Queue<KeysAndAttributes> waiting = new ConcurrentLinkedQueue<>(chunks(keys));
        Map<ItemKey, StoredItem> found = new ConcurrentHashMap<>();
        int workers = Math.min(PARALLEL_READS, waiting.size());
        CompletableFuture<?>[] done =
                Stream.generate(() -> readAll(waiting, found)).limit(workers).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(done).thenApply(all -> found);
    }

    @Override
    public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
        GetItemRequest request = GetItemRequest.builder()
                .tableName(table)
                .key(ItemAttributes.key(key))
                .consistentRead(true)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                .build();
        return reads.getItem(request).thenApply(response -> {
            meter.read(ConsumedUnits.of(response.consumedCapacity()));
            return response.hasItem() ? Optional.of(ItemAttributes.decode(response.item())) : Optional.empty();
        });
    }

    /** Rule F4. A conflict may show the caller's own mark, if an attempt whose answer was lost had been applied. */
    @Override
    public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        PutItemRequest.Builder request = PutItemRequest.builder()
                .tableName(table)
                .item(ItemAttributes.encode(key, item))
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL);
        if (expectedMark == null) {
            request.conditionExpression(IF_ABSENT);
        } else {
            request.conditionExpression(IF_MARK)
                    .expressionAttributeValues(Map.of(":read", AttributeValue.fromS(expectedMark.text())));
        }
        return writes.putItem(request.build()).handle((response, failure) -> {
            if (failure != null) {
                return WriteOutcome.ofFailure(failure, ItemAttributes::decode);
            }
            meter.written(ConsumedUnits.of(response.consumedCapacity()));
            return new Cas.Stored<>();
        });
    }

    /** By a client that may retry: repeating changes nothing. */
    @Override
    public CompletableFuture<Void> putAll(List<Found> items) {
        return write(
                items.stream()
                        .map(one -> WriteRequest.builder()
                                .putRequest(put -> put.item(ItemAttributes.encode(one.key(), one.item())))
                                .build())
                        .toList(),
                0);
    }

    private CompletableFuture<Void> write(List<WriteRequest> puts, int failures) {
        return reads.batchWriteItem(request ->
                        request.requestItems(Map.of(table, puts)).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                .thenCompose(response -> {
                    response.consumedCapacity().forEach(capacity -> meter.written(ConsumedUnits.of(capacity)));
                    List<WriteRequest> left = response.unprocessedItems().getOrDefault(table, List.of());
                    return left.isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : writeAgain(left, left.size() < puts.size() ? 1 : failures + 1);
                });
    }

    private CompletableFuture<Void> writeAgain(List<WriteRequest> left, int failures) {
        if (failures >= Backoff.MAX_ATTEMPTS) {
            return CompletableFuture.failedFuture(new IllegalStateException("DynamoDB took none of " + left.size()
                    + " items of table " + table + " in " + failures
                    + " attempts: writes are throttled. Use on-demand billing, or raise the table's write capacity."));
        }
        return backoff.pause(failures).thenCompose(paused -> write(left, failures));
    }

    @Override
    public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
        Map<String, AttributeValue> values = Map.of(
                ":entity", AttributeValue.fromS(ItemKey.partitionKey(viewVersion, entity)),
                ":first", AttributeValue.fromS(ranges.get(0).lowestKey()),
                ":last", AttributeValue.fromS(ranges.get(ranges.size() - 1).highestKey()));
        QueryRequest request = QueryRequest.builder()
                .tableName(table)
                .keyConditionExpression(BLOCKS)
                .expressionAttributeValues(values)
                .consistentRead(true)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                .build();
        return queryPages(request, new ArrayList<>());
    }

    private CompletableFuture<List<Found>> queryPages(QueryRequest request, List<Found> found) {
        return reads.query(request).thenCompose(page -> {
            meter.read(ConsumedUnits.of(page.consumedCapacity()));
            for (Map<String, AttributeValue> item : page.items()) {
                found.add(new Found(ItemAttributes.decodeKey(item), ItemAttributes.decode(item)));
            }
            return page.lastEvaluatedKey().isEmpty()
                    ? CompletableFuture.completedFuture(found)
                    : queryPages(
                            request.toBuilder()
                                    .exclusiveStartKey(page.lastEvaluatedKey())
                                    .build(),
                            found);
        });
    }

    /** BatchGetItem refuses duplicate keys. */
    private static List<KeysAndAttributes> chunks(Collection<ItemKey> keys) {
        List<ItemKey> distinct = List.copyOf(new LinkedHashSet<>(keys));
        List<KeysAndAttributes> chunks = new ArrayList<>();
        for (int from = 0; from < distinct.size(); from += KEYS_PER_READ) {
            List<ItemKey> chunk = distinct.subList(from, Math.min(distinct.size(), from + KEYS_PER_READ));
            chunks.add(KeysAndAttributes.builder()
                    .keys(chunk.stream().map(ItemAttributes::key).toList())
                    .build());
        }
        return chunks;
    }

    private CompletableFuture<Void> readAll(Queue<KeysAndAttributes> waiting, Map<ItemKey, StoredItem> found) {
        KeysAndAttributes next = waiting.poll();
        return next == null
                ? CompletableFuture.completedFuture(null)
                : readChunk(next, 0, found).thenCompose(done -> readAll(waiting, found));
    }

    /**
     * Sends one BatchGetItem, and again for what it left unread. Some keys left are the ordinary case of an answer over
     * 16 MB; no progress at all is throttling.
     */
    private CompletableFuture<Void> readChunk(KeysAndAttributes keys, int failures, Map<ItemKey, StoredItem> found) {
        return reads.batchGetItem(request ->
                        request.requestItems(Map.of(table, keys)).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                .thenCompose(response -> {
                    collect(response, found);
                    KeysAndAttributes left = response.unprocessedKeys().get(table);
                    if (left == null || left.keys().isEmpty()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    boolean progress = left.keys().size() < keys.keys().size();
                    return readAgain(left, progress ? 1 : failures + 1, found);
                });
    }

    private CompletableFuture<Void> readAgain(KeysAndAttributes left, int failures, Map<ItemKey, StoredItem> found) {
        if (failures >= Backoff.MAX_ATTEMPTS) {
            return CompletableFuture.failedFuture(new IllegalStateException("DynamoDB returned none of "
                    + left.keys().size() + " keys of table " + table + " in " + failures
                    + " attempts: reads are throttled. Use on-demand billing, or raise the table's read capacity."));
        }
        return backoff.pause(failures).thenCompose(paused -> readChunk(left, failures, found));
    }

    private void collect(BatchGetItemResponse response, Map<ItemKey, StoredItem> found) {
        for (ConsumedCapacity capacity : response.consumedCapacity()) {
            meter.read(ConsumedUnits.of(capacity));
        }
        for (Map<String, AttributeValue> item : response.responses().getOrDefault(table, List.of())) {
            found.put(ItemAttributes.decodeKey(item), ItemAttributes.decode(item));
        }
    }
}
