package dev.tidemark.aws.dynamodb;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** The transaction of rule L1: the control row has not moved, and the lane row is new. */
final class LaneCreation {

    private static final int CONTROL_CHECK = 0;
    private static final int LANE_PUT = 1;
    private static final String CONDITION_FAILED = "ConditionalCheckFailed";

    private LaneCreation() {}

    static TransactWriteItemsRequest request(String table, LaneRow row, long controlRev) {
        Map<String, AttributeValue> item = ControlAttributes.encode(row);
        ConditionCheck control = ConditionCheck.builder()
                .tableName(table)
                .key(ControlAttributes.controlKey())
                .conditionExpression(ControlAttributes.REV + " = :rev")
                .expressionAttributeValues(Map.of(":rev", ControlAttributes.number(controlRev)))
                .build();
        Put lane = Put.builder()
                .tableName(table)
                .item(item)
                .conditionExpression("attribute_not_exists(" + ControlAttributes.PARTITION_KEY + ")")
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
        return TransactWriteItemsRequest.builder()
                .transactItems(
                        TransactWriteItem.builder().conditionCheck(control).build(),
                        TransactWriteItem.builder().put(lane).build())
                .clientRequestToken(token(table, item, controlRev))
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                .build();
    }

    static Cas<LaneRow> outcome(Throwable failure) {
        Throwable cause = WriteOutcome.unwrap(failure);
        return cause instanceof TransactionCanceledException cancelled
                ? ofCancellation(cancelled)
                : WriteOutcome.ofError(cause);
    }

    /**
     * A cancelled transaction has written nothing. If no condition failed, the reason is temporary, such as throttling
     * or a concurrent transaction on the same rows.
     */
    private static Cas<LaneRow> ofCancellation(TransactionCanceledException cancelled) {
        List<CancellationReason> reasons = cancelled.cancellationReasons();
        if (conditionFailed(reasons, LANE_PUT)) {
            return new Cas.Conflict<>(existing(reasons.get(LANE_PUT)));
        }
        if (conditionFailed(reasons, CONTROL_CHECK)) {
            return new Cas.Conflict<>(null);
        }
        return WriteOutcome.ofError(cancelled);
    }

    private static boolean conditionFailed(List<CancellationReason> reasons, int index) {
        return index < reasons.size()
                && CONDITION_FAILED.equals(reasons.get(index).code());
    }

    private static @Nullable LaneRow existing(CancellationReason reason) {
        return WriteOutcome.stored(reason.item(), ControlAttributes::decodeLane);
    }

    /**
     * The same creation always has the same token, so a repetition after a lost answer shows that it had been applied.
     * Tokens are known to the whole account for ten minutes, so the table is part of it. DynamoDB allows 36 characters,
     * the length of a UUID.
     */
    private static String token(String table, Map<String, AttributeValue> item, long controlRev) {
        return UUID.nameUUIDFromBytes((table + " " + controlRev + " " + item).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
