package dev.tidemark.core.fold;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.pair.Halves;
import dev.tidemark.core.pair.Halves.Half;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one lane remembers during a replay: event ids by view and entity (rule T3), and halves of pairs by view and key (J1). It
 * is what the fold keeps in ids items and halves items. In a replay everything before an event is decided, so every event can
 * be decided. Not thread-safe.
 */
public final class LaneMemory {

    private final String laneId;

    /** By view version and entity, or key of pairs. */
    private final Map<String, Map<String, Remembered>> byView = new HashMap<>();

    /** By item, the mark up to which it is wanted. */
    private final Map<ItemKey, Position> limits = new HashMap<>();

    /** Of one entity or key; the mark is that of the item. */
    private static final class Remembered {

        /** One of the two is there. */
        private final @Nullable SeenIds ids;

        private final @Nullable Halves halves;
        private Position mark;

        /** The item as of the wanted position, once a later event was decided. */
        private @Nullable StoredItem then;

        private Remembered(@Nullable SeenIds ids, @Nullable Halves halves, Position mark) {
            this.ids = ids;
            this.halves = halves;
            this.mark = mark;
        }

        static Remembered of(SeenIds ids, Position mark) {
            return new Remembered(ids, null, mark);
        }

        static Remembered of(Halves halves, Position mark) {
            return new Remembered(null, halves, mark);
        }

        SeenIds ids() {
            return Objects.requireNonNull(ids);
        }

        Halves halves() {
            return Objects.requireNonNull(halves);
        }
    }

    /** Nothing remembered yet. */
    public LaneMemory(String laneId) {
        this.laneId = laneId;
    }

    public String laneId() {
        return laneId;
    }

    /** Takes over an item of ids or halves, as from a checkpoint. */
    public void seed(ItemKey key, StoredItem item) {
        if (!key.isMemory()) {
            throw new IllegalArgumentException("no item of ids or halves: " + key.sortKey());
        }
        of(key.viewVersion())
                .put(
                        key.entity(),
                        key.isIds()
                                ? Remembered.of(SeenIds.decode(item.body()), item.mark())
                                : Remembered.of(Halves.decode(item.body()), item.mark()));
    }

    private Map<String, Remembered> of(String viewVersion) {
        return byView.computeIfAbsent(viewVersion, version -> new HashMap<>());
    }

    private @Nullable Remembered find(View view, String entity) {
        return byView.getOrDefault(view.version(), Map.of()).get(entity);
    }

    /**
     * Decides whether an event counts, and remembers it. Events in lane order.
     *
     * @param view drops duplicates
     * @param ancestors what the lane's ancestors remembered at their ends
     * @return false if it is a duplicate; an event without an id is none
     */
    boolean counts(View view, String entity, EventRow row, List<LaneMemory> ancestors) {
        View.Duplicates duplicates = Objects.requireNonNull(view.duplicates());
        HashValue128 id = SeenIds.hash(row, duplicates.slot());
        if (id == null) {
            return true;
        }
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        long owner = SeenIds.owner(row.position());
        Remembered own =
                of(view.version()).computeIfAbsent(entity, unknown -> Remembered.of(new SeenIds(), Position.ORIGIN));
        if (!row.position().isAfter(own.mark)) {
            return own.ids().owns(high, low, owner, row.arrivalMillis());
        }
        boolean known = false;
        for (LaneMemory ancestor : ancestors) {
            known |= ancestor.contains(view, entity, high, low, row.arrivalMillis());
        }
        remember(view, entity, own, row.position());
        own.mark = row.position();
        return own.ids().foldSettled(high, low, owner, row.arrivalMillis(), duplicates.rule(), known)
                == SeenIds.Decision.COUNTED;
    }

    /**
     * Decides what a half makes, and remembers it. Halves in lane order.
     *
     * @param ancestors likewise
     */
    Halves.Told tell(
            View view, Halves.Terms terms, String key, Half half, Position position, List<LaneMemory> ancestors) {
        Remembered own = of(view.version())
                .computeIfAbsent(key, unknown -> Remembered.of(adopt(view, terms, key, ancestors), Position.ORIGIN));
        if (!position.isAfter(own.mark)) {
            return own.halves().told(half.owner());
        }
        remember(view, key, own, position);
        own.mark = position;
        return own.halves().foldSettled(half, terms);
    }

    /** J2. */
    private static Halves adopt(View view, Halves.Terms terms, String key, List<LaneMemory> ancestors) {
        List<Halves> remembered = ancestors.stream()
                .sorted(Comparator.comparing(LaneMemory::laneId))
                .map(ancestor -> ancestor.find(view, key))
                .filter(Objects::nonNull)
                .map(Remembered::halves)
                .toList();
        return Halves.adopt(remembered, terms);
    }

    /** Fixes the item as of a mark, or as of the last event before it, regardless of later decisions. */
    public void limit(ItemKey key, Position mark) {
        limits.put(key, mark);
    }

    private void remember(View view, String entity, Remembered own, Position next) {
        Position limit = limits.isEmpty() ? null : limits.get(keyOf(view, entity));
        if (limit != null && own.then == null && next.isAfter(limit) && !own.mark.equals(Position.ORIGIN)) {
            own.then = stored(view, own);
        }
    }

    private boolean contains(View view, String entity, long high, long low, long arrivalMillis) {
        Remembered remembered = find(view, entity);
        long horizonMillis = Objects.requireNonNull(view.duplicates()).rule().horizonMillis();
        return remembered != null && remembered.ids().contains(high, low, arrivalMillis, horizonMillis);
    }

    private ItemKey keyOf(View view, String entity) {
        return view.pairs() == null
                ? ItemKey.ids(view.version(), entity, laneId)
                : ItemKey.pair(view.version(), entity, laneId);
    }

    /** The item as the fold stores it; null if no event of the entity had an id, or no half the key. */
    public @Nullable StoredItem item(View view, String entity) {
        Remembered remembered = find(view, entity);
        return remembered == null ? null : stored(view, remembered);
    }

    /** Every item of ids or halves of a view. */
    public void forEach(View view, BiConsumer<ItemKey, StoredItem> action) {
        byView.getOrDefault(view.version(), Map.of())
                .forEach((entity, remembered) -> action.accept(keyOf(view, entity), stored(view, remembered)));
    }

    private static StoredItem stored(View view, Remembered remembered) {
        StoredItem then = remembered.then;
        if (then != null) {
            return then;
        }
        Halves halves = remembered.halves;
        byte[] body = halves == null
                ? remembered.ids().encode()
                : halves.encode(Objects.requireNonNull(view.pairs()).terms());
        long latestMillis = halves == null ? remembered.ids().maxArrivalMillis() : halves.maxArrivalMillis();
        return new StoredItem(remembered.mark, body, Expiry.ofMemorySeconds(view, latestMillis));
    }
}
