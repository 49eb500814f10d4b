package dev.tidemark.aws.lambda;

import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;

/**
 * The settings of an event source mapping that the fold depends on (rule F1), by their names in Lambda's API.
 *
 * @param id the mapping's UUID
 * @param parallelizationFactor how many batches of one shard are delivered at once
 * @param reportsItemFailures whether the function's list of failed records is respected
 * @param filters whether records are dropped before the function sees them
 * @param maximumRetryAttempts -1: without end
 * @param maximumRecordAgeSeconds -1: without end
 * @param startsAtLatest whether records from before the mapping's creation are left out
 */
public record Mapping(
        String id,
        int parallelizationFactor,
        boolean reportsItemFailures,
        boolean filters,
        int maximumRetryAttempts,
        int maximumRecordAgeSeconds,
        boolean startsAtLatest) {

    private static final int WITHOUT_END = -1;

    /** Settings that Lambda omits have their documented defaults. */
    static Mapping of(EventSourceMappingConfiguration mapping) {
        return new Mapping(
                mapping.uuid(),
                or(mapping.parallelizationFactor(), 1),
                mapping.functionResponseTypes().contains(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES),
                mapping.filterCriteria() != null
                        && !mapping.filterCriteria().filters().isEmpty(),
                or(mapping.maximumRetryAttempts(), WITHOUT_END),
                or(mapping.maximumRecordAgeInSeconds(), WITHOUT_END),
                mapping.startingPosition() == EventSourcePosition.LATEST);
    }

    private static int or(Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }
}
