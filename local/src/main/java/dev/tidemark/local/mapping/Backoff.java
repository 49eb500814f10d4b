package dev.tidemark.local.mapping;

/**
 * Pauses between tries of a failed batch, each twice the one before.
 *
 * @param firstMillis at least 0
 * @param maxMillis at least the first
 */
public record Backoff(long firstMillis, long maxMillis) {

    /** Shorter than Lambda's, because somebody is watching. */
    public static final Backoff DEFAULT = new Backoff(100, 10_000);

    public Backoff {
        if (firstMillis < 0 || maxMillis < firstMillis) {
            throw new IllegalArgumentException("not a backoff: " + firstMillis + ".." + maxMillis + " ms");
        }
    }

    /** The pause after so many failures in a row, at least 1. */
    long millis(int failures) {
        int doublings = Math.min(failures - 1, 30);
        return Math.min(maxMillis, firstMillis << doublings);
    }
}
