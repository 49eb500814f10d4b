package dev.tidemark.kinesis;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A sequence number of this stream: a number of 56 decimal digits, as the service's are, that increases within a
 * shard and occurs once in a stream. Its parts, from the most significant:
 *
 * @param shardSecond when its shard began, seconds since the epoch, 36 bits; a child begins after its parents, so a
 *     partition key's numbers go on increasing after a reshard
 * @param ordinal which record of the shard this is, from 1; 0 is where the shard starts, {@link #LAST_ORDINAL} ends it
 * @param arrivalSecond when the record arrived, seconds since the epoch, 36 bits
 * @param shardIndex the number in the shard's id, 32 bits
 */
record SequenceNumber(long shardSecond, long ordinal, long arrivalSecond, int shardIndex) {

    static final long LAST_ORDINAL = Long.MAX_VALUE;

    private static final int VERSION = 2;
    private static final int HEX = 16;
    private static final int HEX_DIGITS = 47;

    SequenceNumber {
        if (shardSecond < 0 || shardSecond >>> 36 != 0 || arrivalSecond < 0 || arrivalSecond >>> 36 != 0) {
            throw new IllegalArgumentException("time out of range: " + shardSecond + ", " + arrivalSecond);
        }
        if (ordinal < 0 || shardIndex < 0) {
            throw new IllegalArgumentException("negative: ordinal " + ordinal + ", shard " + shardIndex);
        }
    }

    /** The decimal form that clients see. */
    String text() {
        // Bits: 8 version, 36 shard's second, 64 ordinal, 12 zeros, 36 arrival's second, 32 shard, 4 version.
        ByteBuffer bits = ByteBuffer.allocate(3 * Long.BYTES);
        bits.putLong((long) VERSION << 56 | shardSecond << 20 | ordinal >>> 44);
        bits.putLong(ordinal << 20 | arrivalSecond >>> 28);
        bits.putLong(arrivalSecond << 36 | (long) shardIndex << 4 | VERSION);
        byte[] bytes = new byte[3 * Long.BYTES];
        bits.flip().get(bytes);
        return new BigInteger(bytes).toString();
    }

    /** The inverse of {@link #text()}; null for a number that no stream of this kind has given out. */
    static @Nullable SequenceNumber parse(String text) {
        if (text.isEmpty() || text.length() > 129 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        String hex = new BigInteger(text).toString(HEX);
        boolean known = hex.length() == HEX_DIGITS && hex.startsWith("2") && hex.endsWith("2");
        // Ordinal and shard are not negative.
        if (!known || hex.charAt(10) > '7' || hex.charAt(38) > '7') {
            return null;
        }
        return new SequenceNumber(
                Long.parseLong(hex.substring(1, 10), HEX),
                Long.parseLong(hex.substring(10, 26), HEX),
                Long.parseLong(hex.substring(29, 38), HEX),
                Integer.parseInt(hex.substring(38, 46), HEX));
    }
}
