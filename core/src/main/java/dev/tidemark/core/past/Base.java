package dev.tidemark.core.past;

import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.ItemStore.Found;
import java.util.List;

/**
 * A checkpoint that a replay begins with.
 *
 * @param items those of the entities in question, of live lanes and of backfills; what redrives folded comes from their
 *     manifests
 */
record Base(Manifest manifest, List<Found> items) {

    Base {
        items = items.stream()
                .filter(item -> item.key().isLive() || item.key().isBackfill())
                .toList();
    }

    String id() {
        return manifest.id();
    }

    /** Whether an item could not be in it any more, because it had expired. */
    boolean lacks(long expiresAtSeconds) {
        return expiresAtSeconds != 0 && expiresAtSeconds * 1_000 < manifest.timeMillis();
    }
}
