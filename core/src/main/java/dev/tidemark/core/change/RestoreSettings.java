package dev.tidemark.core.change;

/**
 * How a restore works.
 *
 * @param maxPutsInFlight about how many writes run at once, over all lanes
 * @param lanesAtOnce how many lanes are replayed at once
 * @param batchRecords how many records the replay folds together: an item is written once for all of them
 * @param maxCacheBytes how much confirmed state is kept, over all lanes that are replayed at once
 */
public record RestoreSettings(int maxPutsInFlight, int lanesAtOnce, int batchRecords, long maxCacheBytes) {

    public static final RestoreSettings DEFAULT = new RestoreSettings(256, 8, 5_000, 256L << 20);

    public RestoreSettings {
        if (maxPutsInFlight < 1 || lanesAtOnce < 1 || batchRecords < 1 || maxCacheBytes < 0) {
            throw new IllegalArgumentException("restore settings out of range: " + maxPutsInFlight
                    + " puts in flight, " + lanesAtOnce + " lanes at once, batches of " + batchRecords + ", "
                    + maxCacheBytes + " cache bytes");
        }
    }
}
