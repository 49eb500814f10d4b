package dev.tidemark.kinesis;

import org.jspecify.annotations.Nullable;

/**
 * What is stored of a shard beside its records.
 *
 * @param index the number in its id
 * @param shardSecond when it began, seconds since the epoch
 * @param endSequence null while it is open
 */
record ShardMeta(
        int index,
        @Nullable String parent,
        @Nullable String adjacentParent,
        HashRange range,
        long shardSecond,
        @Nullable String endSequence) {

    static String id(int index) {
        return "shardId-%012d".formatted(index);
    }

    String id() {
        return id(index);
    }

    String sequence(long ordinal, long arrivalSecond) {
        return new SequenceNumber(shardSecond, ordinal, arrivalSecond, index).text();
    }
}
