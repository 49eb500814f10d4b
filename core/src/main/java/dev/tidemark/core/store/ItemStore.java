package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The state table. Reads that fail complete exceptionally; conditional writes complete with a {@link Cas}. */
public interface ItemStore {

    /** The items found; keys without an item are left out. Eventually consistent: any older version may be seen. */
    CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys);

    /** The item as it is stored at a moment after the call; empty if there is none. */
    CompletableFuture<Optional<StoredItem>> readStored(ItemKey key);

    /**
     * Writes an item if the stored mark is the expected one.
     *
     * @param expectedMark null: only if no item is stored
     */
    CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark);

    /**
     * All items of one entity in some ranges of blocks, of all lanes, in one request; strongly consistent, complete (pages
     * followed).
     *
     * @param ranges whose keys lie side by side, in the order of the keys; not empty. Items between two ranges may be found
     *     too
     */
    CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges);

    /** One item that a query found. */
    record Found(ItemKey key, StoredItem item) {}
}
