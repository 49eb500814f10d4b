package dev.tidemark.core.fold;

/**
 * How the fold behaves, apart from what it computes.
 *
 * @param generation the generation of state that this deployment folds into (rule R2)
 * @param maxPutsInFlight how many writes run at once
 * @param maxAttempts how often a write of which the outcome is unknown or refused is tried
 * @param maxCacheBytes how much confirmed state a warm sandbox keeps
 */
public record FoldSettings(String generation, int maxPutsInFlight, int maxAttempts, long maxCacheBytes) {

    public static final FoldSettings DEFAULT = new FoldSettings("g1", 64, 5, 64L << 20);

    /** These settings for another generation. */
    public FoldSettings withGeneration(String other) {
        return new FoldSettings(other, maxPutsInFlight, maxAttempts, maxCacheBytes);
    }

    public FoldSettings {
        if (generation.isBlank() || maxPutsInFlight < 1 || maxAttempts < 1 || maxCacheBytes < 0) {
            throw new IllegalArgumentException("fold settings out of range: generation '" + generation + "', "
                    + maxPutsInFlight + " puts in flight, " + maxAttempts + " attempts, " + maxCacheBytes
                    + " cache bytes");
        }
    }
}
