package dev.tidemark.simulation.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One lane's log, and what an entity's head and the items below it hold at each mark: rule U1.
 *
 * <p>Sets of events are bits: bit p is the event at position p.
 */
final class HeadLane {

    /** No hop tile is open yet: nothing has spilled. */
    static final int NOT_OPEN = -1;

    private final String tiles;
    private final String ids;
    private final int firstAfterPause;
    private final boolean hasRow;

    /** @param below position of the last event that was late, made a spill or began the head; 0 before the first */
    record Head(int open, int below, int events) {
        static final Head EMPTY = new Head(NOT_OPEN, 0, 0);
    }

    /** @param open as it was in the head after the item's mark */
    record Below(int open, int events) {
        static final Below EMPTY = new Below(NOT_OPEN, 0);
    }

    /** @param below the events that go below at this position, late or spilled */
    record Step(Head head, int below, boolean isLate) {
        boolean isSpill() {
            return below != 0 && !isLate;
        }
    }

    private HeadLane(String tiles, String ids, int firstAfterPause, boolean hasRow) {
        this.tiles = tiles;
        this.ids = ids;
        this.firstAfterPause = firstAfterPause;
        this.hasRow = hasRow;
    }

    /** @param tiles for each record the hop tile, as a digit; a dot for one at or below {@code act}, a bar for a long pause */
    static HeadLane of(String tiles) {
        String records = tiles.replace("|", "");
        int pause = tiles.indexOf('|');
        return new HeadLane(records, "", pause < 0 ? Integer.MAX_VALUE : pause + 1, true);
    }

    /** @param ids for each record a letter: its event id */
    HeadLane withIds(String ids) {
        return new HeadLane(tiles, ids, firstAfterPause, hasRow);
    }

    /** As in a backfill. */
    HeadLane withoutRow() {
        return new HeadLane(tiles, ids, firstAfterPause, false);
    }

    boolean hasRow() {
        return hasRow;
    }

    boolean hasIds() {
        return !ids.isEmpty();
    }

    boolean hasPause() {
        return firstAfterPause <= tiles.length();
    }

    int firstAfterPause() {
        return firstAfterPause;
    }

    int length() {
        return tiles.length();
    }

    int tile(int position) {
        return tiles.charAt(position - 1) - '0';
    }

    /** {@code act}; 0 if the lane has folded the view from its first record on. */
    int activatedAfter() {
        return tiles.lastIndexOf('.') + 1;
    }

    /** Whether the live fold has the record: it is above {@code act}. */
    boolean isLive(int position) {
        return tiles.charAt(position - 1) != '.';
    }

    /** Of these events those whose tile is in an item's range, and not before {@code from}. */
    int inRange(int events, int item, int from) {
        int found = 0;
        for (int position = 1; position <= length(); position++) {
            if ((events & 1 << position) != 0 && HeadBounds.holds(item, tile(position)) && tile(position) >= from) {
                found |= 1 << position;
            }
        }
        return found;
    }

    /** Whether no event from {@code after} on, before this one, has its id. */
    private boolean isFirstOfItsId(int position, int after) {
        int before = ids.indexOf(ids.charAt(position - 1), after);
        return before >= position - 1;
    }

    /**
     * T3. An ids item of any mark at or beyond the event knows; for a later event it knows the ids up to its mark, and
     * the batch those from {@code from} on.
     */
    boolean counts(int position, int idsMark, int from) {
        if (!isLive(position)) {
            return false;
        }
        if (!hasIds()) {
            return true;
        }
        boolean known = !isFirstOfItsId(position, 0) && ids.indexOf(ids.charAt(position - 1)) < idsMark;
        return position <= idsMark ? isFirstOfItsId(position, 0) : !known && isFirstOfItsId(position, from - 1);
    }

    boolean counts(int position) {
        return counts(position, position, 1);
    }

    /** One event that counts. */
    Step step(Head head, int position, int most, boolean resets) {
        Head before =
                resets && position >= firstAfterPause && head.events() >> firstAfterPause == 0 ? Head.EMPTY : head;
        if (tile(position) < before.open()) {
            return new Step(new Head(before.open(), position, before.events()), 1 << position, true);
        }
        int events = before.events() | 1 << position;
        if (countTiles(events) <= most) {
            int below = before.events() == 0 ? position : before.below();
            return new Step(new Head(before.open(), below, events), 0, false);
        }
        int newest = 0;
        for (int other = 1; other <= position; other++) {
            newest = (events & 1 << other) != 0 ? Math.max(newest, tile(other)) : newest;
        }
        int stay = 0;
        for (int other = 1; other <= position; other++) {
            stay |= (events & 1 << other) != 0 && tile(other) == newest ? 1 << other : 0;
        }
        return new Step(new Head(newest, position, stay), events & ~stay, false);
    }

    private int countTiles(int events) {
        int found = 0;
        for (int position = 1; position <= length(); position++) {
            found |= (events & 1 << position) != 0 ? 1 << tile(position) : 0;
        }
        return Integer.bitCount(found);
    }

    Truth truth(int most) {
        Map<Integer, Head> heads = new HashMap<>(Map.of(0, Head.EMPTY));
        Set<Integer> spills = new HashSet<>();
        List<Map<Integer, Below>> items = new ArrayList<>();
        for (int item = 0; item < HeadBounds.ITEMS; item++) {
            items.add(new HashMap<>(Map.of(0, Below.EMPTY)));
        }
        Head head = Head.EMPTY;
        int[] events = new int[HeadBounds.ITEMS];
        for (int position = 1; position <= length(); position++) {
            if (!counts(position)) {
                continue;
            }
            Step step = step(head, position, most, true);
            head = step.head();
            heads.put(position, head);
            if (step.isSpill()) {
                spills.add(position);
            }
            for (int item = HeadBounds.FIRST_BELOW; item < HeadBounds.ITEMS; item++) {
                int added = inRange(step.below(), item, 0);
                if (added != 0) {
                    events[item] |= added;
                    items.get(item).put(position, new Below(head.open(), events[item]));
                }
            }
        }
        return new Truth(heads, spills, items);
    }

    /** Rule U1: what each item holds at each mark that it ever has. */
    record Truth(Map<Integer, Head> heads, Set<Integer> spills, List<Map<Integer, Below>> items) {

        boolean isHead(int mark) {
            return heads.containsKey(mark);
        }

        Head head(int mark) {
            return Objects.requireNonNull(heads.get(mark));
        }

        @Nullable
        Head findHead(int mark) {
            return heads.get(mark);
        }

        /** The head's {@code below}, if late events did not set it. */
        int lastSpill(int mark) {
            return spills.stream().filter(spill -> spill <= mark).reduce(0, Math::max);
        }

        @Nullable
        Below below(int item, int mark) {
            return items.get(item).get(mark);
        }
    }
}
