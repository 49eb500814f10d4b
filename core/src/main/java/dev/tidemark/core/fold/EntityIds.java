package dev.tidemark.core.fold;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The event ids that one lane remembers during a replay, by view and entity (rule T3): what the fold keeps in ids
 * items. In a replay everything before an event is decided, so every event can be decided. Not thread-safe.
 */
public final class EntityIds {

    private final String laneId;
    private final Map<String, Map<String, Remembered>> byView = new HashMap<>();

    /** By ids item, the mark up to which it is wanted. */
    private final Map<ItemKey, Position> limits = new HashMap<>();

    /** Of one entity; the mark is that of the ids item. */
    private static final class Remembered {
        private final SeenIds ids;
        private Position mark;

        /** The item as of the wanted position, once a later event was decided. */
        private @Nullable StoredItem then;

        Remembered(SeenIds ids, Position mark) {
            this.ids = ids;
            this.mark = mark;
        }
    }

    /** Nothing remembered yet. */
    public EntityIds(String laneId) {
        this.laneId = laneId;
    }

    public String laneId() {
        return laneId;
    }

    /** Takes over an ids item of this view, as from a checkpoint. */
    public void seed(ItemKey key, StoredItem item) {
        if (!key.isIds()) {
            throw new IllegalArgumentException("no ids item: " + key.sortKey());
        }
        byView.computeIfAbsent(key.viewVersion(), version -> new HashMap<>())
                .put(key.entity(), new Remembered(SeenIds.decode(item.body()), item.mark()));
    }

    /**
     * Decides whether an event counts, and remembers it. Events in lane order.
     *
     * @param view drops duplicates
     * @param ancestors what the lane's ancestors remembered at their ends
     * @return false if it is a duplicate; an event without an id is none
     */
    boolean counts(View view, String entity, EventRow row, List<EntityIds> ancestors) {
        View.Duplicates duplicates = Objects.requireNonNull(view.duplicates());
        HashValue128 id = SeenIds.hash(row, duplicates.slot());
        if (id == null) {
            return true;
        }
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        long owner = SeenIds.owner(row.position());
        Remembered own = byView.computeIfAbsent(view.version(), version -> new HashMap<>())
                .computeIfAbsent(entity, unknown -> new Remembered(new SeenIds(), Position.ORIGIN));
        if (!row.position().isAfter(own.mark)) {
            return own.ids.owns(high, low, owner, row.arrivalMillis());
        }
        boolean known = false;
        for (EntityIds ancestor : ancestors) {
            known |= ancestor.contains(view, entity, high, low, row.arrivalMillis());
        }
        if (!limits.isEmpty()) {
            remember(view, entity, own, row.position());
        }
        own.mark = row.position();
        return own.ids.foldSettled(high, low, owner, row.arrivalMillis(), duplicates.rule(), known)
                == SeenIds.Decision.COUNTED;
    }

    /** Fixes the item as of a mark, or as of the last event before it, regardless of later decisions. */
    public void limit(ItemKey key, Position mark) {
        limits.put(key, mark);
    }

    private void remember(View view, String entity, Remembered own, Position next) {
        Position limit = limits.get(ItemKey.ids(view.version(), entity, laneId));
        if (limit != null && own.then == null && next.isAfter(limit) && !own.mark.equals(Position.ORIGIN)) {
            own.then = stored(view, own);
        }
    }

    private boolean contains(View view, String entity, long high, long low, long arrivalMillis) {
        Remembered remembered = byView.getOrDefault(view.version(), Map.of()).get(entity);
        long horizonMillis = Objects.requireNonNull(view.duplicates()).rule().horizonMillis();
        return remembered != null && remembered.ids.contains(high, low, arrivalMillis, horizonMillis);
    }

    /** The item as the fold stores it; null if no event of the entity had an id. */
    public @Nullable StoredItem item(View view, String entity) {
        Remembered remembered = byView.getOrDefault(view.version(), Map.of()).get(entity);
        return remembered == null ? null : stored(view, remembered);
    }

    /** Every ids item of a view. */
    public void forEach(View view, BiConsumer<ItemKey, StoredItem> action) {
        byView.getOrDefault(view.version(), Map.of())
                .forEach((entity, remembered) ->
                        action.accept(ItemKey.ids(view.version(), entity, laneId), stored(view, remembered)));
    }

    private static StoredItem stored(View view, Remembered remembered) {
        StoredItem then = remembered.then;
        if (then != null) {
            return then;
        }
        return new StoredItem(
                remembered.mark, remembered.ids.encode(), Expiry.ofIdsSeconds(view, remembered.ids.maxArrivalMillis()));
    }
}
