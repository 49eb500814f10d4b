package dev.tidemark.local.mapping;

import dev.tidemark.kinesis.IteratorStart;

/**
 * An event source mapping's settings, by the names and limits of Lambda's. Retries are infinite and the parallelization
 * factor is 1: Tidemark's protocol (rule F1) allows nothing else.
 *
 * @param batchSize most records of a batch, 1 to 10,000
 * @param windowMillis how long a batch may wait to be filled, 0 to 300,000
 * @param bisect whether a failed batch is halved; halving uses up no retry
 * @param reportBatchItemFailures whether the function's list of failed records is respected
 * @param start where shards begin that have no checkpoint; shards that a reshard opens later begin at their first
 *     record
 * @param parentsFirst whether a shard waits until the shards it came from are finished
 * @param backoff between tries of a failed batch
 * @param redelivery a fault dial
 */
public record MappingSettings(
        int batchSize,
        long windowMillis,
        boolean bisect,
        boolean reportBatchItemFailures,
        IteratorStart start,
        boolean parentsFirst,
        Backoff backoff,
        Redelivery redelivery) {

    private static final int MAX_BATCH_SIZE = 10_000;
    private static final long MAX_WINDOW_MILLIS = 300_000;

    public MappingSettings {
        if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
            throw new IllegalArgumentException("batch size not in 1.." + MAX_BATCH_SIZE + ": " + batchSize);
        }
        if (windowMillis < 0 || windowMillis > MAX_WINDOW_MILLIS) {
            throw new IllegalArgumentException("batching window not in 0.." + MAX_WINDOW_MILLIS + ": " + windowMillis);
        }
        if (start instanceof IteratorStart.At || start instanceof IteratorStart.After) {
            throw new IllegalArgumentException("a mapping cannot start at a sequence number: " + start);
        }
    }

    /** As Tidemark deploys its own: TRIM_HORIZON, bisect, partial batch responses, no window. */
    public static MappingSettings ofBatchSize(int batchSize) {
        return new MappingSettings(
                batchSize, 0, true, true, new IteratorStart.TrimHorizon(), true, Backoff.DEFAULT, Redelivery.NEVER);
    }

    public MappingSettings withWindowMillis(long millis) {
        return new MappingSettings(
                batchSize, millis, bisect, reportBatchItemFailures, start, parentsFirst, backoff, redelivery);
    }

    public MappingSettings withBisect(boolean on) {
        return new MappingSettings(
                batchSize, windowMillis, on, reportBatchItemFailures, start, parentsFirst, backoff, redelivery);
    }

    public MappingSettings withReportBatchItemFailures(boolean on) {
        return new MappingSettings(batchSize, windowMillis, bisect, on, start, parentsFirst, backoff, redelivery);
    }

    public MappingSettings withStart(IteratorStart position) {
        return new MappingSettings(
                batchSize, windowMillis, bisect, reportBatchItemFailures, position, parentsFirst, backoff, redelivery);
    }

    public MappingSettings withParentsFirst(boolean on) {
        return new MappingSettings(
                batchSize, windowMillis, bisect, reportBatchItemFailures, start, on, backoff, redelivery);
    }

    public MappingSettings withBackoff(Backoff pauses) {
        return new MappingSettings(
                batchSize, windowMillis, bisect, reportBatchItemFailures, start, parentsFirst, pauses, redelivery);
    }

    public MappingSettings withRedelivery(Redelivery dial) {
        return new MappingSettings(
                batchSize, windowMillis, bisect, reportBatchItemFailures, start, parentsFirst, backoff, dial);
    }
}
