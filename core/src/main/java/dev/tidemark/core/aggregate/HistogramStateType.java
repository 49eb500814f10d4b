package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/** Counts of numbers between fixed boundaries, see {@link HistogramState}. */
final class HistogramStateType implements StateType {

    private static final int MAX_COUNT_BYTES = ByteWriter.varintBytes(Bounds.MAX_EVENTS);

    private final FieldInput input;
    private final List<BigDecimal> boundaries;
    private final double[] roundedBoundaries;

    /** @param boundaries strictly increasing */
    HistogramStateType(FieldInput input, List<BigDecimal> boundaries) {
        this.input = input;
        this.boundaries =
                boundaries.stream().map(BigDecimal::stripTrailingZeros).toList();
        this.roundedBoundaries =
                boundaries.stream().mapToDouble(BigDecimal::doubleValue).toArray();
        for (int i = 1; i < boundaries.size(); i++) {
            if (boundaries.get(i - 1).compareTo(boundaries.get(i)) >= 0) {
                throw new IllegalArgumentException("boundaries do not increase: " + boundaries);
            }
        }
    }

    int slot() {
        return input.slot();
    }

    int buckets() {
        return boundaries.size() + 1;
    }

    /** How many boundaries are at most the number in the input slot. */
    int bucket(EventRow row) {
        double number = RowNumbers.toDouble(row, input.slot());
        int low = 0;
        int high = roundedBoundaries.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBelow(row, number, middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Rounding keeps the order of two numbers unless it makes them equal; only then the exact ones are compared. */
    private boolean isBelow(EventRow row, double number, int boundary) {
        double rounded = roundedBoundaries[boundary];
        return number == rounded ? row.decimal(input.slot()).compareTo(boundaries.get(boundary)) < 0 : number < rounded;
    }

    @Override
    public String id() {
        return "histogram(" + input.path() + ",["
                + boundaries.stream().map(BigDecimal::toPlainString).collect(Collectors.joining(" ")) + "])";
    }

    @Override
    public HistogramState create() {
        return new HistogramState(this, new long[buckets()]);
    }

    @Override
    public State read(ByteReader in, String shardId) {
        long[] counts = new long[buckets()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.readVarint();
            if (counts[i] < 0) {
                throw new IllegalArgumentException("bucket " + i + " counts " + counts[i]);
            }
        }
        return new HistogramState(this, counts);
    }

    @Override
    public StateType subtractable() {
        return this;
    }

    @Override
    public int maxEncodedBytes() {
        return buckets() * MAX_COUNT_BYTES;
    }
}
