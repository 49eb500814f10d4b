package dev.tidemark.core.fold;

/**
 * How the fold behaves, apart from what it computes.
 *
 * @param generation the generation of state that this deployment folds into (rule R2)
 * @param maxPutsInFlight how many writes run at once
 * @param maxAttempts how often a write is tried whose outcome is unknown or refused
 * @param maxCacheBytes how many bytes of confirmed state a warm sandbox keeps
 * @param maxPortionItems how many items are folded before the lane row moves (rule F11)
 * @param keepHeadsFromMillis a moment from which on heads are kept as if they were still used then (rule U5)
 */
public record FoldSettings(
        String generation,
        int maxPutsInFlight,
        int maxAttempts,
        long maxCacheBytes,
        int maxPortionItems,
        long keepHeadsFromMillis) {

    /** Even if a put takes half a second, a portion's puts, 128 at a time, end within the time of one invocation. */
    private static final int PORTION_ITEMS = 4_096;

    public static final FoldSettings DEFAULT = new FoldSettings("g1", 128, 5, 64L << 20);

    /** With portions of the usual size. */
    public FoldSettings(String generation, int maxPutsInFlight, int maxAttempts, long maxCacheBytes) {
        this(generation, maxPutsInFlight, maxAttempts, maxCacheBytes, PORTION_ITEMS);
    }

    /** For a fold of what just arrived: its heads are used anyway. */
    public FoldSettings(
            String generation, int maxPutsInFlight, int maxAttempts, long maxCacheBytes, int maxPortionItems) {
        this(generation, maxPutsInFlight, maxAttempts, maxCacheBytes, maxPortionItems, Long.MIN_VALUE);
    }

    /** For a fold of what arrived long ago: DynamoDB must not delete a head before the fold is done with it. */
    public FoldSettings keepingHeadsFrom(long millis) {
        return new FoldSettings(generation, maxPutsInFlight, maxAttempts, maxCacheBytes, maxPortionItems, millis);
    }

    /** These settings for another generation. */
    public FoldSettings withGeneration(String other) {
        return new FoldSettings(
                other, maxPutsInFlight, maxAttempts, maxCacheBytes, maxPortionItems, keepHeadsFromMillis);
    }

    public FoldSettings {
        if (generation.isBlank()
                || maxPutsInFlight < 1
                || maxAttempts < 1
                || maxCacheBytes < 0
                || maxPortionItems < 1) {
            throw new IllegalArgumentException("fold settings out of range: generation '" + generation + "', "
                    + maxPutsInFlight + " puts in flight, " + maxAttempts + " attempts, " + maxCacheBytes
                    + " cache bytes, " + maxPortionItems + " items in a portion");
        }
    }
}
