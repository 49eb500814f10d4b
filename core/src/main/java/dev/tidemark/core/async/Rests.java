package dev.tidemark.core.async;

import java.util.random.RandomGenerator;

/**
 * How long to rest before another try: a random part of a bound that doubles with every try (full jitter), so that those who
 * failed together do not come back together.
 *
 * @param firstMillis half the first bound, at least 1
 * @param longestMillis no bound is higher
 */
public record Rests(long firstMillis, long longestMillis) {

    /** From here on a bound grows no more, whatever the longest is. */
    private static final int MAX_DOUBLINGS = 10;

    public Rests {
        if (firstMillis < 1 || longestMillis < firstMillis) {
            throw new IllegalArgumentException("rests from " + firstMillis + " to " + longestMillis + " ms");
        }
    }

    /**
     * @param tries how many there were, at least 1
     * @return in {@code [1, bound]}
     */
    public long millis(int tries, RandomGenerator random) {
        return 1 + random.nextLong(Math.min(longestMillis, firstMillis << Math.min(tries, MAX_DOUBLINGS)));
    }
}
