package dev.tidemark.core.stream;

/**
 * One user record as it arrived, after KPL records were unpacked.
 *
 * @param position in its shard
 * @param arrivalMillis Kinesis's approximateArrivalTimestamp, milliseconds since the epoch
 * @param partitionKey the producer's partition key
 * @param data the bytes the producer sent; not copied, so the caller must not change them afterwards
 * @param outsideShard whether it came in an aggregated record of a shard that does not take its hash key. Each source
 *     decides what that means ({@code aggregated_by}); this fact is archived with the record, so that every replay
 *     decides the same
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by position only; copying every payload would double the work.
public record RawRecord(Position position, long arrivalMillis, String partitionKey, byte[] data, boolean outsideShard) {

    /** A record of its shard. */
    public RawRecord(Position position, long arrivalMillis, String partitionKey, byte[] data) {
        this(position, arrivalMillis, partitionKey, data, false);
    }

    /** The same with another payload. */
    public RawRecord withData(byte[] other) {
        return new RawRecord(position, arrivalMillis, partitionKey, other, outsideShard);
    }
}
