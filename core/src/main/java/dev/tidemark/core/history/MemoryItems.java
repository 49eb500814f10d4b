package dev.tidemark.core.history;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.EntityState;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tiles that a replay builds, event by event, in the memory of one thread. It is an item store, so the code that
 * answers from the state table answers from a replay unchanged. Nothing is in flight, and nothing expires.
 */
public final class MemoryItems implements ItemStore {

    private final Map<String, OfView> views = new HashMap<>();
    private final Limits limits;

    /** Up to which position an item takes events. */
    @FunctionalInterface
    public interface Limits {

        /** Null if it takes all. */
        @Nullable
        Position of(ItemKey key);
    }

    /** Items of widths that the views do not have, such as ids. */
    private final Map<ItemKey, StoredItem> others = new HashMap<>();

    private int size;

    /**
     * An upper bound of all items' marks, over all lanes. A replay's next event is mostly after it, which saves a look
     * at the marks, each elsewhere in memory.
     */
    private Position highest = Position.ORIGIN;

    private final class OfView {
        private final View view;
        private final List<OfWidth> widths;
        private final Map<String, OfEntity> entities = new HashMap<>();

        OfView(View view) {
            this.view = view;
            this.widths = view.ladder().widths().stream()
                    .map(width -> new OfWidth(view, width))
                    .toList();
        }

        OfEntity entity(String entity) {
            OfEntity known = entities.get(entity);
            return known != null ? known : newEntity(entity);
        }

        private OfEntity newEntity(String entity) {
            OfEntity created = new OfEntity(this, entity);
            entities.put(entity, created);
            return created;
        }

