package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A value and its event's place in the total order of events (rule T2): event time, sequence number as an integer,
 * shard id, subsequence number; the value itself last, so that the order is total whatever comes in.
 */
final class TimedValue implements Comparable<TimedValue> {

    /** A sequence number has at most 129 digits. */
    private static final int MAX_SEQUENCE_BYTES = BigInteger.TEN.pow(129).bitLength() / 8 + 1;

    /** Event time (or its distance), length and bytes of the sequence number, subsequence number, value. */
    static final int MAX_ENCODED_BYTES =
            10 + ByteWriter.varintBytes(MAX_SEQUENCE_BYTES) + MAX_SEQUENCE_BYTES + 10 + Inputs.MAX_SCALAR_BYTES;

    private final long timeMillis;
    private final String shardId;
    private final long subsequence;
    private final Object value;

    /** Decimal digits; null once the magnitude is known. */
    private @Nullable String sequenceDigits;

    /** Big-endian, without leading zeros; computed when first needed, which for most events is never. */
    private byte @Nullable [] magnitude;

    private TimedValue(
            long timeMillis,
            @Nullable String sequenceDigits,
            byte @Nullable [] magnitude,
            String shardId,
            long subsequence,
            Object value) {
        this.timeMillis = timeMillis;
        this.sequenceDigits = sequenceDigits;
        this.magnitude = magnitude;
        this.shardId = shardId;
        this.subsequence = subsequence;
        this.value = value;
    }

    static TimedValue of(EventRow row, Object value) {
        return new TimedValue(
                row.eventTimeMillis(),
                row.position().sequenceNumber(),
                null,
                row.shardId(),
                row.position().subsequence(),
                value);
    }

    long timeMillis() {
        return timeMillis;
    }

    Object value() {
        return value;
    }

    /** Writes everything but the event time and the shard id. */
    void writeTo(ByteWriter out) {
        out.writeBytes(magnitude());
        out.writeVarint(subsequence);
        Inputs.writeScalar(out, value);
    }

    static TimedValue read(ByteReader in, long timeMillis, String shardId) {
        byte[] magnitude = in.readBytes();
        long subsequence = in.readVarint();
        return new TimedValue(timeMillis, null, magnitude, shardId, subsequence, Inputs.readScalar(in));
    }

    @Override
    public int compareTo(TimedValue other) {
        int order = Long.compare(timeMillis, other.timeMillis);
        if (order == 0) {
            order = compareMagnitudes(magnitude(), other.magnitude());
        }
        if (order == 0) {
            order = shardId.compareTo(other.shardId);
        }
        if (order == 0) {
            order = Long.compare(subsequence, other.subsequence);
        }
        return order == 0 ? Inputs.compareScalars(value, other.value) : order;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TimedValue that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(timeMillis);
    }

    private byte[] magnitude() {
        if (magnitude == null) {
            magnitude = magnitudeOf(sequenceDigits);
            sequenceDigits = null;
        }
        return magnitude;
    }

    private static byte[] magnitudeOf(@Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return new byte[0];
        }
        byte[] signed = new BigInteger(digits).toByteArray();
        return signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
    }

    private static int compareMagnitudes(byte[] a, byte[] b) {
        return a.length != b.length ? Integer.compare(a.length, b.length) : Arrays.compareUnsigned(a, b);
    }
}
