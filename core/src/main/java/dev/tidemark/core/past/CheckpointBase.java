package dev.tidemark.core.past;

import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.ItemStore.Found;
import java.util.List;

/**
 * A checkpoint that a replay begins with.
 *
 * @param items the wanted entities' items, of live lanes and backfills; redriven records come from their manifests
 */
record CheckpointBase(Manifest manifest, List<Found> items) {

    CheckpointBase {
        items = items.stream()
                .filter(item -> item.key().isLive() || item.key().isBackfill())
                .toList();
    }

    String id() {
        return manifest.id();
    }

    /** Whether an item had expired, so that the checkpoint could not hold it. */
    boolean lacks(long expiresAtSeconds) {
        return expiresAtSeconds != 0 && expiresAtSeconds * 1_000 < manifest.timeMillis();
    }
}