        int rungOf(String widthCode) {
            for (int i = 0; i < widths.size(); i++) {
                if (widths.get(i).width.code().equals(widthCode)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** The items of one entity. Takes what heads send below. */
    private final class OfEntity implements EntityState.Items {
        private final OfView of;
        private final String entity;
        private final Rung[] rungs;

        /** By lane; empty if the view has no heads. */
        private final Map<String, Head> heads = new HashMap<>();

        /** Whose head is being added to. */
        private String lane = "";

        OfEntity(OfView of, String entity) {
            this.of = of;
            this.entity = entity;
            this.rungs = new Rung[of.widths.size()];
            Arrays.setAll(rungs, i -> new Rung());
        }

        void addToHead(String laneId, EventRow row, long filterBits) {
            lane = laneId;
            head(laneId).add(row, filterBits, this);
        }

        Head head(String laneId) {
            return heads.computeIfAbsent(laneId, created -> {
                size++;
                return new Head(of.view, ItemKey.head(of.view.version(), entity, laneId), limits);
            });
        }

        Slot slot(int rung, long block, String laneId) {
            Slot slot = rungs[rung].find(block, laneId);
            if (slot == null) {
                slot = new Slot(of.widths.get(rung), entity, block, laneId, limits);
                rungs[rung].insert(slot);
                size++;
            }
            return slot;
        }

        @Override
        public void event(int rung, long tile, EventRow row, long filterBits, long open) {
            Slot slot = slot(rung, of.widths.get(rung).width.blockOf(tile), lane);
            if (slot.takesBelow(row.position())) {
                slot.add(tile, row, filterBits);
                slot.state().setOpen(open);
            }
        }

        @Override
        public void tile(int rung, long tile, byte[] encoded, EventRow row, long open) {
            Slot slot = slot(rung, of.widths.get(rung).width.blockOf(tile), lane);
            if (slot.takesBelow(row.position())) {
                slot.merge(tile, encoded, row.position());
                slot.state().setOpen(open);
            }
        }
    }

    /** The head of an entity in one lane. */
    private static final class Head {
        private final View view;
        private final ItemKey key;
        private final @Nullable Position limit;
        private EntityState state;

        /** As stored before the first event beyond the limit, once there was one; null if there was none. */
        private @Nullable StoredItem then;

        private boolean isBeyond;

        Head(View view, ItemKey key, Limits limits) {
            this.view = view;
            this.key = key;
            this.limit = limits.of(key);
            this.state = new EntityState(view, key.shardId(), null);
        }

        void replace(StoredItem item) {
            state = new EntityState(view, key.shardId(), item);
        }

        void add(EventRow row, long filterBits, EntityState.Items below) {
            if (!isBeyond && limit != null && row.position().isAfter(limit)) {
                then = stored();
                isBeyond = true;
            }
            state.add(row, filterBits, below);
        }

        @Nullable
        StoredItem stored() {
            if (isBeyond) {
                return then;
            }
            return state.mark().equals(Position.ORIGIN) ? null : state.stored();
        }
    }

    /** What the items of one width of a view have in common. */
    private record OfWidth(View view, TileWidth width) {}

    /** The items of one entity and width, by block; within a block unordered. */
    private static final class Rung {
        private Slot[] slots = new Slot[1];
        private int size;

        /** Found last, and mostly looked for next. */
        private @Nullable Slot last;

        /** Where a block's items begin, or would be inserted. */
        private int lowerBound(long block) {
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (slots[middle].block < block) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Nullable
        Slot find(long block, String lane) {
            Slot found = last;
            if (found == null || !found.is(block, lane)) {
                found = search(block, lane);
                last = found;
            }
            return found;
        }

        private @Nullable Slot search(long block, String lane) {
            for (int at = lowerBound(block); at < size && slots[at].block == block; at++) {
                if (slots[at].is(block, lane)) {
                    return slots[at];
                }
            }
            return null;
        }

        void insert(Slot slot) {
            if (size == slots.length) {
                slots = Arrays.copyOf(slots, 2 * size);
            }
            int at = lowerBound(slot.block);
            System.arraycopy(slots, at, slots, at + 1, size - at);
            slots[at] = slot;
            size++;
            last = slot;
        }
    }

    /** One item, as state, as bytes or as both. */
    private static final class Slot {
        private final OfWidth of;
        private final String entity;
        private final long block;
        private final String lane;
        private final @Nullable Position limit;
        private Position mark = Position.ORIGIN;

        /** The mark that it was loaded with. */
        private Position loaded = Position.ORIGIN;

        private @Nullable ItemState state;
        private @Nullable StoredItem stored;

        Slot(OfWidth of, String entity, long block, String lane, Limits limits) {
            this.of = of;
            this.entity = entity;
            this.block = block;
            this.lane = lane;
            this.limit = limits.of(key());
        }

        boolean is(long ofBlock, String ofLane) {
            return block == ofBlock && lane.equals(ofLane);
        }

        ItemKey key() {
            return new ItemKey(of.view.version(), entity, of.width.code(), block, lane);
        }

        ItemState state() {
            ItemState known = state;
            if (known == null) {
                known = stored == null
                        ? ItemState.empty(of.view.layout(), of.width, block, Lane.shardIdOf(lane))
                        : ItemState.decode(of.view.layout(), of.width, block, Lane.shardIdOf(lane), stored.body());
                state = known;
            }
            return known;
        }

        StoredItem stored() {
            StoredItem known = stored;
            if (known == null) {
                known = new StoredItem(mark, state().encode(), Expiry.ofBlockSeconds(of.view, of.width, block));
                stored = known;
            }
            return known;
        }

        /** Whether anything was put into it; a limit may keep it empty. */
        boolean isThere() {
            return !mark.equals(Position.ORIGIN);
        }

        void add(long tile, EventRow row, long filterBits) {
            state().add(tile, row, filterBits);
            mark = row.position();
            stored = null;
        }

        /** Tiles that one event makes go below have one position, so only the mark it was loaded with tells. */
        boolean takesBelow(Position position) {
            return position.isAfter(loaded) && isWithinLimit(position);
        }

        boolean isWithinLimit(Position position) {
            return limit == null || !position.isAfter(limit);
        }

        void merge(long tile, byte[] encoded, Position position) {
            state().merge(tile, encoded);
            mark = position;
            stored = null;
        }

        void replace(StoredItem item) {
            mark = item.mark();
            loaded = mark;
            stored = item;
            state = null;
        }
    }

    /** @param views those whose events will be added */
    public MemoryItems(Collection<View> views) {
        this(views, key -> null);
    }

    /** @param limits up to which position each item takes events */
    public MemoryItems(Collection<View> views, Limits limits) {
        this.limits = limits;
        views.forEach(view -> this.views.put(view.version(), new OfView(view)));
    }

    /**
     * Adds an event to the items that the fold puts it into, as told by {@link dev.tidemark.core.fold.LaneDecider}. An item
     * that was loaded with the event in it stays as it is (rule F4). The events of a lane must come in order.
     */
    public void add(View view, String laneId, String entity, EventRow row, long filterBits) {
        OfView ofView = ofView(view.version());
        OfEntity ofEntity = ofView.entity(entity);
        if (view.head() != null) {
            ofEntity.addToHead(laneId, row, filterBits);
            return;
        }
        boolean newest = raise(row.position());
        for (int rung = 0; rung < ofView.widths.size(); rung++) {
            TileWidth width = ofView.widths.get(rung).width;
            long tile = width.tileOf(row.eventTimeMillis());
            Slot slot = ofEntity.slot(rung, width.blockOf(tile), laneId);
            if ((newest || row.position().isAfter(slot.loaded)) && slot.isWithinLimit(row.position())) {
                slot.add(tile, row, filterBits);
            }
        }
    }

    /** @return whether the position is after every mark */
    private boolean raise(Position position) {
        boolean newest = position.isAfter(highest);
        if (newest) {
            highest = position;
        }
        return newest;
    }

    /** Stores an item unconditionally, as from a checkpoint. */
    public void load(ItemKey key, StoredItem item) {
        OfView ofView = views.get(key.viewVersion());
        int rung = ofView == null ? -1 : ofView.rungOf(key.width());
        if (ofView != null && key.isHead()) {
            ofView.entity(key.entity()).head(key.lane()).replace(item);
        } else if (ofView == null || rung < 0) {
            others.put(key, item);
        } else {
            ofView.entity(key.entity()).slot(rung, key.block(), key.lane()).replace(item);
            raise(item.mark());
        }
    }

    /** How many items there are. */
    public int size() {
        return size + others.size();
    }

    /** Every item as it would be stored, unordered. */
    public void forEach(BiConsumer<ItemKey, StoredItem> action) {
        views.values().forEach(view -> view.entities.values().forEach(entity -> forEach(entity, key -> true, action)));
        others.forEach(action);
    }

    private static void forEach(OfEntity entity, Predicate<ItemKey> wanted, BiConsumer<ItemKey, StoredItem> action) {
        for (Rung rung : entity.rungs) {
            for (int i = 0; i < rung.size; i++) {
                if (rung.slots[i].isThere() && wanted.test(rung.slots[i].key())) {
                    action.accept(rung.slots[i].key(), rung.slots[i].stored());
                }
            }
        }
        for (Head head : entity.heads.values()) {
            StoredItem stored = wanted.test(head.key) ? head.stored() : null;
            if (stored != null) {
                action.accept(head.key, stored);
            }
        }
    }

    @Override
    public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
        Map<ItemKey, StoredItem> found = new HashMap<>();
        for (ItemKey key : keys) {
            StoredItem item = get(key);
            if (item != null) {
                found.put(key, item);
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
        return CompletableFuture.completedFuture(Optional.ofNullable(get(key)));
    }

    @Override
    public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        StoredItem current = get(key);
        Position mark = current == null ? null : current.mark();
        if (expectedMark == null ? mark != null : !expectedMark.equals(mark)) {
            return CompletableFuture.completedFuture(new Cas.Conflict<>(current));
        }
        load(key, item);
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }

    @Override
    public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
        Predicate<ItemKey> wanted = key -> ranges.stream().anyMatch(range -> range.contains(key));
        List<Found> found = new ArrayList<>();
        OfView ofView = views.get(viewVersion);
        OfEntity ofEntity = ofView == null ? null : ofView.entities.get(entity);
        if (ofEntity != null) {
            forEach(ofEntity, wanted, (key, item) -> found.add(new Found(key, item)));
        }
        others.forEach((key, item) -> {
            if (key.viewVersion().equals(viewVersion) && key.entity().equals(entity) && wanted.test(key)) {
                found.add(new Found(key, item));
            }
        });
        return CompletableFuture.completedFuture(found);
    }

    /** The item, or null if there is none. */
    public @Nullable StoredItem get(ItemKey key) {
        OfView ofView = views.get(key.viewVersion());
        int rung = ofView == null ? -1 : ofView.rungOf(key.width());
        if (ofView == null || (rung < 0 && !key.isHead())) {
            return others.get(key);
        }
        OfEntity ofEntity = ofView.entities.get(key.entity());
        if (ofEntity == null) {
            return null;
        }
        if (key.isHead()) {
            Head head = ofEntity.heads.get(key.lane());
            return head == null ? null : head.stored();
        }
        Slot slot = ofEntity.rungs[rung].find(key.block(), key.lane());
        return slot == null || !slot.isThere() ? null : slot.stored();
    }

    private OfView ofView(String viewVersion) {
        OfView ofView = views.get(viewVersion);
        if (ofView == null) {
            throw new IllegalArgumentException(
                    "view version " + viewVersion + " is none of those given: " + views.keySet());
        }
        return ofView;
    }
}
