package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
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

    private static final class Task {

        private final Kind kind;
        private final ViewWork view;
        private final EntityWork entity;

        /** Of a width, for that kind. */
        private final @Nullable ItemWork item;

        /** Of the item that is put last. */
        private final ItemKey key;

        /** That item as this sandbox knows it or has read it; null if it does not and has not. */
        private @Nullable StoredItem base;

        Task(Kind kind, ViewWork view, EntityWork entity, @Nullable ItemWork item, ItemKey key) {
            this.kind = kind;
            this.view = view;
            this.entity = entity;
            this.item = item;
            this.key = key;
        }

        int firstRow() {
            return item == null ? entity.firstRow() : item.firstRow();
        }
    }

    /** What of an entity is folded. */
    private enum Kind {
        IDS,
        HEAD,
        TILES
    }

    StateFold(RunContext context, LaneRow lane, List<ViewWork> works, RowLimits limits) {
        this.context = context;
        this.lane = lane;
        this.works = works;
        this.limits = limits;
        this.nowMillis = context.ports().clockMillis().getAsLong();
        this.fold = new ItemFold(context, nowMillis);
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
                first.add(new Task(Kind.IDS, view, entity, null, entity.idsKey()));
            }
            for (EntityWork entity : view.entitiesWithHeads()) {
                (entity.hasIds() ? afterIds : first).add(new Task(Kind.HEAD, view, entity, null, entity.headKey()));
            }
            for (ItemWork item : view.items()) {
                (item.entity.hasIds() ? afterIds : first).add(new Task(Kind.TILES, view, item.entity, item, item.key));
            }
        }
        List<Task> all = new ArrayList<>(first);
        all.addAll(afterIds);
        return findBases(all).thenCompose(found -> fly(first)).thenCompose(ignored -> {
            afterIds.removeIf(this::skip);
            return fly(afterIds);
        });
    }

    private CompletableFuture<Void> findBases(List<Task> tasks) {
        @Nullable
        StoredItem[] cached =
                context.cache().get(tasks.stream().map(task -> task.key).toList());
        List<ItemKey> unseen = new ArrayList<>();
        for (int i = 0; i < cached.length; i++) {
            Task task = tasks.get(i);
            task.base = cached[i];
            if (task.base == null && (task.kind != Kind.IDS || !asksAncestors(task))) {
                unseen.add(task.key);
            }
        }
        return context.read(unseen)
                .thenAccept(found -> tasks.stream()
                        .filter(task -> task.base == null)
                        .forEach(task -> task.base = found.get(task.key)));
    }

    private CompletableFuture<Void> fly(List<Task> tasks) {
        return Flight.run(tasks, context.settings().maxPutsInFlight(), context.stop(), this::fold, this::failed);
    }

    private CompletableFuture<Boolean> fold(Task task) {
        return switch (task.kind) {
            case IDS -> ids(task);
            case HEAD -> head(task);
            case TILES ->
                fold.fold(
                        new TileChange(Objects.requireNonNull(task.item), task.view, activatedAfter(task)), task.base);
        };
    }

    private CompletableFuture<Boolean> head(Task task) {
        HeadChange change = new HeadChange(task.entity, task.view, activatedAfter(task), headUsefulMillis(task.key));
        return fold.fold(change, task.base).thenApply(confirmed -> {
            if (change.isUseless(nowMillis)) {
                context.counts().expired.increment();
            }
            return confirmed;
        });
    }

    private Position activatedAfter(Task task) {
        return Objects.requireNonNull(lane.views().get(task.view.view().version()));
    }

    /** U5: a backfill or redrive folds records of any age, and must find the heads that it wrote. */
    private long headUsefulMillis(ItemKey head) {
        return head.isLive() ? context.settings().keepHeadsFromMillis() : nowMillis;
    }

    private void failed(Task task, @Nullable Throwable error) {
        if (error != null) {
            context.troubles().add("folding an item", error);
        }
        if (task.kind == Kind.IDS) {
            task.entity.limit(0);
        }
        context.counts().itemsFailed.increment();
        limits.failed(task.firstRow());
    }

    /** Skips the tiles of an entity whose ids failed; its rows are already reported as failed. */
    private boolean skip(Task task) {
        boolean skipped = task.entity.limit() == 0;
        if (skipped) {
            context.counts().itemsFailed.increment();
        }
        return skipped;
    }

    private CompletableFuture<Boolean> ids(Task task) {
        if (!asksAncestors(task)) {
            return ids(task, task.base, List.of());
        }
        ItemKey key = task.key;
        return context.ports()
                .items()
                .query(key.viewVersion(), key.entity(), List.of(BlockRange.IDS))
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
        IdsChange change = new IdsChange(task.entity, task.view, remembered, nowMillis);
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
        long horizonMillis = IdsChange.duplicates(task.view).rule().horizonMillis();
        StoredItem base = task.base;
        for (int i = 0; i < task.entity.idRows.size(); i++) {
            EventRow row = task.view.rows().row(task.entity.idRows.get(i));
            if (row.arrivalMillis() - horizonMillis <= maxAncestorArrivalMillis
                    && (base == null || row.position().isAfter(base.mark()))) {
                return true;
            }
        }
        return false;
    }
}
