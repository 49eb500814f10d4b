package dev.tidemark.oracle;

import java.math.BigInteger;
import java.util.Comparator;

/**
 * One user record as the stream delivered it.
 *
 * @param stream name of the stream
 * @param shardId the shard that it arrived in
 * @param sequenceNumber decimal digits, as the stream assigned them
 * @param subsequence index inside a record that a producer library packed, 0 for a plain one; what is behind the first
 *     10,000 of one is one record, with the index 10,000
 * @param arrivalMillis when the stream took it, milliseconds since the epoch
 * @param data the payload; not copied, so nobody may change it afterwards
 * @param outsideShard whether it was packed into a record of a shard that does not take its hash key
 */
@SuppressWarnings("ArrayRecordComponent") // The oracle keeps every record; copies would only cost memory.
public record StreamRecord(
        String stream,
        String shardId,
        String sequenceNumber,
        long subsequence,
        long arrivalMillis,
        byte[] data,
        boolean outsideShard) {

    /** Order inside one shard. */
    static final Comparator<StreamRecord> BY_POSITION =
            Comparator.comparing(StreamRecord::sequence).thenComparingLong(StreamRecord::subsequence);

    /** A record of its shard. */
    public StreamRecord(
            String stream, String shardId, String sequenceNumber, long subsequence, long arrivalMillis, byte[] data) {
        this(stream, shardId, sequenceNumber, subsequence, arrivalMillis, data, false);
    }

    public StreamRecord {
        if (!sequenceNumber.matches("[0-9]{1,129}")) {
            throw new IllegalArgumentException("not a sequence number: '" + sequenceNumber + "'");
        }
        if (subsequence < 0) {
            throw new IllegalArgumentException("negative subsequence number: " + subsequence);
        }
    }

    BigInteger sequence() {
        return new BigInteger(sequenceNumber);
    }

    @Override
    public String toString() {
        return shardId + "/" + sequenceNumber + ":" + subsequence + " arrived at " + arrivalMillis;
    }
}
