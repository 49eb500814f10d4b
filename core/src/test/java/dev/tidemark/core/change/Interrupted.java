package dev.tidemark.core.change;

import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Stores that count the requests of one redrive, so that something can happen at each of them. */
final class Interrupted {

    private final RedriveWorld world;
    private int requests;
    private int crashAt = Integer.MAX_VALUE;
    private boolean applied;
    private int meetAt = Integer.MAX_VALUE;
    private Runnable meeting = () -> {};

    Interrupted(RedriveWorld world) {
        this.world = world;
    }

    /** From that request on (the first is 1) nothing is answered; that request itself may still be carried out. */
    Interrupted crashAt(int request, boolean isApplied) {
        crashAt = request;
        applied = isApplied;
        return this;
    }

    /** Something else happens before that request. */
    Interrupted meetAt(int request, Runnable happens) {
        meetAt = request;
        meeting = happens;
        return this;
    }

    int requests() {
        return requests;
    }

    Redriver redriver() {
        return world.redriver(RedriveWorld.CATALOG, new Items(), world.control, new Log());
    }

    private <T> CompletableFuture<T> request(Supplier<CompletableFuture<T>> store) {
        requests++;
        if (requests == meetAt) {
            meeting.run();
        }
        if (requests < crashAt) {
            return store.get();
        }
        if (requests == crashAt && applied) {
            store.get().join();
        }
        return CompletableFuture.failedFuture(new TimeoutException("crashed"));
    }

    private final class Items implements ItemStore {

        @Override
        public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
            return request(() -> world.items.read(keys));
        }

        @Override
        public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
            return request(() -> world.items.readStored(key));
        }

        @Override
        public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
            return request(() -> world.items.put(key, item, expectedMark));
        }

        @Override
        public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
            return request(() -> world.items.query(viewVersion, entity, ranges));
        }
    }

    private final class Log implements RedriveLog {

        @Override
        public CompletableFuture<Known> known() {
            return request(world.log::known);
        }

        @Override
        public CompletableFuture<Manifest> read(long number) {
            return request(() -> world.log.read(number));
        }

        @Override
        public CompletableFuture<Boolean> append(Manifest manifest) {
            return request(() -> world.log.append(manifest));
        }

        @Override
        public CompletableFuture<Void> finish(long number, long timeMillis) {
            return request(() -> world.log.finish(number, timeMillis));
        }

        @Override
        public CompletableFuture<Repairs> settle(Repairs repairs) {
            return request(() -> world.log.settle(repairs));
        }

        @Override
        public CompletableFuture<Optional<Repairs>> repairs(String viewVersion) {
            return request(() -> world.log.repairs(viewVersion));
        }
    }
}
