package dev.tidemark.aws.dynamodb;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.stream.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/** The control table on DynamoDB. Thread-safe. */
public final class DynamoControlStore implements ControlStore {

    private static final String IF_ABSENT = "attribute_not_exists(" + ControlAttributes.PARTITION_KEY + ")";
    private static final String IF_REV = ControlAttributes.REV + " = :rev";

    private final DynamoDbAsyncClient reads;
    private final DynamoDbAsyncClient writes;
    private final String table;
    private final CapacityMeter meter;

    /**
     * @param reads may retry
     * @param writes must not retry, see {@link dev.tidemark.aws.AwsClients#dynamoDbWrites()}
     */
    public DynamoControlStore(
            DynamoDbAsyncClient reads, DynamoDbAsyncClient writes, String table, CapacityMeter meter) {
        this.reads = reads;
        this.writes = writes;
        this.table = table;
        this.meter = meter;
    }

    @Override
    public CompletableFuture<Optional<ControlRow>> readControl() {
        return read(ControlAttributes.controlKey(), ControlAttributes::decodeControl);
    }

    @Override
    public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
        return write(ControlAttributes.encode(next), next.rev(), ControlAttributes::decodeControl);
    }

    @Override
    public CompletableFuture<Optional<LaneRow>> readLane(Lane lane) {
        return read(ControlAttributes.laneKey(lane), ControlAttributes::decodeLane);
    }

    @Override
    public CompletableFuture<List<LaneRow>> readLanes() {
        QueryRequest request = QueryRequest.builder()
                .tableName(table)
                .keyConditionExpression(ControlAttributes.PARTITION_KEY + " = :lanes")
                .expressionAttributeValues(Map.of(":lanes", ControlAttributes.LANES))
                .consistentRead(true)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                .build();
        return readPages(request, new ArrayList<>());
    }

    /** Rule L1. When both the lane exists and the control row has moved, the conflict carries the lane row. */
    @Override
    public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
        if (row.rev() != 1) {
            throw new IllegalArgumentException(
                    "lane " + row.lane().id() + " created at rev " + row.rev() + " instead of 1");
        }
        return writes.transactWriteItems(LaneCreation.request(table, row, controlRev))
                .handle((response, failure) -> {
                    if (failure != null) {
                        return LaneCreation.outcome(failure);
                    }
                    response.consumedCapacity().forEach(capacity -> meter.written(ConsumedUnits.of(capacity)));
                    return new Cas.Stored<>();
                });
    }

    /** Rules L3 and F8. */
    @Override
    public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        if (next.rev() < 2) {
            throw new IllegalArgumentException(
                    "lane " + next.lane().id() + " written at rev 1: rows are created with createLane");
        }
        return write(ControlAttributes.encode(next), next.rev(), ControlAttributes::decodeLane);
    }

    private <T> CompletableFuture<Optional<T>> read(
            Map<String, AttributeValue> key, Function<Map<String, AttributeValue>, T> decode) {
        return reads.getItem(request -> request.tableName(table)
                        .key(key)
                        .consistentRead(true)
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                .thenApply(response -> {
                    meter.read(ConsumedUnits.of(response.consumedCapacity()));
                    return Optional.ofNullable(WriteOutcome.stored(response.item(), decode));
                });
    }

    private CompletableFuture<List<LaneRow>> readPages(QueryRequest request, List<LaneRow> rows) {
        return reads.query(request).thenCompose(page -> {
            meter.read(ConsumedUnits.of(page.consumedCapacity()));
            page.items().forEach(item -> rows.add(ControlAttributes.decodeLane(item)));
            return page.lastEvaluatedKey().isEmpty()
                    ? CompletableFuture.completedFuture(rows)
                    : readPages(
                            request.toBuilder()
                                    .exclusiveStartKey(page.lastEvaluatedKey())
                                    .build(),
                            rows);
        });
    }

    private <T> CompletableFuture<Cas<T>> write(
            Map<String, AttributeValue> item, long rev, Function<Map<String, AttributeValue>, T> decode) {
        PutItemRequest.Builder request = PutItemRequest.builder()
                .tableName(table)
                .item(item)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL);
        if (rev == 1) {
            request.conditionExpression(IF_ABSENT);
        } else {
            request.conditionExpression(IF_REV)
                    .expressionAttributeValues(Map.of(":rev", ControlAttributes.number(rev - 1)));
        }
        return writes.putItem(request.build()).handle((response, failure) -> {
            if (failure != null) {
                return WriteOutcome.ofFailure(failure, decode);
            }
            meter.written(ConsumedUnits.of(response.consumedCapacity()));
            return new Cas.Stored<>();
        });
    }
}
