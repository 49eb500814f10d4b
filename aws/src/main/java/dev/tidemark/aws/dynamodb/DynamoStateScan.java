package dev.tidemark.aws.dynamodb;

import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.tile.ItemKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;

/** All items of the state table on DynamoDB, by Scan. Thread-safe. */
public final class DynamoStateScan implements StateScan {

    private final DynamoDbAsyncClient reads;
    private final String table;
    private final CapacityMeter meter;

    /** @param reads may retry */
    public DynamoStateScan(DynamoDbAsyncClient reads, String table, CapacityMeter meter) {
        this.reads = reads;
        this.table = table;
        this.meter = meter;
    }

    /** Rule C1: strongly consistent, because what was confirmed before the positions were read must be seen. */
    @Override
    public CompletableFuture<Page> scan(int segment, int segments, @Nullable ItemKey after) {
        ScanRequest.Builder request = ScanRequest.builder()
                .tableName(table)
                .segment(segment)
                .totalSegments(segments)
                .consistentRead(true)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL);
        if (after != null) {
            request.exclusiveStartKey(ItemAttributes.key(after));
        }
        return reads.scan(request.build()).thenApply(page -> {
            meter.read(ConsumedUnits.of(page.consumedCapacity()));
            Map<String, AttributeValue> last = page.lastEvaluatedKey();
            return new Page(
                    page.items().stream().map(DynamoStateScan::found).toList(),
                    last.isEmpty() ? null : ItemAttributes.decodeKey(last));
        });
    }

    @Override
    public CompletableFuture<List<Found>> entity(String viewVersion, String entity) {
        QueryRequest request = QueryRequest.builder()
                .tableName(table)
                .keyConditionExpression(ItemAttributes.PARTITION_KEY + " = :entity")
                .expressionAttributeValues(
                        Map.of(":entity", AttributeValue.fromS(ItemKey.partitionKey(viewVersion, entity))))
                .consistentRead(true)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                .build();
        return pages(request, new ArrayList<>());
    }

    private CompletableFuture<List<Found>> pages(QueryRequest request, List<Found> items) {
        return reads.query(request).thenCompose(page -> {
            meter.read(ConsumedUnits.of(page.consumedCapacity()));
            page.items().forEach(item -> items.add(found(item)));
            return page.lastEvaluatedKey().isEmpty()
                    ? CompletableFuture.completedFuture(items)
                    : pages(
                            request.toBuilder()
                                    .exclusiveStartKey(page.lastEvaluatedKey())
                                    .build(),
                            items);
        });
    }

    private static Found found(Map<String, AttributeValue> item) {
        return new Found(ItemAttributes.decodeKey(item), ItemAttributes.decode(item));
    }
}
