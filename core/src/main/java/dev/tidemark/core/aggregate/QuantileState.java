package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;

/**
 * The distribution of a number: how many fell into each of the {@link LogBuckets}, per sign, and how many were 0. It
 * only counts and adds up no doubles, so the order of events does not matter. Where one sign fills more than the
 * allowed number of buckets, those nearest to 0 become one, see {@link BucketCounts}.
 *
 * <p>Encoding: the count of zeros, the positive buckets, the negative buckets (by magnitude).
 */
final class QuantileState implements Subtractable {

    private final int slot;
    private final Grid grid;
    private final LogBuckets buckets;
    private final BucketCounts positive;
    private final BucketCounts negative;
    private long zeros;

    QuantileState(QuantileStateType type, long zeros, BucketCounts positive, BucketCounts negative) {
        this.slot = type.slot();
        this.grid = type.grid();
        this.buckets = type.buckets();
        this.zeros = zeros;
        this.positive = positive;
        this.negative = negative;
    }

    @Override
    public void add(EventRow row) {
        if (row.isAbsent(slot)) {
            return;
        }
        double number = grid.number(row, slot);
        if (number > 0) {
            positive.add(buckets.index(number), 1);
        } else if (number < 0) {
            negative.add(buckets.index(-number), 1);
        } else {
            zeros++;
        }
    }

    @Override
    public void merge(State other) {
        QuantileState that = (QuantileState) other;
        zeros += that.zeros;
        positive.merge(that.positive);
        negative.merge(that.negative);
    }

    @Override
    public void subtract(State part) {
        QuantileState that = (QuantileState) part;
        zeros -= that.zeros;
        positive.subtract(that.positive);
        negative.subtract(that.negative);
    }

    @Override
    public void writeTo(ByteWriter out) {
        out.writeVarint(zeros);
        positive.writeTo(out);
        negative.writeTo(out);
    }

    @Override
    public boolean isEmpty() {
        return zeros == 0 && positive.size() == 0 && negative.size() == 0;
    }

    /** How many numbers were added. */
    long count() {
        return zeros + positive.total() + negative.total();
    }

    /** Whether buckets nearest to 0 were made one. */
    boolean isCollapsed() {
        return positive.isCollapsed() || negative.isCollapsed();
    }

    /** Shows one bucket after another. */
    interface Cells {

        /** @param side 1 or -1 for a positive or negative bucket, 0 for the zeros */
        void accept(int side, int index, long count);
    }

    /** Every bucket that counts something, numbers ascending on the {@link Grid#LOG} grid. */
    void forEach(Cells cells) {
        for (int place = negative.size() - 1; place >= 0; place--) {
            cells.accept(-1, negative.index(place), negative.count(place));
        }
        if (zeros > 0) {
            cells.accept(0, 0, zeros);
        }
        for (int place = 0; place < positive.size(); place++) {
            cells.accept(1, positive.index(place), positive.count(place));
        }
    }

    /**
     * The number of a rank, within the relative error.
     *
     * @param rank from 1, the smallest number, to {@link #count()}
     */
    BigDecimal numberAt(long rank) {
        long left = rank;
        for (int place = negative.size() - 1; place >= 0; place--) {
            left -= negative.count(place);
            if (left <= 0) {
                return buckets.value(negative.index(place)).negate();
            }
        }
        left -= zeros;
        if (left <= 0) {
            return BigDecimal.ZERO;
        }
        for (int place = 0; place < positive.size(); place++) {
            left -= positive.count(place);
            if (left <= 0) {
                return buckets.value(positive.index(place));
            }
        }
        throw new IllegalArgumentException("rank " + rank + " of " + count() + " numbers");
    }

    /** Whether a rank falls where buckets were made one, so that only the side away from 0 is bounded. */
    boolean isCollapsedAt(long rank) {
        long negatives = negative.total();
        if (rank <= negatives) {
            return negative.isCollapsed() && rank > negatives - negative.count(0);
        }
        long positiveRank = rank - negatives - zeros;
        return positiveRank > 0 && positive.isCollapsed() && positiveRank <= positive.count(0);
    }
}
