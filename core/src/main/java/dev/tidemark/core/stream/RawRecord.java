package dev.tidemark.core.stream;

import java.util.Arrays;

/**
 * One user record as it arrived, after KPL records were unpacked, and those that a source's {@link Packing} unpacks.
 *
 * @param position in its shard
 * @param arrivalMillis Kinesis's approximateArrivalTimestamp, milliseconds since the epoch
 * @param partitionKey the producer's partition key
 * @param data the bytes the producer sent; not copied, so the caller must not change them afterwards
 * @param outsideShard whether it came in an aggregated record of a shard that does not take its hash key. Each source
 *     decides what that means ({@code aggregated_by}); this fact is archived with the record, so that every replay
 *     decides the same
 * @param repaired whether the data stands in place of what the producer sent: then it is a JSON event, whatever the
 *     format of the source
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by position only; copying every payload would double the work.
public record RawRecord(
        Position position,
        long arrivalMillis,
        String partitionKey,
        byte[] data,
        boolean outsideShard,
        boolean repaired) {

    /** A record of its shard, as it was sent. */
    public RawRecord(Position position, long arrivalMillis, String partitionKey, byte[] data) {
        this(position, arrivalMillis, partitionKey, data, false);
    }

    /** A record as it was sent. */
    public RawRecord(Position position, long arrivalMillis, String partitionKey, byte[] data, boolean outsideShard) {
        this(position, arrivalMillis, partitionKey, data, outsideShard, false);
    }

    /** The same with the data to fold: {@link #repaired} unless these are the bytes that it has. */
    public RawRecord withData(byte[] other) {
        return Arrays.equals(data, other) ? this : asRepaired(other);
    }

    /** The same with other data, which are a JSON event. */
    public RawRecord asRepaired(byte[] event) {
        return new RawRecord(position, arrivalMillis, partitionKey, event, outsideShard, true);
    }
}
