package dev.tidemark.core.stream;

import java.math.BigInteger;

/**
 * The hash keys that a shard takes, both ends included as Kinesis states them.
 *
 * @param start 0 or more
 * @param end at least start, less than 2^128
 */
public record HashRange(BigInteger start, BigInteger end) {

    /** How many hash keys there are. */
    static final BigInteger HASH_KEYS = BigInteger.ONE.shiftLeft(128);

    /** The range of a stream's only shard. */
    public static final HashRange ALL = new HashRange(BigInteger.ZERO, HASH_KEYS.subtract(BigInteger.ONE));

    public HashRange {
        if (start.signum() < 0 || end.compareTo(HASH_KEYS) >= 0 || start.compareTo(end) > 0) {
            throw new IllegalArgumentException("no range of hash keys: " + start + " to " + end);
        }
    }

    /** Reads Kinesis's decimal texts. */
    public static HashRange of(String start, String end) {
        return new HashRange(new BigInteger(start), new BigInteger(end));
    }

    public boolean contains(BigInteger hashKey) {
        return hashKey.compareTo(start) >= 0 && hashKey.compareTo(end) <= 0;
    }
}
