package dev.tidemark.aws.dynamodb;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;

/** Capacity units off a response. */
final class ConsumedUnits {

    private ConsumedUnits() {}

    /** 0 if the response does not say. */
    static double of(@Nullable ConsumedCapacity capacity) {
        return capacity == null || capacity.capacityUnits() == null ? 0 : capacity.capacityUnits();
    }
}
