package dev.tidemark.core.past;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.EntityState;
import dev.tidemark.core.fold.LaneMemory;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.CorruptItem;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.Expiry;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the live items should hold, built from a replay. Used once, by one thread. */
final class Expectation implements Decide.Visitor {

    private final View view;
    private final long nowMillis;
    private final Map<String, Position> done = new HashMap<>();
    private final Redriven redriven;
    private final Set<String> notRestored = new HashSet<>();
    private final @Nullable CheckpointBase base;
    private final Map<ItemKey, StoredItem> then = new HashMap<>();
    private final Map<ItemKey, Expected> items = new HashMap<>();
    private final Map<ItemKey, StoredItem> ids = new HashMap<>();
    private final Map<String, Map<HashValue128, Place>> firstOfId = new HashMap<>();
    private final List<Difference> duplicates = new ArrayList<>();
    private final List<Difference> unreadable = new ArrayList<>();

    /**
     * Which redrives the items must hold.
     *
     * @param done the numbers of those that were folded completely before the items were read
     * @param untilMillis the restore that made this state may have left out redrives after this time
     */
    record Redriven(Set<Long> done, long untilMillis) {

        Redriven {
            done = Set.copyOf(done);
        }
    }

    private record Place(String lane, Position position) {}

    /** One item: live, in the checkpoint, and as it should be. */
    private abstract static class Expected {
        final ItemKey key;
        final @Nullable StoredItem live;
        final @Nullable StoredItem then;
        Position mark;

        @Nullable
        Position first;

        @Nullable
        Position lost;

        long events;

        @Nullable
        String unreadable;

        Expected(ItemKey key, @Nullable StoredItem live, @Nullable StoredItem then) {
            this.key = key;
            this.live = live;
            this.then = then;
            this.mark = then == null ? Position.ORIGIN : then.mark();
            this.lost = live == null && then != null ? then.mark() : null;
        }

        /** Whether an event belongs to the content to compare: the live item holds it, and the checkpoint's does not (F4). */
        final boolean takes(Position position) {
            return unreadable == null && live != null && !position.isAfter(live.mark()) && !hadThen(position);
        }

        /** Whether the checkpoint's item holds an event. */
        final boolean hadThen(Position position) {
            return then != null && !position.isAfter(then.mark());
        }

        final void took(Position position) {
            mark = position;
            events++;
            first = first == null ? position : first;
        }

        /** Call only if there is content, of an event or of the checkpoint. */
        abstract byte[] body();

        abstract long expiresAtSeconds();
    }

    /** An item of a width. */
    private final class ExpectedTiles extends Expected {
        private final TileWidth width;

        /** Null until something is added to the checkpoint's content. */
        private @Nullable ItemState state;

        ExpectedTiles(ItemKey key, TileWidth width, @Nullable StoredItem live, @Nullable StoredItem then) {
            super(key, live, then);
            this.width = width;
        }

        void change(Position position, Consumer<ItemState> change) {
            if (takes(position)) {
                try {
                    change.accept(state());
                } catch (CorruptItem e) {
                    unreadable = e.getMessage();
                }
                took(position);
            } else {
                miss(this, position);
            }
        }

        private ItemState state() {
            ItemState known = state;
            if (known == null) {
                known = then == null
                        ? ItemState.empty(view.layout(), width, key.block(), key.shardId())
                        : ItemState.decode(view.layout(), width, key.block(), key.shardId(), then.body());
                state = known;
            }
            return known;
        }

        @Override
        byte[] body() {
            return state == null && then != null ? then.body() : state().encode();
        }

        @Override
        long expiresAtSeconds() {
            return Expiry.ofBlockSeconds(view, width, key.block());
        }
    }

    /** A head. It goes on beyond the live head's mark, because items below may be ahead of it (rule U3). */
    private final class ExpectedHead extends Expected implements EntityState.Items {
        private @Nullable EntityState state;

        /** With the live head's mark; null while there was no event beyond it. */
        private @Nullable StoredItem atMark;

        ExpectedHead(ItemKey key, @Nullable StoredItem live, @Nullable StoredItem then) {
            super(key, live, then);
            try {
                state = new EntityState(view, key.shardId(), then);
            } catch (CorruptItem e) {
                unreadable = e.getMessage();
            }
        }

