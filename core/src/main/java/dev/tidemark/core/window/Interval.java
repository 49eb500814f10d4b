package dev.tidemark.core.window;

/** Event times in {@code [startMillis, endMillis)}, milliseconds since the epoch. */
public record Interval(long startMillis, long endMillis) {

    public Interval {
        if (startMillis > endMillis) {
            throw new IllegalArgumentException("interval ends before it starts: " + startMillis + " > " + endMillis);
        }
    }

    public boolean contains(long eventTimeMillis) {
        return startMillis <= eventTimeMillis && eventTimeMillis < endMillis;
    }
}
