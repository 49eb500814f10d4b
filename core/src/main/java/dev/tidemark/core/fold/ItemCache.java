package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Items that the store has confirmed to a warm sandbox (rule F5): read from it, or written and confirmed. Never filled
 * from a write of unknown outcome. An old version is harmless, because the write is conditional on its mark. Belongs to
 * one {@link BatchFold}, and so to one generation. Thread-safe.
 *
 * <p>Beyond its size it drops what was not used for longest, roughly: what is used moves to the recent half, and when that
 * is full, the other half is dropped. A list in the order of use would touch several entries elsewhere in memory for each
 * that is used.
 */
public final class ItemCache {

    /** What an entry costs besides its body: key texts, map entry, records. */
    private static final long ENTRY_OVERHEAD_BYTES = 400;

    private final long maxRecentBytes;
    private Map<ItemKey, StoredItem> recent = new HashMap<>();
    private Map<ItemKey, StoredItem> older = new HashMap<>();
    private long recentBytes;

    public ItemCache(long maxBytes) {
        this.maxRecentBytes = maxBytes / 2;
    }

    synchronized @Nullable StoredItem get(ItemKey key) {
        StoredItem found = recent.get(key);
        if (found == null) {
            found = older.remove(key);
            if (found != null) {
                confirmed(key, found);
            }
        }
        return found;
    }

    synchronized void confirmed(ItemKey key, StoredItem item) {
        if (cost(item) > maxRecentBytes) {
            forget(key);
            return;
        }
        StoredItem old = recent.put(key, item);
        recentBytes += cost(item) - (old == null ? 0 : cost(old));
        if (recentBytes > maxRecentBytes) {
            older = recent;
            recent = new HashMap<>();
            recentBytes = 0;
        }
    }

    synchronized void forget(ItemKey key) {
        StoredItem old = recent.remove(key);
        if (old != null) {
            recentBytes -= cost(old);
        }
        older.remove(key);
    }

    /** How many items it holds, some perhaps in two versions. */
    synchronized int size() {
        return recent.size() + older.size();
    }

    private static long cost(StoredItem item) {
        return ENTRY_OVERHEAD_BYTES + item.body().length;
    }
}
