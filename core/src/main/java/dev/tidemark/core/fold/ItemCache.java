package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Items that the store has confirmed to a warm sandbox (rule F5): read from it, or written and confirmed. Never filled
 * from a write of unknown outcome. An old version is harmless, because the write is conditional on its mark. Belongs to
 * one {@link BatchFold}, and so to one generation. Drops the least recently used items beyond its size. Thread-safe.
 */
public final class ItemCache {

    /** What an entry costs besides its body: key texts, map entry, records. */
    private static final long ENTRY_OVERHEAD_BYTES = 400;

    private final long maxBytes;
    private final LinkedHashMap<ItemKey, StoredItem> items = new LinkedHashMap<>(1024, 0.75f, true);
    private long bytes;

    public ItemCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized @Nullable StoredItem get(ItemKey key) {
        return items.get(key);
    }

    synchronized void confirmed(ItemKey key, StoredItem item) {
        StoredItem old = items.put(key, item);
        bytes += cost(item) - (old == null ? 0 : cost(old));
        if (bytes <= maxBytes) {
            return;
        }
        Iterator<Map.Entry<ItemKey, StoredItem>> oldest = items.entrySet().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            bytes -= cost(oldest.next().getValue());
            oldest.remove();
        }
    }

    synchronized void forget(ItemKey key) {
        StoredItem old = items.remove(key);
        if (old != null) {
            bytes -= cost(old);
        }
    }

    synchronized int size() {
        return items.size();
    }

    private static long cost(StoredItem item) {
        return ENTRY_OVERHEAD_BYTES + item.body().length;
    }
}
