package dev.tidemark.kinesis;

/** Where a new shard iterator begins. */
public sealed interface IteratorStart {

    /** At the oldest record that is kept. */
    record TrimHorizon() implements IteratorStart {}

    /** After the newest record. */
    record Latest() implements IteratorStart {}

    /** At a record. */
    record At(String sequenceNumber) implements IteratorStart {}

    /** Right after a record. */
    record After(String sequenceNumber) implements IteratorStart {}

    /** At the first record that arrived at or after a moment, milliseconds since the epoch. */
    record AtTimestamp(long millis) implements IteratorStart {}
}