        void add(EventRow row, long filterBits) {
            Position position = row.position();
            EntityState folded = state;
            if (folded == null || folded.has(position)) {
                return;
            }
            if (takes(position)) {
                took(position);
            } else {
                atMark = atMark == null && hasContent() ? folded.stored() : atMark;
                miss(this, position);
            }
            try {
                folded.add(row, filterBits, this);
            } catch (CorruptItem e) {
                unreadable = e.getMessage();
                state = null;
            }
        }

        @Override
        public void event(int rung, long tile, EventRow row, long filterBits, long open) {
            below(rung, tile).change(row.position(), item -> {
                item.add(tile, row, filterBits);
                item.setOpen(open);
            });
        }

        @Override
        public void tile(int rung, long tile, byte[] encoded, EventRow row, long open) {
            below(rung, tile).change(row.position(), item -> {
                item.merge(tile, encoded);
                item.setOpen(open);
            });
        }

        private ExpectedTiles below(int rung, long tile) {
            return tiles(rung, tile, key.entity(), key.lane());
        }

        private boolean hasContent() {
            return events > 0 || then != null;
        }

        private StoredItem stored() {
            StoredItem frozen = atMark;
            return frozen == null ? Objects.requireNonNull(state).stored() : frozen;
        }

        @Override
        byte[] body() {
            return stored().body();
        }

        @Override
        long expiresAtSeconds() {
            EntityState folded = state;
            if (folded == null || folded.mark().equals(Position.ORIGIN)) {
                return live == null ? 0 : live.expiresAtSeconds();
            }
            return folded.stored().expiresAtSeconds();
        }
    }

    /** Notes that an item lacks an event, if the event's lane is done with it. */
    private void miss(Expected expected, Position position) {
        boolean isIn = expected.live != null && !position.isAfter(expected.live.mark());
        if (!isIn && expected.lost == null && isDone(expected.key.lane(), position)) {
            expected.lost = position;
        }
    }

    /** @param base the checkpoint to begin with; null for none */
    Expectation(
            View view,
            List<LaneRow> rows,
            Redriven redriven,
            List<ItemStore.Found> found,
            @Nullable CheckpointBase base,
            long nowMillis) {
        this.view = view;
        this.redriven = redriven;
        this.base = base;
        this.nowMillis = nowMillis;
        rows.forEach(row -> done.put(row.lane().id(), row.last()));
        if (base != null) {
            base.items().forEach(item -> then.put(item.key(), item.item()));
        }
        for (ItemStore.Found item : found) {
            if (item.key().isMemory()) {
                ids.put(item.key(), item.item());
            } else {
                items.put(item.key(), expected(item.key(), item.item()));
            }
        }
        then.keySet().stream()
                .filter(key -> !key.isMemory())
                .forEach(key -> items.computeIfAbsent(key, lost -> expected(lost, null)));
    }

    private Expected expected(ItemKey key, @Nullable StoredItem live) {
        if (key.isHead() && view.head() != null) {
            return new ExpectedHead(key, live, then.get(key));
        }
        TileWidth width = width(key);
        return new ExpectedTiles(key, width == null ? view.ladder().hop() : width, live, then.get(key));
    }

    /** The checkpoint's item is no item. */
    void unreadable(ItemKey key, CorruptItem reason) {
        unreadable.add(fault(key, Position.ORIGIN, unreadable(reason.getMessage())));
    }

    private String unreadable(@Nullable String reason) {
        return "the item that checkpoint " + beginning() + " has cannot be read: " + reason;
    }

    private String beginning() {
        return base == null ? "" : base.id();
    }

    private @Nullable TileWidth width(ItemKey key) {
        return view.ladder().widths().stream()
                .filter(width -> width.code().equals(key.width()))
                .findFirst()
                .orElse(null);
    }

    /** How many items there were to compare. */
    long items() {
        return items.size() + (long) ids.size();
    }

