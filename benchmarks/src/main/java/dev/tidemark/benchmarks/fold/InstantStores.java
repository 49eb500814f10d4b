package dev.tidemark.benchmarks.fold;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stores that answer at once, so that a benchmark measures the fold and not a store. They keep the lane's row, and the
 * items if they are told to. For one thread and one lane.
 */
final class InstantStores implements ItemStore, ControlStore {

    private final boolean keepsItems;
    private final Map<ItemKey, StoredItem> items = new HashMap<>();
    private final List<Found> unsettled = new ArrayList<>();
    private long itemsRead;
    private @Nullable ControlRow controlRow;
    private @Nullable LaneRow laneRow;

    InstantStores(boolean keepsItems) {
        this.keepsItems = keepsItems;
    }

    FoldPorts ports(LongSupplier clockMillis) {
        Archive archive = segment -> CompletableFuture.completedFuture(null);
        Quarantine quarantine = entries -> CompletableFuture.completedFuture(null);
        return new FoldPorts(
                this,
                this,
                archive,
                quarantine,
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                clockMillis,
                new Random(1));
    }

    /** Brings the items written into the map that reads look into: work of a store, to be done when nobody measures. */
    void settle() {
        unsettled.forEach(written -> items.put(written.key(), written.item()));
        unsettled.clear();
    }

    /** Looked for, whether found or not. */
    long itemsRead() {
        return itemsRead;
    }

    @Override
    public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
        settle();
        itemsRead += keys.size();
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
    public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
        return CompletableFuture.completedFuture(Optional.ofNullable(items.get(key)));
    }

    @Override
    public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        if (keepsItems) {
            unsettled.add(new Found(key, item));
        }
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }

    @Override
    public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
        throw new UnsupportedOperationException("the fold does not query");
    }

    @Override
    public CompletableFuture<Optional<ControlRow>> readControl() {
        return CompletableFuture.completedFuture(Optional.ofNullable(controlRow));
    }

    @Override
    public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
        controlRow = next;
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }

    @Override
    public CompletableFuture<Optional<LaneRow>> readLane(Lane lane) {
        return CompletableFuture.completedFuture(Optional.ofNullable(laneRow));
    }

    @Override
    public CompletableFuture<List<LaneRow>> readLanes() {
        return CompletableFuture.completedFuture(laneRow == null ? List.of() : List.of(laneRow));
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
        return writeLane(row);
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        laneRow = next;
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }
}
