package dev.tidemark.core.history;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.Expiry;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
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
 * The tiles that a replay builds, event by event, in the memory of one thread. It is an item store, so that whatever
 * answers from the state table answers from a replay unchanged; there is nothing in flight, and nothing expires.
 */
public final class MemoryItems implements ItemStore {

    private final Map<String, OfView> views = new HashMap<>();

    /** Items of widths that the views do not have, such as ids. */
    private final Map<ItemKey, StoredItem> others = new HashMap<>();

    private int size;

    /**
     * No item's mark is after it, whatever its lane. A replay's next event mostly is, and that tells without a look at the
     * marks, each of which lies elsewhere in memory.
     */
    private Position highest = Position.ORIGIN;

    /** Looks at an item where it lies. */
    @FunctionalInterface
    public interface Looker {

        /** @param state valid until the next event is added; not to be changed */
        void look(ItemKey key, Position mark, ItemState state);
    }

    private static final class OfView {
        private final View view;
        private final Map<String, Rung[]> entities = new HashMap<>();

        OfView(View view) {
            this.view = view;
        }

        Rung[] rungs(String entity) {
            return entities.computeIfAbsent(entity, unknown -> {
                Rung[] rungs = new Rung[view.ladder().widths().size()];
                for (int i = 0; i < rungs.length; i++) {
                    rungs[i] = new Rung();
                }
                return rungs;
            });
        }

        int rungOf(String widthCode) {
            List<TileWidth> widths = view.ladder().widths();
            for (int i = 0; i < widths.size(); i++) {
                if (widths.get(i).code().equals(widthCode)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** The items of one entity and width, by block; those of one block in no order. */
    private static final class Rung {
        private Slot[] slots = new Slot[2];
        private int size;

        /** Where a block's items begin, or would. */
        private int lowerBound(long block) {
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (slots[middle].key.block() < block) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Nullable
        Slot find(long block, String lane) {
            // Events mostly go into the newest block.
            int at = size > 0 && slots[size - 1].key.block() < block ? size : lowerBound(block);
            for (; at < size && slots[at].key.block() == block; at++) {
                if (slots[at].key.lane().equals(lane)) {
                    return slots[at];
                }
            }
            return null;
        }

        void insert(Slot slot) {
            if (size == slots.length) {
                slots = Arrays.copyOf(slots, 2 * size);
            }
            int at = lowerBound(slot.key.block());
            System.arraycopy(slots, at, slots, at + 1, size - at);
            slots[at] = slot;
            size++;
        }
    }

    /** One item, as state, as bytes or as both. */
    private static final class Slot {
        private final ItemKey key;
        private final TileWidth width;
        private final View view;
        private Position mark;
        private @Nullable ItemState state;
        private @Nullable StoredItem stored;

        Slot(ItemKey key, TileWidth width, View view, Position mark) {
            this.key = key;
            this.width = width;
            this.view = view;
            this.mark = mark;
        }

        ItemState state() {
            ItemState known = state;
            if (known == null) {
                known = stored == null
                        ? ItemState.empty(view.layout(), width, key.block())
                        : ItemState.decode(view.layout(), width, key.block(), key.shardId(), stored.body());
                state = known;
            }
            return known;
        }

        StoredItem stored() {
            StoredItem known = stored;
            if (known == null) {
                known = new StoredItem(mark, state().encode(), Expiry.ofBlockSeconds(view, width, key.block()));
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
     * Adds an event to one tile of every width, as {@link dev.tidemark.core.fold.LaneDecider} tells. An item that holds
     * it already, by its mark, stays as it is (rule F4). Events of one lane in order.
     */
    public void add(View view, String laneId, String entity, EventRow row, long filterBits) {
        Rung[] rungs = ofView(view.version()).rungs(entity);
        boolean newest = raise(row.position());
        for (int i = 0; i < rungs.length; i++) {
            add(rungs, view, i, laneId, entity, row, filterBits, newest);
        }
    }

    /**
     * Likewise, to the tile of one width only.
     *
     * @param rung which width of the view's ladder
     */
    public void add(View view, int rung, String laneId, String entity, EventRow row, long filterBits) {
        Rung[] rungs = ofView(view.version()).rungs(entity);
        add(rungs, view, rung, laneId, entity, row, filterBits, raise(row.position()));
    }

    /** @return whether the position is after every mark */
    private boolean raise(Position position) {
        boolean newest = position.isAfter(highest);
        if (newest) {
            highest = position;
        }
        return newest;
    }

    private void add(
            Rung[] rungs,
            View view,
            int rung,
            String laneId,
            String entity,
            EventRow row,
            long filterBits,
            boolean newest) {
        TileWidth width = view.ladder().widths().get(rung);
        long tile = width.tileOf(row.eventTimeMillis());
        long block = width.blockOf(tile);
        Slot slot = rungs[rung].find(block, laneId);
        if (slot == null) {
            ItemKey key = new ItemKey(view.version(), entity, width.code(), block, laneId);
            slot = new Slot(key, width, view, Position.ORIGIN);
            rungs[rung].insert(slot);
            size++;
        }
        if (newest || row.position().isAfter(slot.mark)) {
            slot.add(tile, row, filterBits);
        }
    }

    /** Stores an item whatever is there, as from a checkpoint. */
    public void load(ItemKey key, StoredItem item) {
        OfView ofView = views.get(key.viewVersion());
        int rung = ofView == null ? -1 : ofView.rungOf(key.width());
        if (ofView == null || rung < 0) {
            others.put(key, item);
            return;
        }
        Rung items = ofView.rungs(key.entity())[rung];
        Slot slot = items.find(key.block(), key.lane());
        if (slot == null) {
            TileWidth width = ofView.view.ladder().widths().get(rung);
            slot = new Slot(key, width, ofView.view, item.mark());
            items.insert(slot);
            size++;
        }
        slot.replace(item);
        raise(item.mark());
    }

    /** Drops everything of an entity. */
    public void forget(View view, String entity) {
        Rung[] rungs = ofView(view.version()).entities.remove(entity);
        if (rungs != null) {
            for (Rung rung : rungs) {
                size -= rung.size;
            }
        }
    }

    /** How many items there are. */
    public int size() {
        return size + others.size();
    }

    /** The entities of a view that have an item; a copy. */
    public List<String> entities(View view) {
        return List.copyOf(ofView(view.version()).entities.keySet());
    }

    /** Every item as it would be stored, in no order. */
    public void forEach(BiConsumer<ItemKey, StoredItem> action) {
        views.values()
                .forEach(view -> view.entities.values().forEach(rungs -> {
                    for (Rung rung : rungs) {
                        for (int i = 0; i < rung.size; i++) {
                            action.accept(rung.slots[i].key, rung.slots[i].stored());
                        }
                    }
                }));
        others.forEach(action);
    }

    /**
     * Every item of one entity, width and range of blocks, in order of the blocks, without encoding it.
     *
     * @param rung which width of the view's ladder
     * @param lastBlock inclusive
     */
    public void look(View view, String entity, int rung, long firstBlock, long lastBlock, Looker looker) {
        Rung[] rungs = ofView(view.version()).entities.get(entity);
        if (rungs == null) {
            return;
        }
        Rung items = rungs[rung];
        for (int i = items.lowerBound(firstBlock); i < items.size && items.slots[i].key.block() <= lastBlock; i++) {
            Slot slot = items.slots[i];
            looker.look(slot.key, slot.mark, slot.state());
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
            for (int i = items.lowerBound(firstBlock); i < items.size && items.slots[i].key.block() <= lastBlock; i++) {
                found.add(new Found(items.slots[i].key, items.slots[i].stored()));
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
