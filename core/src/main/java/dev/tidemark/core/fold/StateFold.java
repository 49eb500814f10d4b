package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.pair.Halves;
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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one round writes to the state table, in two flights: first the ids of the views that drop duplicates and
 * the halves of the views of pairs, along with the tiles of all that need neither; then, knowing which events count and which
 * pairs there are, the tiles of the others (rules T3 and J1).
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

        /** What is folded of a head or of tiles. */
        private final FoldedEvents events;

        /** Null for halves. */
        private final @Nullable EntityWork entity;

        /** Of a width, for that kind. */
        private final @Nullable ItemWork item;

        /** Of halves, for that kind. */
        private final @Nullable KeyWork halves;

        /** Of the item that is put last. */
        private final ItemKey key;

        /** That item as this sandbox knows it or has read it; null if it does not and has not. */
        private @Nullable StoredItem base;

        private Task(
                Kind kind,
                ViewWork view,
                FoldedEvents events,
                @Nullable EntityWork entity,
                @Nullable ItemWork item,
                @Nullable KeyWork halves,
                ItemKey key) {
            this.kind = kind;
            this.view = view;
            this.events = events;
            this.entity = entity;
            this.item = item;
            this.halves = halves;
            this.key = key;
        }

        static Task ids(ViewWork view, EntityWork entity) {
            return new Task(Kind.IDS, view, view, entity, null, null, entity.idsKey());
        }

        static Task halves(ViewWork view, KeyWork halves) {
            return new Task(Kind.HALVES, view, view, null, null, halves, halves.item);
        }

        static Task head(ViewWork view, FoldedEvents events, EntityWork entity) {
            return new Task(Kind.HEAD, view, events, entity, null, null, entity.headKey());
        }

        static Task tiles(ViewWork view, FoldedEvents events, ItemWork item) {
            return new Task(Kind.TILES, view, events, item.entity, item, null, item.key);
        }

        EntityWork ofEntity() {
            return Objects.requireNonNull(entity);
        }

        KeyWork ofKey() {
            return Objects.requireNonNull(halves);
        }

        /** The first record of the batch that is held up if this fails. */
        int firstRow() {
            if (halves != null) {
                return halves.rows.first();
            }
            return events.record(item == null ? ofEntity().firstRow() : item.firstRow());
        }

        boolean isMemory() {
            return kind == Kind.IDS || kind == Kind.HALVES;
        }
    }

    /** What of an entity, or of a pair's key, is folded. */
    private enum Kind {
        IDS,
        HALVES,
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
            view.entitiesWithIds().forEach(entity -> first.add(Task.ids(view, entity)));
            for (EntityWork entity : view.entitiesWithHeads()) {
                (entity.hasIds() ? afterIds : first).add(Task.head(view, view, entity));
            }
            for (ItemWork item : view.items()) {
                (item.entity.hasIds() ? afterIds : first).add(Task.tiles(view, view, item));
            }
            if (view.pairs() != null) {
                view.pairs().keys().forEach(key -> first.add(Task.halves(view, key)));
            }
        }
        List<Task> all = new ArrayList<>(first);
        all.addAll(afterIds);
        return findBases(all).thenCompose(found -> fly(first)).thenCompose(ignored -> {
            List<Task> ofPairs = pairs();
            afterIds.removeIf(this::skip);
            afterIds.addAll(ofPairs);
            return findBases(ofPairs).thenCompose(found -> fly(afterIds));
        });
    }

    /** The tiles that take the pairs, once all halves are confirmed or have failed. */
    private List<Task> pairs() {
        List<Task> tasks = new ArrayList<>();
        for (ViewWork view : works) {
            PairWork pairs = view.pairs();
            if (pairs != null && !lane.isWarmingUp(view.view().version())) {
                pairs.pair(view.rows());
                pairs.entitiesWithHeads().forEach(entity -> tasks.add(Task.head(view, pairs, entity)));
                pairs.items().forEach(item -> tasks.add(Task.tiles(view, pairs, item)));
            }
        }
        return tasks;
    }

    private CompletableFuture<Void> findBases(List<Task> tasks) {
        @Nullable
        StoredItem[] cached =
                context.cache().get(tasks.stream().map(task -> task.key).toList());
        List<ItemKey> unseen = new ArrayList<>();
        for (int i = 0; i < cached.length; i++) {
            Task task = tasks.get(i);
            task.base = cached[i];
            if (task.base == null && (!task.isMemory() || !asksAncestors(task))) {
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
            case HALVES -> halves(task);
            case HEAD -> head(task);
            case TILES ->
                fold.fold(
                        new TileChange(Objects.requireNonNull(task.item), task.events, activatedAfter(task)),
                        task.base);
        };
    }

    private CompletableFuture<Boolean> head(Task task) {
        HeadChange change =
                new HeadChange(task.ofEntity(), task.events, activatedAfter(task), headUsefulMillis(task.key));
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

    /** U5: some lanes fold records of any age, and must find the heads that they wrote. */
    private long headUsefulMillis(ItemKey head) {
        long keepMillis = context.settings().keepHeadsFromMillis();
        return head.isOfStream() ? keepMillis : Math.max(keepMillis, nowMillis);
    }

    private void failed(Task task, @Nullable Throwable error) {
        if (error != null) {
            context.troubles().add("folding an item", error);
        }
        if (task.kind == Kind.IDS) {
            task.ofEntity().limit(0);
        } else if (task.kind == Kind.HALVES) {
            Objects.requireNonNull(task.view.pairs()).limit(task.firstRow());
        }
        context.counts().itemsFailed.increment();
        limits.failed(task.firstRow());
    }

    /** Skips the tiles of an entity whose ids failed; its rows are already reported as failed. */
    private boolean skip(Task task) {
        boolean skipped = task.ofEntity().limit() == 0;
        if (skipped) {
            context.counts().itemsFailed.increment();
        }
        return skipped;
    }

    private CompletableFuture<Boolean> ids(Task task) {
        return ofAncestors(task, BlockRange.IDS)
                .thenCompose(known -> ids(
                        task,
                        known.own(),
                        known.ofAncestors().stream()
                                .map(item -> SeenIds.decode(item.body()))
                                .toList()));
    }

    private CompletableFuture<Boolean> ids(Task task, @Nullable StoredItem base, List<SeenIds> remembered) {
        IdsChange change = new IdsChange(task.ofEntity(), task.view, remembered, nowMillis);
        return fold.fold(change, base).thenApply(confirmed -> {
            if (confirmed) {
                change.confirm(context.counts()).ifPresent(limits::held);
            }
            return confirmed;
        });
    }

    private CompletableFuture<Boolean> halves(Task task) {
        return ofAncestors(task, BlockRange.PAIRS)
                .thenCompose(known -> halves(
                        task,
                        known.own(),
                        known.ofAncestors().stream()
                                .map(item -> Halves.decode(item.body()))
                                .toList()));
    }

    private CompletableFuture<Boolean> halves(Task task, @Nullable StoredItem base, List<Halves> remembered) {
        PairWork pairs = Objects.requireNonNull(task.view.pairs());
        Halves.Terms terms = Objects.requireNonNull(task.view.view().pairs()).terms();
        HalvesChange change = new HalvesChange(task.ofKey(), task.view, pairs, terms, remembered, nowMillis);
        return fold.fold(change, base).thenApply(confirmed -> {
            if (confirmed) {
                change.confirm(context.counts()).ifPresent(row -> {
                    pairs.limit(row);
                    limits.held(row);
                });
            }
            return confirmed;
        });
    }

    /**
     * What is known of one item of ids or halves.
     *
     * @param own null if it is not there
     * @param ofAncestors the items of the lane's ancestors, in the order of their ids; empty if they were not asked
     */
    private record Known(@Nullable StoredItem own, List<StoredItem> ofAncestors) {}

    private CompletableFuture<Known> ofAncestors(Task task, BlockRange range) {
        if (!asksAncestors(task)) {
            return CompletableFuture.completedFuture(new Known(task.base, List.of()));
        }
        ItemKey key = task.key;
        return context.ports()
                .items()
                .query(key.viewVersion(), key.entity(), List.of(range))
                .thenApply(found -> {
                    StoredItem own = null;
                    Map<String, StoredItem> remembered = new TreeMap<>();
                    for (ItemStore.Found one : found) {
                        if (one.key().equals(key)) {
                            own = one.item();
                        } else if (ancestors.containsKey(one.key().lane())) {
                            remembered.put(one.key().lane(), one.item());
                        }
                    }
                    return new Known(own, List.copyOf(remembered.values()));
                });
    }

    /**
     * Whether an undecided event arrived so soon after the end of the lane's ancestors that what they remember matters.
     * Their items are final, so the answer never changes. A halves item that is there has taken it over (rule J2).
     */
    private boolean asksAncestors(Task task) {
        StoredItem base = task.base;
        if (ancestors.isEmpty() || (task.kind == Kind.HALVES && base != null)) {
            return false;
        }
        RowList rows = task.kind == Kind.HALVES ? task.ofKey().rows : task.ofEntity().idRows;
        long reachMillis = task.kind == Kind.HALVES
                ? task.view.view().rememberedMillis()
                : IdsChange.duplicates(task.view).rule().horizonMillis();
        for (int i = 0; i < rows.size(); i++) {
            EventRow row = task.view.row(rows.get(i));
            if (row.arrivalMillis() - reachMillis <= maxAncestorArrivalMillis
                    && (base == null || row.position().isAfter(base.mark()))) {
                return true;
            }
        }
        return false;
    }
}
