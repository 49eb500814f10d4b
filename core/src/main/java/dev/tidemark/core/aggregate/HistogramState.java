package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How many numbers fell below the first boundary, between each two, and from the last on. Encoding: the counts, as
 * varints.
 */
final class HistogramState implements Subtractable {

    private final HistogramStateType type;
    private final long[] counts;

    HistogramState(HistogramStateType type, long[] counts) {
        this.type = type;
        this.counts = counts;
    }

    @Override
    public void add(EventRow row) {
        if (!row.isAbsent(type.slot())) {
            counts[type.bucket(row)]++;
        }
    }

    @Override
    public void merge(State other) {
        long[] added = ((HistogramState) other).counts;
        for (int i = 0; i < counts.length; i++) {
            counts[i] += added[i];
        }
    }

    @Override
    public void subtract(State part) {
        long[] subtracted = ((HistogramState) part).counts;
        for (int i = 0; i < counts.length; i++) {
            counts[i] -= subtracted[i];
        }
    }

    @Override
    public void writeTo(ByteWriter out) {
        for (long count : counts) {
            out.writeVarint(count);
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

    List<Long> counts() {
        return LongStream.of(counts).boxed().toList();
    }
}
