package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.number.DecimalSum;
import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many probabilities fell into each of some buckets of equal width, and their exact sum there. A bucket's lower end
 * belongs to it; so does 1 to the last.
 *
 * <p>Encoding: for each bucket, the lowest first, a varint, how many, and where that is not 0 a decimal, their sum.
 */
final class ScoreSums implements Subtractable {

    /** A hundred times such a number is still a long. */
    private static final int MAX_QUICK_SCALE = 16;

    private final Type type;
    private final long[] counts;
    private final @Nullable DecimalSum[] sums;

    private ScoreSums(Type type) {
        this.type = type;
        this.counts = new long[type.buckets];
        this.sums = new DecimalSum[type.buckets];
    }

    /** @param buckets 1 to 100 */
    record Type(FieldInput input, int buckets) implements StateType {

        @Override
        public String id() {
            return "score_sums(" + input.path() + "," + buckets + ")";
        }

        @Override
        public ScoreSums create() {
            return new ScoreSums(this);
        }

        @Override
        public State read(ByteReader in, String shardId) {
            ScoreSums state = create();
            for (int bucket = 0; bucket < buckets; bucket++) {
                state.counts[bucket] = in.readVarint();
                if (state.counts[bucket] < 0) {
                    throw new IllegalArgumentException("bucket " + bucket + " counts " + state.counts[bucket]);
                }
                if (state.counts[bucket] > 0) {
                    in.readDecimal(state.sumOf(bucket));
                }
            }
            return state;
        }

        @Override
        public StateType subtractable() {
            return this;
        }

        @Override
        public int maxEncodedBytes() {
            int sumBytes =
                    ByteWriter.maxDecimalBytes(BigInteger.valueOf(Bounds.MAX_EVENTS + 1), Bounds.MAX_NUMBER_EXPONENT);
            return buckets * (ByteWriter.varintBytes(Bounds.MAX_EVENTS) + sumBytes);
        }

        /** The bucket of a probability: the whole part of it times the number of buckets. */
        private int bucket(EventRow row) {
            int slot = input.slot();
            int scale = row.kind(slot) == EventRow.Kind.NUMBER ? row.scale(slot) : -1;
            long bucket = scale >= 0 && scale <= MAX_QUICK_SCALE
                    ? row.unscaled(slot) * buckets / Decimals.power(scale)
                    : row.decimal(slot).multiply(BigDecimal.valueOf(buckets)).longValue();
            return (int) Math.min(bucket, buckets - 1L);
        }
    }

    long count(int bucket) {
        return counts[bucket];
    }

    BigDecimal sum(int bucket) {
        return sumOf(bucket).value();
    }

    private DecimalSum sumOf(int bucket) {
        DecimalSum sum = sums[bucket];
        if (sum == null) {
            sum = new DecimalSum();
            sums[bucket] = sum;
        }
        return sum;
    }

    @Override
    public void add(EventRow row) {
        int slot = type.input.slot();
        if (row.isAbsent(slot)) {
            return;
        }
        int bucket = type.bucket(row);
        counts[bucket]++;
        if (row.kind(slot) == EventRow.Kind.NUMBER) {
            sumOf(bucket).add(row.unscaled(slot), row.scale(slot));
        } else {
            sumOf(bucket).add(row.decimal(slot));
        }
    }

    @Override
    public void merge(State other) {
        ScoreSums that = (ScoreSums) other;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            DecimalSum added = that.sums[bucket];
            if (added != null) {
                counts[bucket] += that.counts[bucket];
                sumOf(bucket).merge(added);
            }
        }
    }

    @Override
    public void subtract(State part) {
        ScoreSums that = (ScoreSums) part;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            DecimalSum subtracted = that.sums[bucket];
            if (subtracted != null) {
                counts[bucket] -= that.counts[bucket];
                sumOf(bucket).subtract(subtracted);
            }
        }
    }

    @Override
    public void writeTo(ByteWriter out) {
        for (int bucket = 0; bucket < counts.length; bucket++) {
            out.writeVarint(counts[bucket]);
            if (counts[bucket] > 0) {
                sumOf(bucket).sendTo(out);
            }
        }
    }

    @Override
    public boolean isEmpty() {
        for (long count : counts) {
            if (count != 0) {
                return false;
            }
        }
        return true;
    }
}