    @Override
    public void folded(
            String laneId, View of, RawRecord record, EventRow row, String entity, long filterBits, long knownMillis) {
        if (knownMillis > redriven.untilMillis() && Lane.isRedrive(laneId)) {
            notRestored.add(laneId);
        }
        if (view.head() == null) {
            List<TileWidth> widths = view.ladder().widths();
            for (int rung = 0; rung < widths.size(); rung++) {
                long tile = widths.get(rung).tileOf(row.eventTimeMillis());
                ExpectedTiles expected = tiles(rung, tile, entity, laneId);
                if (!expected.hadThen(row.position())) {
                    expected.change(row.position(), item -> item.add(tile, row, filterBits));
                }
            }
        } else {
            head(ItemKey.head(view.version(), entity, laneId)).add(row, filterBits);
        }
        if (view.duplicates() != null) {
            watchId(laneId, row, entity, view.duplicates());
        }
    }

    private ExpectedTiles tiles(int rung, long tile, String entity, String laneId) {
        TileWidth width = view.ladder().widths().get(rung);
        ItemKey key = new ItemKey(view.version(), entity, width.code(), width.blockOf(tile), laneId);
        return (ExpectedTiles)
                items.computeIfAbsent(key, absent -> new ExpectedTiles(absent, width, null, /* then= */ null));
    }

    private ExpectedHead head(ItemKey key) {
        return (ExpectedHead) items.computeIfAbsent(key, absent -> new ExpectedHead(absent, null, /* then= */ null));
    }

    /** A backfill's or redrive's lane has no row; it is folded completely before it is relied on. */
    private boolean isDone(String laneId, Position position) {
        Position last = done.get(laneId);
        if (last != null) {
            return !position.isAfter(last);
        }
        return Lane.isRedrive(laneId)
                ? redriven.done().contains(Lane.redriveOf(laneId)) && !notRestored.contains(laneId)
                : Lane.isBackfill(laneId);
    }

    private void watchId(String laneId, EventRow row, String entity, View.Duplicates rule) {
        HashValue128 id = SeenIds.hash(row, rule.slot());
        if (id == null) {
            return;
        }
        Place before = firstOfId
                .computeIfAbsent(entity, absent -> new HashMap<>())
                .putIfAbsent(id, new Place(laneId, row.position()));
        if (before != null) {
            duplicates.add(new Difference(
                    Difference.Kind.DUPLICATE,
                    view.name(),
                    entity,
                    "",
                    row.position().text(),
                    "the event in lane " + laneId + " has the event id of "
                            + before.position().text() + " in lane " + before.lane()
                            + " and counts too: another lane, or beyond the horizon or max_ids"));
        }
    }

    /**
     * @param replayed what the lanes remember, by lane
     * @param wanted the entities of which the items were read, and the keys of pairs of which the halves were
     */
    List<Difference> differences(Map<String, LaneMemory> replayed, Predicate<String> wanted) {
        List<Difference> differences = new ArrayList<>();
        items.values().forEach(expected -> compare(expected, differences));
        Map<ItemKey, StoredItem> expectedIds = new HashMap<>();
        replayed.values().forEach(lane -> lane.forEach(view, expectedIds::put));
        ids.forEach((key, live) -> compareIds(key, expectedIds.get(key), live, differences));
        expectedIds.forEach((key, expected) -> {
            if (!ids.containsKey(key) && wanted.test(key.entity()) && mustBeThere(key, expected)) {
                differences.add(fault(
                        key, expected.mark(), "the " + noun(key) + " item is missing, although the lane is done"));
            }
        });
        differences.addAll(unreadable);
        differences.addAll(duplicates);
        differences.sort(Comparator.comparing(Difference::kind, Comparator.reverseOrder())
                .thenComparing(Difference::entity)
                .thenComparing(Difference::item)
                .thenComparing(Difference::position));
        return differences;
    }

    /** An item of the checkpoint must exist until it expires; any other, once its lane is done with it. */
    private boolean mustBeThere(ItemKey key, StoredItem expected) {
        StoredItem before = then.get(key);
        return (before != null && !isGone(before.expiresAtSeconds()))
                || (isDone(key.lane(), expected.mark()) && !isGone(expected.expiresAtSeconds()));
    }

