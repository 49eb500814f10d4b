package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;

/** Which buckets numbers fall into: the same ones for all data and all time, so that two distributions can be compared. */
public enum Grid {
    /** {@link LogBuckets} of the number, per sign. */
    LOG,
    /**
     * For numbers from 0 to 1: {@link LogBuckets} of the number up to 1/2, and of what is missing to 1 above; fine at both
     * ends. What is within a millionth of an end shares its last bucket.
     */
    PROBABILITY;

    static final BigDecimal PROBABILITY_ERROR = new BigDecimal("0.01");

    /** Per side; there are 663 buckets between a millionth and 1/2, so none is ever given up. */
    static final int MAX_PROBABILITY_BUCKETS = 700;

    private static final double HALF = 0.5;
    private static final double LEAST = 1e-6;

    /** What is put into the buckets: below 0 for a probability above 1/2, else of the number's own sign. */
    double number(EventRow row, int slot) {
        double number = RowNumbers.toDouble(row, slot);
        if (this == LOG) {
            return number;
        }
        return number <= HALF ? Math.max(number, LEAST) : -Math.max(RowNumbers.complement(row, slot), LEAST);
    }

    /**
     * The number that stands for a bucket; no two buckets have the same.
     *
     * @param side 1 or -1 for a positive or negative bucket, 0 for the zeros
     */
    BigDecimal value(LogBuckets buckets, int side, int index) {
        if (side == 0) {
            return BigDecimal.ZERO;
        }
        if (this == LOG) {
            BigDecimal magnitude = buckets.value(index);
            return side > 0 ? magnitude : magnitude.negate();
        }
        BigDecimal distance = buckets.value(index, HALF);
        return side > 0 ? distance : BigDecimal.ONE.subtract(distance);
    }

    /** Where a bucket of probabilities stands among them, from the lowest. */
    static int place(int side, int index) {
        // Up to 1/2 an index is below 0.
        return side > 0 ? index : -index;
    }
}
