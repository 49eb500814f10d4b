package dev.tidemark.core.stream;

/**
 * One user record as it arrived, after KPL records were unpacked.
 *
 * @param position where it stands in its shard
 * @param arrivalMillis Kinesis's approximateArrivalTimestamp, milliseconds since the epoch
 * @param partitionKey the producer's partition key
 * @param data the bytes the producer sent; not copied, so the caller must not change them afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by position only; copying every payload would double the work.
public record RawRecord(Position position, long arrivalMillis, String partitionKey, byte[] data) {}
