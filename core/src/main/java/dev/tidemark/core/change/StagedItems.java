package dev.tidemark.core.change;

import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The items of lanes that are folded from their beginning, in memory, until each is written once. Nothing is in flight in
 * it. Thread-safe.
 */
final class StagedItems implements ItemStore {

    private final Map<ItemKey, StoredItem> items = new HashMap<>();

    @Override
    public synchronized CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
        Map<ItemKey, StoredItem> found = new HashMap<>();
        for (ItemKey key : keys) {
            StoredItem item = items.get(key);
            if (item != null) {
                found.put(key, item);
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public synchronized CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
        return CompletableFuture.completedFuture(Optional.ofNullable(items.get(key)));
    }

    @Override
    public synchronized CompletableFuture<Cas<StoredItem>> put(
            ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        StoredItem stored = items.get(key);
        if (!Objects.equals(stored == null ? null : stored.mark(), expectedMark)) {
            return CompletableFuture.completedFuture(new Cas.Conflict<>(stored));
        }
        items.put(key, item);
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }

    /** The fold asks for items by their keys. */
    @Override
    public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("what is not yet written answers no question"));
    }

    /** All items. */
    synchronized List<Found> all() {
        List<Found> all = new ArrayList<>(items.size());
        items.forEach((key, item) -> all.add(new Found(key, item)));
        return all;
    }
}
