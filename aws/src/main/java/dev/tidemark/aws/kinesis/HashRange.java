package dev.tidemark.aws.kinesis;

import java.math.BigInteger;

/**
 * The hash keys of one shard.
 *
 * @param first inclusive, from 0
 * @param last inclusive, below 2^128
 */
public record HashRange(BigInteger first, BigInteger last) {

    public HashRange {
        if (first.signum() < 0 || first.compareTo(last) > 0 || last.bitLength() > 128) {
            throw new IllegalArgumentException("not a range of hash keys: " + first + " to " + last);
        }
    }

    public boolean contains(BigInteger hashKey) {
        return first.compareTo(hashKey) <= 0 && hashKey.compareTo(last) <= 0;
    }
}
