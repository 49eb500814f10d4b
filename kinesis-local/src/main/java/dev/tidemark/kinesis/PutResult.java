package dev.tidemark.kinesis;

/** Where a record was put. */
public record PutResult(String shardId, String sequenceNumber) implements PutOutcome {}
