package dev.tidemark.core.audit;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.EntityIds;
import dev.tidemark.core.fold.Expiry;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the live items should hold, built from a replay's events. Used once, by one thread. */
final class Expectation {

    /** What the ids of redrives' lanes begin with, see {@link Lane#ofRedrive}; those of shards begin with a digit or a-f. */
    private static final String REDRIVE = "rd";

    private final View view;
    private final long nowMillis;
    private final Map<String, Position> done = new HashMap<>();
    private final Redriven redriven;
    private final Set<String> notRestored = new HashSet<>();
    private final Map<ItemKey, Expected> items = new HashMap<>();
    private final Map<ItemKey, StoredItem> ids = new HashMap<>();
    private final Map<String, Map<HashValue128, Place>> firstOfId = new HashMap<>();
    private final List<Difference> duplicates = new ArrayList<>();

    /**
     * Which redrives the items must hold.
     *
     * @param done the numbers of those that were folded whole before the items were read
     * @param untilMillis one whose time is later was perhaps not folded again by the restore that made this state
     */
    record Redriven(Set<Long> done, long untilMillis) {

        Redriven {
            done = Set.copyOf(done);
        }
    }

    private record Place(String lane, Position position) {}

    /** One item: as it is, and as it should be. */
    private static final class Expected {
        private final @Nullable StoredItem live;
        private final ItemState state;
        private Position mark = Position.ORIGIN;
        private @Nullable Position first;
        private @Nullable Position lost;
        private long events;

        Expected(@Nullable StoredItem live, ItemState state) {
            this.live = live;
            this.state = state;
        }
    }

    Expectation(View view, List<LaneRow> rows, Redriven redriven, List<ItemStore.Found> found, long nowMillis) {
        this.view = view;
        this.redriven = redriven;
        this.nowMillis = nowMillis;
        rows.forEach(row -> done.put(row.lane().id(), row.last()));
        for (ItemStore.Found item : found) {
            if (item.key().isIds()) {
                ids.put(item.key(), item.item());
            } else {
                TileWidth width = width(item.key());
                items.put(
                        item.key(),
                        new Expected(
                                item.item(),
                                ItemState.empty(
                                        view.layout(),
                                        width == null ? view.ladder().hop() : width,
                                        item.key().block())));
            }
        }
    }

    private @Nullable TileWidth width(ItemKey key) {
        return view.ladder().widths().stream()
                .filter(width -> width.code().equals(key.width()))
                .findFirst()
                .orElse(null);
    }

    /** How many items were there to be compared. */
    long items() {
        return items.size() + (long) ids.size();
    }

    void folded(String laneId, EventRow row, String entity, long filterBits, long knownMillis) {
        if (knownMillis > redriven.untilMillis() && laneId.startsWith(REDRIVE)) {
            notRestored.add(laneId);
        }
        for (TileWidth width : view.ladder().widths()) {
            long tile = width.tileOf(row.eventTimeMillis());
            ItemKey key = new ItemKey(view.version(), entity, width.code(), width.blockOf(tile), laneId);
            Expected expected = items.computeIfAbsent(
                    key, absent -> new Expected(null, ItemState.empty(view.layout(), width, absent.block())));
            add(expected, key, tile, row, filterBits);
        }
        if (view.duplicates() != null) {
            watchId(laneId, row, entity, view.duplicates());
        }
    }

    private void add(Expected expected, ItemKey key, long tile, EventRow row, long filterBits) {
        Position position = row.position();
        StoredItem live = expected.live;
        if (live != null && !position.isAfter(live.mark())) {
            expected.state.add(tile, row, filterBits);
            expected.mark = position;
            expected.events++;
        } else if (isDone(key.lane(), position) && expected.lost == null) {
            expected.lost = position;
        }
        if (expected.first == null) {
            expected.first = position;
        }
    }

    /** A backfill's and a redrive's lane has no row; they are folded whole before anybody relies on them. */
    private boolean isDone(String laneId, Position position) {
        Position last = done.get(laneId);
        if (last != null) {
            return !position.isAfter(last);
        }
        return laneId.startsWith(REDRIVE)
                ? redriven.done().contains(redriveOf(laneId)) && !notRestored.contains(laneId)
                : laneId.startsWith(Lane.BACKFILL_PREFIX);
    }

