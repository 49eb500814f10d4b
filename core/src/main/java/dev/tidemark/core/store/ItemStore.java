package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The state table. Reads that fail complete exceptionally; conditional writes complete with a {@link Cas}. */
public interface ItemStore {

    /** The most items of one {@link #putAll}. */
    int MOST_PUTS = 25;

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
     * Writes at most {@link #MOST_PUTS} items, whatever is stored under their keys: only for items whose every writer
     * writes the same (rule I1).
     *
     * @return completes exceptionally unless all are written; then any may be, now or later, and it may be repeated
     */
    default CompletableFuture<Void> putAll(List<Found> items) {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("items are written here on the mark that was read only"));
    }

    /**
     * All items of one entity in some ranges of blocks, of all lanes, in one request; strongly consistent, complete (pages
     * followed).
     *
     * @param ranges whose keys lie side by side, in the order of the keys; not empty. Items between two ranges may be found
     *     too
     */
    CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges);

    /** One item and its key. */
    record Found(ItemKey key, StoredItem item) {

        /** Of the names pk, sk, m and b. */
        private static final int NAMES_BYTES = 6;

        /** A number of ten digits, of which each two take a byte, its sign, and its name. */
        private static final int EXPIRY_BYTES = 7;

        /** As DynamoDB counts them: names and values. */
        public long bytes() {
            return NAMES_BYTES
                    + (item.expiresAtSeconds() == 0 ? 0 : EXPIRY_BYTES)
                    + utf8Bytes(key.partitionKey())
                    + utf8Bytes(key.sortKey())
                    + utf8Bytes(item.mark().text())
                    + item.body().length;
        }

        private static long utf8Bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
    }
}
