package dev.tidemark.local.kinesis;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The hash keys of one shard.
 *
 * @param start the first, inclusive
 * @param end the last, inclusive, at most 2^128 − 1
 */
public record HashRange(BigInteger start, BigInteger end) {

    /** The largest hash key, 2^128 − 1. */
    public static final BigInteger MAX = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

    public HashRange {
        if (start.signum() < 0 || end.compareTo(MAX) > 0 || start.compareTo(end) > 0) {
            throw new IllegalArgumentException("not a range of hash keys: " + start + ".." + end);
        }
    }

    /** The whole hash space in {@code count} ranges of one size, the last taking the remainder. */
    static List<HashRange> even(int count) {
        BigInteger width = MAX.add(BigInteger.ONE).divide(BigInteger.valueOf(count));
        List<HashRange> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            BigInteger start = width.multiply(BigInteger.valueOf(i));
            BigInteger end = i == count - 1 ? MAX : start.add(width).subtract(BigInteger.ONE);
            ranges.add(new HashRange(start, end));
        }
        return ranges;
    }

    /** The MD5 of a partition key as a number, which decides its shard. */
    static BigInteger hash(String partitionKey) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(partitionKey.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    boolean contains(BigInteger hashKey) {
        return start.compareTo(hashKey) <= 0 && hashKey.compareTo(end) <= 0;
    }

    /** Whether one begins right after the other ends. */
    boolean isAdjacent(HashRange other) {
        return end.add(BigInteger.ONE).equals(other.start)
                || other.end.add(BigInteger.ONE).equals(start);
    }

    HashRange join(HashRange other) {
        return new HashRange(start.min(other.start), end.max(other.end));
    }
}
