package dev.tidemark.kinesis;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The hash keys that a shard takes, both ends included as Kinesis states them.
 *
 * @param start 0 or more
 * @param end at least start, at most {@link #MAX}
 */
public record HashRange(BigInteger start, BigInteger end) {

    /** The largest hash key, 2^128 − 1. */
    public static final BigInteger MAX = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

    public HashRange {
        if (start.signum() < 0 || end.compareTo(MAX) > 0 || start.compareTo(end) > 0) {
            throw new IllegalArgumentException("no range of hash keys: " + start + " to " + end);
        }
    }

    /** All hash keys in {@code count} ranges of one size, the last taking the remainder, as a new stream has them. */
    public static List<HashRange> even(int count) {
        BigInteger width = MAX.add(BigInteger.ONE).divide(BigInteger.valueOf(count));
        List<HashRange> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            BigInteger start = width.multiply(BigInteger.valueOf(i));
            BigInteger end = i == count - 1 ? MAX : start.add(width).subtract(BigInteger.ONE);
            ranges.add(new HashRange(start, end));
        }
        return ranges;
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

    /** Whether one begins right after the other ends. */
    public boolean isAdjacent(HashRange other) {
        return end.add(BigInteger.ONE).equals(other.start)
                || other.end.add(BigInteger.ONE).equals(start);
    }

    /** The range of the shard that two adjacent ones are merged into. */
    public HashRange join(HashRange other) {
        return new HashRange(start.min(other.start), end.max(other.end));
    }
}
