package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import java.math.BigDecimal;

/**
 * The distribution of a number, see {@link QuantileState}. Percentiles and medians of one input, error and bound share
 * it.
 */
final class QuantileStateType implements StateType {

    private static final int MAX_COUNT_BYTES = ByteWriter.varintBytes(Bounds.MAX_EVENTS);

    private final FieldInput input;
    private final Grid grid;
    private final BigDecimal relativeError;
    private final int maxBuckets;
    private final LogBuckets buckets;

    /**
     * @param relativeError how far an answer may be from the true one, as a part of it
     * @param maxBuckets how many buckets are kept for positive, and as many for negative numbers
     */
    QuantileStateType(FieldInput input, BigDecimal relativeError, int maxBuckets) {
        this(input, Grid.LOG, relativeError, maxBuckets);
    }

    private QuantileStateType(FieldInput input, Grid grid, BigDecimal relativeError, int maxBuckets) {
        this.input = input;
        this.grid = grid;
        this.relativeError = relativeError.stripTrailingZeros();
        this.maxBuckets = maxBuckets;
        this.buckets = new LogBuckets(relativeError.doubleValue());
    }

    /** The distribution of a probability, on the {@link Grid#PROBABILITY} grid. */
    static QuantileStateType ofProbabilities(FieldInput input) {
        return new QuantileStateType(input, Grid.PROBABILITY, Grid.PROBABILITY_ERROR, Grid.MAX_PROBABILITY_BUCKETS);
    }

    int slot() {
        return input.slot();
    }

    Grid grid() {
        return grid;
    }

    LogBuckets buckets() {
        return buckets;
    }

    @Override
    public StateType subtractable() {
        return this;
    }

    @Override
    public String id() {
        if (grid == Grid.PROBABILITY) {
            return "probabilities(" + input.path() + ")";
        }
        return "quantiles(" + input.path() + "," + relativeError.toPlainString() + "," + maxBuckets + ")";
    }

    @Override
    public QuantileState create() {
        return new QuantileState(this, 0, new BucketCounts(maxBuckets), new BucketCounts(maxBuckets));
    }

    @Override
    public State read(ByteReader in, String shardId) {
        long zeros = in.readVarint();
        if (zeros < 0) {
            throw new IllegalArgumentException("a distribution counts " + zeros + " zeros");
        }
        BucketCounts positive = BucketCounts.read(in, maxBuckets);
        return new QuantileState(this, zeros, positive, BucketCounts.read(in, maxBuckets));
    }

    /** Zeros, and per sign a header and for each bucket its index or distance and its count. */
    @Override
    public int maxEncodedBytes() {
        int headerBytes = ByteWriter.varintBytes(maxBuckets << 1 | 1);
        int highest = buckets.index(Double.parseDouble("1e" + (Bounds.MAX_NUMBER_EXPONENT + 1)));
        int lowest = buckets.index(Double.parseDouble("1e-" + (Bounds.MAX_NUMBER_EXPONENT + 1)));
        int indexBytes = ByteWriter.varintBytes(2L * (highest - lowest));
        return MAX_COUNT_BYTES + 2 * (headerBytes + maxBuckets * (indexBytes + MAX_COUNT_BYTES));
    }
}
