package dev.tidemark.core.store;

import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.tile.ItemKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A scan over items in memory, a few to a page, by partition key and in either order of sort keys. */
public final class InMemoryScan implements StateScan {

    private static final Comparator<ItemKey> UP =
            Comparator.comparing((ItemKey key) -> key.partitionKey()).thenComparing(ItemKey::sortKey);
    private static final Comparator<ItemKey> DOWN = Comparator.comparing((ItemKey key) -> key.partitionKey())
            .thenComparing(ItemKey::sortKey, Comparator.reverseOrder());

    private final InMemoryItemStore store;

    public int pageItems = 3;

    /** Nobody documents in which order a partition is scanned. */
    public boolean descending;

    /** Runs before each page. */
    public Runnable beforePage = () -> {};

    /** Whether the coming request fails. */
    public BooleanSupplier failing = () -> false;

    public InMemoryScan(InMemoryItemStore store) {
        this.store = store;
    }

    @Override
    public CompletableFuture<Page> scan(int segment, int segments, @Nullable ItemKey after) {
        beforePage.run();
        if (failing.getAsBoolean()) {
            return CompletableFuture.failedFuture(new TimeoutException("scan"));
        }
        Comparator<ItemKey> order = descending ? DOWN : UP;
        List<Found> page = new ArrayList<>();
        store.items.entrySet().stream()
                .filter(entry -> Math.floorMod(entry.getKey().partitionKey().hashCode(), segments) == segment)
                .filter(entry -> after == null || order.compare(entry.getKey(), after) > 0)
                .sorted(Map.Entry.comparingByKey(order))
                .limit(pageItems)
                .forEach(entry -> page.add(new Found(entry.getKey(), entry.getValue())));
        ItemKey next =
                page.size() < pageItems ? null : page.get(page.size() - 1).key();
        return CompletableFuture.completedFuture(new Page(page, next));
    }

    @Override
    public CompletableFuture<List<Found>> entity(String viewVersion, String entity) {
        if (failing.getAsBoolean()) {
            return CompletableFuture.failedFuture(new TimeoutException("query"));
        }
        List<Found> found = new ArrayList<>();
        store.items.forEach((key, item) -> {
            if (key.viewVersion().equals(viewVersion) && key.entity().equals(entity)) {
                found.add(new Found(key, item));
            }
        });
        return CompletableFuture.completedFuture(found);
    }
}
