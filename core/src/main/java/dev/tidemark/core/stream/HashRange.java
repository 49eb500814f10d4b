package dev.tidemark.core.stream;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The hash keys that a shard takes, both ends included as Kinesis states them.
 *
 * @param start 0 or more
 * @param end at least start, at most {@link #MAX}
 */
public record HashRange(BigInteger start, BigInteger end) {

    /** The largest hash key, 2^128 − 1. */
    public static final BigInteger MAX = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

    /** The range of a stream's only shard. */
    public static final HashRange ALL = new HashRange(BigInteger.ZERO, MAX);

    public HashRange {
        if (start.signum() < 0 || end.compareTo(MAX) > 0 || start.compareTo(end) > 0) {
            throw new IllegalArgumentException("no range of hash keys: " + start + " to " + end);
        }
    }

    /** Reads Kinesis's decimal texts. */
    public static HashRange of(String start, String end) {
        return new HashRange(new BigInteger(start), new BigInteger(end));
    }

    /** The MD5 of a partition key's UTF-8 bytes as an unsigned number, which decides its shard. */
    public static BigInteger hashKey(String partitionKey) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(partitionKey.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    public boolean contains(BigInteger hashKey) {
        return hashKey.compareTo(start) >= 0 && hashKey.compareTo(end) <= 0;
    }
}
