package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one round writes to the state table, in two flights: first the ids of the views that drop duplicates,
 * along with the tiles of all that need no ids; then, knowing which events count, the tiles of the others (rule T3).
 */
final class StateFold {

    private final RunContext context;
    private final LaneRow lane;
    private final List<ViewWork> works;
    private final RowLimits limits;
    private final ItemFold fold;
    private final Map<String, Long> ancestors;
    private final long maxAncestorArrivalMillis;
    private final long nowMillis;

    /**
     * @param item null for the ids of the entity
     * @param cached the item as this sandbox knows it; null if it does not
     */
    private record Task(
            ViewWork view,
            EntityWork entity,
            @Nullable ItemWork item,
            @Nullable StoredItem cached) {

        ItemKey key() {
            return item == null ? entity.idsKey() : item.key;
        }

        int firstRow() {
            return item == null ? entity.firstRow() : item.firstRow();
        }
    }

    StateFold(RunContext context, LaneRow lane, List<ViewWork> works, RowLimits limits) {
        this.context = context;
        this.lane = lane;
        this.works = works;
        this.limits = limits;
        this.fold = new ItemFold(context);
        this.nowMillis = context.ports().clockMillis().getAsLong();
        this.ancestors = Objects.requireNonNullElse(lane.ancestors(), Map.of());
        this.maxAncestorArrivalMillis =
                ancestors.values().stream().mapToLong(Long::longValue).max().orElse(Long.MIN_VALUE);
    }

    /** @return completes, never exceptionally, when every write that was issued has been answered */
    CompletableFuture<Void> run() {
        List<Task> first = new ArrayList<>();
        List<Task> afterIds = new ArrayList<>();
        for (ViewWork view : works) {
            for (EntityWork entity : view.entitiesWithIds()) {
                first.add(new Task(view, entity, null, context.cache().get(entity.idsKey())));
            }
            for (ItemWork item : view.items()) {
                (item.entity.hasIds() ? afterIds : first)
                        .add(new Task(view, item.entity, item, context.cache().get(item.key)));
            }
        }
        return read(first, afterIds)
                .thenCompose(found -> fly(first, found).thenCompose(ignored -> {
                    afterIds.removeIf(this::skip);
                    return fly(afterIds, found);
                }));
    }

    private CompletableFuture<Map<ItemKey, StoredItem>> read(List<Task> first, List<Task> afterIds) {
        List<ItemKey> unseen = new ArrayList<>();
        for (Task task : first) {
            if (task.cached() == null && (task.item() != null || !asksAncestors(task))) {
                unseen.add(task.key());
            }
        }
        for (Task task : afterIds) {
            if (task.cached() == null) {
                unseen.add(task.key());
            }
        }
        if (unseen.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        // After a failed read a condition fails later, which returns the item, so continuing loses nothing.
        return context.ports().items().read(unseen).exceptionally(error -> {
            context.troubles().add("reading items", error);
            return Map.of();
        });
    }

    private CompletableFuture<Void> fly(List<Task> tasks, Map<ItemKey, StoredItem> found) {
        return Flight.run(
                tasks,
                context.settings().maxPutsInFlight(),
                context.stop(),
                task -> {
                    StoredItem base = task.cached() != null ? task.cached() : found.get(task.key());
                    return task.item() == null ? ids(task, base) : tiles(task, task.item(), base);
                },
                this::failed);
    }

    private void failed(Task task, @Nullable Throwable error) {
        if (error != null) {
            context.troubles().add("folding an item", error);
        }
        if (task.item() == null) {
            task.entity().limit(0);
        }
        context.counts().itemsFailed.increment();
        limits.failed(task.firstRow());
    }

    /** Skips the tiles of an entity whose ids failed; its rows are already reported as failed. */
    private boolean skip(Task task) {
        boolean skipped = task.entity().limit() == 0;
        if (skipped) {
            context.counts().itemsFailed.increment();
        }
        return skipped;
    }

    private CompletableFuture<Boolean> tiles(Task task, ItemWork item, @Nullable StoredItem base) {
        Position activatedAfter =
                Objects.requireNonNull(lane.views().get(task.view().view().version()));
        TileChange change = new TileChange(item, task.view(), activatedAfter);
        if (change.isExpired(nowMillis)) {
            context.counts().expired.increment();
            return CompletableFuture.completedFuture(true);
        }
        return fold.fold(change, base);
    }

    private CompletableFuture<Boolean> ids(Task task, @Nullable StoredItem base) {
        if (!asksAncestors(task)) {
            return ids(task, base, List.of());
        }
        ItemKey key = task.key();
        return context.ports()
                .items()
                .query(key.viewVersion(), key.entity(), ItemKey.IDS, key.block(), key.block())
                .thenCompose(found -> {
                    StoredItem own = null;
                    List<SeenIds> remembered = new ArrayList<>();
                    for (ItemStore.Found one : found) {
                        if (one.key().equals(key)) {
                            own = one.item();
                        } else if (ancestors.containsKey(one.key().lane())) {
                            remembered.add(SeenIds.decode(one.item().body()));
                        }
                    }
                    return ids(task, own, remembered);
                });
    }

    private CompletableFuture<Boolean> ids(Task task, @Nullable StoredItem base, List<SeenIds> remembered) {
        IdsChange change = new IdsChange(task.entity(), task.view(), remembered, nowMillis);
        return fold.fold(change, base).thenApply(confirmed -> {
            if (confirmed) {
                change.confirm(context.counts()).ifPresent(limits::held);
            }
            return confirmed;
        });
    }

    /**
     * Whether an undecided event arrived so soon after the end of the lane's ancestors that its id may have counted
     * there. Their items are final, so the answer never changes.
     */
    private boolean asksAncestors(Task task) {
        if (ancestors.isEmpty()) {
            return false;
        }
        long horizonMillis = IdsChange.duplicates(task.view()).rule().horizonMillis();
        StoredItem cached = task.cached();
        for (int i = 0; i < task.entity().size(); i++) {
            EventRow row = task.view().rows().row(task.entity().row(i));
            if (row.arrivalMillis() - horizonMillis <= maxAncestorArrivalMillis
                    && (cached == null || row.position().isAfter(cached.mark()))) {
                return true;
            }
        }
        return false;
    }
}