    private static long redriveOf(String laneId) {
        return Long.parseLong(laneId.substring(REDRIVE.length(), laneId.indexOf('#')));
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

    /** @param replayed the ids that the lanes remember, by lane */
    List<Difference> differences(Map<String, EntityIds> replayed) {
        List<Difference> differences = new ArrayList<>();
        items.forEach((key, expected) -> compare(key, expected, differences));
        Map<ItemKey, StoredItem> expectedIds = new HashMap<>();
        replayed.values().forEach(lane -> lane.forEach(view, expectedIds::put));
        ids.forEach((key, live) -> compareIds(key, expectedIds.get(key), live, differences));
        expectedIds.forEach((key, expected) -> {
            if (!ids.containsKey(key) && isDone(key.lane(), expected.mark()) && !isGone(expected.expiresAtSeconds())) {
                differences.add(fault(key, expected.mark(), "the ids item is missing, although the lane is done"));
            }
        });
        differences.addAll(duplicates);
        differences.sort(Comparator.comparing(Difference::kind, Comparator.reverseOrder())
                .thenComparing(Difference::entity)
                .thenComparing(Difference::item)
                .thenComparing(Difference::position));
        return differences;
    }

    private void compare(ItemKey key, Expected expected, List<Difference> differences) {
        StoredItem live = expected.live;
        Position lost = expected.lost;
        boolean gone = isGone(Expiry.ofBlockSeconds(view, expected.state.width(), key.block()));
        if (live == null) {
            if (lost != null && !gone) {
                differences.add(fault(key, lost, "the item is missing, although its lane is done beyond this event"));
            }
            return;
        }
        byte[] body = expected.state.encode();
        if (expected.events == 0) {
            differences.add(fault(
                    key, live.mark(), "the item has the mark " + live.mark().text() + ", but no event belongs there"));
        } else if (!expected.mark.equals(live.mark())) {
            differences.add(fault(
                    key,
                    expected.mark,
                    "the item has the mark " + live.mark().text() + ", at which it has no event; the last before is "
                            + expected.mark.text()));
        } else if (!Arrays.equals(body, live.body())) {
            differences.add(fault(
                    key,
                    expected.first == null ? expected.mark : expected.first,
                    "at mark " + live.mark().text() + " the " + expected.events + " events of the archive make "
                            + digest(body) + ", the item holds " + digest(live.body())));
        }
        // Rule F10: a block that is about to expire takes no event any more.
        if (lost != null && !gone) {
            differences.add(fault(
                    key,
                    lost,
                    "the item has the mark " + live.mark().text() + ", but its lane is done beyond this later event"));
        }
    }

    private void compareIds(ItemKey key, @Nullable StoredItem expected, StoredItem live, List<Difference> differences) {
        if (expected == null || !expected.mark().equals(live.mark())) {
            differences.add(fault(
                    key,
                    live.mark(),
                    "the ids item has the mark " + live.mark().text() + ", the archive's last event with an id is "
                            + (expected == null ? "none" : expected.mark().text())));
        } else if (!Arrays.equals(expected.body(), live.body())) {
            differences.add(fault(
                    key,
                    live.mark(),
                    "at mark " + live.mark().text() + " the archive makes the ids " + digest(expected.body())
                            + ", the item holds " + digest(live.body())));
        }
    }

    private boolean isGone(long expiresAtSeconds) {
        return expiresAtSeconds != 0 && expiresAtSeconds * 1_000 < nowMillis + 2 * 3_600_000L;
    }

    private Difference fault(ItemKey key, Position position, String text) {
        return new Difference(Difference.Kind.FAULT, view.name(), key.entity(), key.sortKey(), position.text(), text);
    }

    /** Enough to tell two apart; the bytes themselves may hold values of events. */
    private static String digest(byte[] body) {
        return body.length + " bytes with hash " + Integer.toHexString(Arrays.hashCode(body));
    }
}
