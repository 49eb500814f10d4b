package dev.tidemark.core.overlap;

import java.util.Arrays;

/**
 * How some durations are distributed, in milliseconds.
 *
 * @param count how many there are, at least one
 */
public record Spread(long count, long minMillis, long medianMillis, long p99Millis, long maxMillis) {

    public Spread {
        if (count < 1) {
            throw new IllegalArgumentException("a spread of " + count + " durations");
        }
    }

    /** @param millis not empty; sorted here */
    static Spread of(long[] millis) {
        Arrays.sort(millis);
        int last = millis.length - 1;
        return new Spread(millis.length, millis[0], millis[last / 2], millis[(int) (last * 99L / 100)], millis[last]);
    }
}