    private void compare(Expected expected, List<Difference> differences) {
        ItemKey key = expected.key;
        StoredItem live = expected.live;
        Position lost = expected.lost;
        boolean gone = isGone(expected.expiresAtSeconds());
        if (live == null) {
            if (lost != null && !gone) {
                differences.add(fault(key, lost, missing(expected)));
            }
            return;
        }
        String wrong = wrong(expected, live);
        if (wrong != null) {
            Position first = expected.first;
            boolean sameMark = expected.mark.equals(live.mark());
            differences.add(fault(key, sameMark && first != null ? first : expected.mark, wrong));
        }
        // Rule F10: a block that is about to expire takes no more events.
        if (lost != null && !gone) {
            differences.add(fault(
                    key,
                    lost,
                    "the item has the mark " + live.mark().text() + ", but its lane is done beyond this later event"));
        }
    }

    private String missing(Expected expected) {
        return expected.then == null
                ? "the item is missing, although its lane is done beyond this event"
                : "the item is missing, although checkpoint " + beginning() + " has it with the mark "
                        + expected.then.mark().text();
    }

    /** What is wrong with an item's content; null if it is right. */
    private @Nullable String wrong(Expected expected, StoredItem live) {
        String mark = live.mark().text();
        if (expected.unreadable != null) {
            return unreadable(expected.unreadable);
        }
        if (expected.then == null && base != null && base.lacks(expected.expiresAtSeconds())) {
            // An expired item is in no checkpoint (rule C1), even if an unfinished batch still had to write to it.
            return null;
        }
        if (expected.then == null && expected.events == 0) {
            return "the item has the mark " + mark + ", but no event belongs there";
        }
        if (expected.then != null && expected.then.mark().isAfter(live.mark())) {
            return older(live.mark(), expected.then.mark());
        }
        if (!expected.mark.equals(live.mark())) {
            return "the item has the mark " + mark + ", at which it has no event; the last before is "
                    + expected.mark.text();
        }
        byte[] body = expected.body();
        if (Arrays.equals(body, live.body())) {
            return null;
        }
        String from = expected.then == null
                ? "the " + expected.events + " events of the archive make "
                : "the item of checkpoint " + beginning() + " and " + expected.events + " later events make ";
        return "at mark " + mark + " " + from + digest(body) + ", the item holds " + digest(live.body());
    }

    private String older(Position live, Position before) {
        return "the item has the mark " + live.text() + ", before " + before.text() + ", which it had in checkpoint "
                + beginning();
    }

    private void compareIds(ItemKey key, @Nullable StoredItem expected, StoredItem live, List<Difference> differences) {
        StoredItem before = then.get(key);
        if (before != null && before.mark().isAfter(live.mark())) {
            differences.add(fault(key, before.mark(), older(live.mark(), before.mark())));
        } else if (before == null && base != null && base.lacks(live.expiresAtSeconds())) {
            return;
        } else if (expected == null || !expected.mark().equals(live.mark())) {
            differences.add(fault(
                    key,
                    live.mark(),
                    "the " + noun(key) + " item has the mark " + live.mark().text()
                            + ", the archive's last event that belongs there is "
                            + (expected == null ? "none" : expected.mark().text())));
        } else if (!Arrays.equals(expected.body(), live.body())) {
            differences.add(fault(
                    key,
                    live.mark(),
                    "at mark " + live.mark().text() + " the archive makes the " + noun(key) + " "
                            + digest(expected.body())
                            + ", the item holds " + digest(live.body())));
        }
    }

    private static String noun(ItemKey key) {
        return key.isIds() ? "ids" : "halves";
    }

    private boolean isGone(long expiresAtSeconds) {
        return expiresAtSeconds != 0 && expiresAtSeconds * 1_000 < nowMillis + 2 * 3_600_000L;
    }

    private Difference fault(ItemKey key, Position position, String text) {
        return new Difference(Difference.Kind.FAULT, view.name(), key.entity(), key.sortKey(), position.text(), text);
    }

    /** A hash tells two contents apart; the bytes may hold values of events. */
    private static String digest(byte[] body) {
        return body.length + " bytes with hash " + Integer.toHexString(Arrays.hashCode(body));
    }
}
