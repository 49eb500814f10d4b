package dev.tidemark.core.history;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.Expiry;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The tiles that a replay builds, event by event, in the memory of one thread. It is an item store, so the code that
 * answers from the state table answers from a replay unchanged. Nothing is in flight, and nothing expires.
 */
public final class MemoryItems implements ItemStore {

    private final Map<String, OfView> views = new HashMap<>();

    /** Items of widths that the views do not have, such as ids. */
    private final Map<ItemKey, StoredItem> others = new HashMap<>();

    private int size;

    /**
     * An upper bound of all items' marks, over all lanes. A replay's next event is mostly after it, which saves a look
     * at the marks, each elsewhere in memory.
     */
    private Position highest = Position.ORIGIN;

    private static final class OfView {
        private final List<OfWidth> widths;
        private final Map<String, Rung[]> entities = new HashMap<>();

        OfView(View view) {
            widths = view.ladder().widths().stream()
                    .map(width -> new OfWidth(view, width))
                    .toList();
        }

        Rung[] rungs(String entity) {
            Rung[] known = entities.get(entity);
            return known != null ? known : newRungs(entity);
        }

        private Rung[] newRungs(String entity) {
            Rung[] rungs = new Rung[widths.size()];
            Arrays.setAll(rungs, i -> new Rung());
            entities.put(entity, rungs);
            return rungs;
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
        private final long block;
        private final String lane;
        private Position mark = Position.ORIGIN;
        private @Nullable ItemState state;
        private @Nullable StoredItem stored;

        Slot(OfWidth of, long block, String lane) {
            this.of = of;
            this.block = block;
            this.lane = lane;
        }

        boolean is(long ofBlock, String ofLane) {
            return block == ofBlock && lane.equals(ofLane);
        }

        ItemKey key(String entity) {
            return new ItemKey(of.view.version(), entity, of.width.code(), block, lane);
        }

        ItemState state() {
            ItemState known = state;
            if (known == null) {
                known = stored == null
                        ? ItemState.empty(of.view.layout(), of.width, block)
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

        void add(long tile, EventRow row, long filterBits) {
            state().add(tile, row, filterBits);
            mark = row.position();
            stored = null;
        }

        void replace(StoredItem item) {
            mark = item.mark();
            stored = item;
            state = null;
        }
    }

    /** @param views those whose events will be added */
    public MemoryItems(Collection<View> views) {
        views.forEach(view -> this.views.put(view.version(), new OfView(view)));
    }

    /**
     * Adds an event to one tile of every width, as told by {@link dev.tidemark.core.fold.LaneDecider}. An item whose
     * mark says that it holds the event stays as it is (rule F4). The events of a lane must come in order.
     */
    public void add(View view, String laneId, String entity, EventRow row, long filterBits) {
        OfView ofView = ofView(view.version());
        Rung[] rungs = ofView.rungs(entity);
        boolean newest = raise(row.position());
        for (int i = 0; i < rungs.length; i++) {
            add(rungs[i], ofView.widths.get(i), laneId, row, filterBits, newest);
        }
    }

    /**
     * Adds an event to the tile of one width only.
     *
     * @param rung which width of the view's ladder
     */
    public void add(View view, int rung, String laneId, String entity, EventRow row, long filterBits) {
        OfView ofView = ofView(view.version());
        add(ofView.rungs(entity)[rung], ofView.widths.get(rung), laneId, row, filterBits, raise(row.position()));
    }

    /** @return whether the position is after every mark */
    private boolean raise(Position position) {
        boolean newest = position.isAfter(highest);
        if (newest) {
            highest = position;
        }
        return newest;
    }

    private void add(Rung rung, OfWidth of, String laneId, EventRow row, long filterBits, boolean newest) {
        long tile = of.width.tileOf(row.eventTimeMillis());
        Slot slot = slot(rung, of, of.width.blockOf(tile), laneId);
        if (newest || row.position().isAfter(slot.mark)) {
            slot.add(tile, row, filterBits);
        }
    }

    private Slot slot(Rung rung, OfWidth of, long block, String laneId) {
        Slot slot = rung.find(block, laneId);
        if (slot == null) {
            slot = new Slot(of, block, laneId);
            rung.insert(slot);
            size++;
        }
        return slot;
    }

    /** Stores an item unconditionally, as from a checkpoint. */
    public void load(ItemKey key, StoredItem item) {
        OfView ofView = views.get(key.viewVersion());
        int rung = ofView == null ? -1 : ofView.rungOf(key.width());
        if (ofView == null || rung < 0) {
            others.put(key, item);
            return;
        }
        slot(ofView.rungs(key.entity())[rung], ofView.widths.get(rung), key.block(), key.lane())
                .replace(item);
        raise(item.mark());
    }

    /** How many items there are. */
    public int size() {
        return size + others.size();
    }

    /** Every item as it would be stored, unordered. */
    public void forEach(BiConsumer<ItemKey, StoredItem> action) {
        views.values()
                .forEach(view -> view.entities.forEach((entity, rungs) -> {
                    for (Rung rung : rungs) {
                        for (int i = 0; i < rung.size; i++) {
                            action.accept(rung.slots[i].key(entity), rung.slots[i].stored());
                        }
                    }
                }));
        others.forEach(action);
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
    public CompletableFuture<List<Found>> query(
            String viewVersion, String entity, String width, long firstBlock, long lastBlock) {
        OfView ofView = views.get(viewVersion);
        int rung = ofView == null ? -1 : ofView.rungOf(width);
        List<Found> found = new ArrayList<>();
        if (ofView == null || rung < 0) {
            others.forEach((key, item) -> {
                if (key.viewVersion().equals(viewVersion)
                        && key.entity().equals(entity)
                        && key.width().equals(width)
                        && key.block() >= firstBlock
                        && key.block() <= lastBlock) {
                    found.add(new Found(key, item));
                }
            });
        } else if (ofView.entities.containsKey(entity)) {
            Rung items = ofView.rungs(entity)[rung];
            for (int i = items.lowerBound(firstBlock); i < items.size && items.slots[i].block <= lastBlock; i++) {
                found.add(new Found(items.slots[i].key(entity), items.slots[i].stored()));
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    /** The item, or null if there is none. */
    public @Nullable StoredItem get(ItemKey key) {
        OfView ofView = views.get(key.viewVersion());
        int rung = ofView == null ? -1 : ofView.rungOf(key.width());
        if (ofView == null || rung < 0) {
            return others.get(key);
        }
        Rung[] rungs = ofView.entities.get(key.entity());
        Slot slot = rungs == null ? null : rungs[rung].find(key.block(), key.lane());
        return slot == null ? null : slot.stored();
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
