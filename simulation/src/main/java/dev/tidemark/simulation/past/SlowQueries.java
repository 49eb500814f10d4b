package dev.tidemark.simulation.past;

import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.simulation.engine.Engine;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the ranges of each query one after the other, as pages that take seconds, and counts the queries. */
final class SlowQueries implements ItemStore {

    private static final long MOST_MILLIS = 4_000;

    private final ItemStore items;
    private final Engine engine;
    private final Pause pause;
    private int count;

    SlowQueries(ItemStore items, Engine engine, Pause pause) {
        this.items = items;
        this.engine = engine;
        this.pause = pause;
    }

    int count() {
        return count;
    }

    @Override
    public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
        return items.read(keys);
    }

    @Override
    public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
        return items.readStored(key);
    }

    @Override
    public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        return items.put(key, item, expectedMark);
    }

    @Override
    public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
        count++;
        CompletableFuture<List<Found>> found = CompletableFuture.completedFuture(List.of());
        for (BlockRange range : ranges) {
            found = found.thenCompose(before -> pause.millis(engine.between(0, MOST_MILLIS))
                    .thenCompose(over -> items.query(viewVersion, entity, List.of(range)))
                    .thenApply(more ->
                            Stream.concat(before.stream(), more.stream()).toList()));
        }
        return found;
    }
}
