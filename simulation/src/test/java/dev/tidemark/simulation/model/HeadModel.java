package dev.tidemark.simulation.model;

import static dev.tidemark.simulation.model.HeadBounds.FIRST_BELOW;
import static dev.tidemark.simulation.model.HeadBounds.HEAD;
import static dev.tidemark.simulation.model.HeadBounds.IDS;
import static dev.tidemark.simulation.model.HeadBounds.ITEMS;
import static dev.tidemark.simulation.model.HeadBounds.itemName;
import static dev.tidemark.simulation.model.HeadWorld.NONE;

import dev.tidemark.simulation.model.HeadLane.Below;
import dev.tidemark.simulation.model.HeadLane.Head;
import dev.tidemark.simulation.model.HeadLane.Step;
import dev.tidemark.simulation.model.HeadWorld.Phase;
import dev.tidemark.simulation.model.HeadWorld.Time;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entity's head item and the items below it (rules U1 to U6), as a list of steps like {@link FoldModel}. An invocation
 * reads the lane row, confirms the ids item, reads the head, puts what goes below, puts the head, and moves the lane row;
 * what {@link FoldModel} shows of lane rows, archive and quarantine is left out, and so is what is proven of a single item:
 * a put on a mark that is no longer stored changes nothing and brings the stored item along.
 *
 * <p>Every content is computed as the invocation would, and compared with {@link HeadLane}: what a fold of all events up to
 * the mark makes. A stale lane row is one more batch that begins early.
 */
final class HeadModel implements Model<HeadWorld> {

    /** Of an invocation: it no longer asks what goes below; only if U3 is broken. */
    private static final int ONLY_HEAD = 6;

    private static final int MANY = 99;
    private static final int MISSING = 32;
    private static final int TWICE = 64;

    private final HeadBounds bounds;
    private final Set<HeadRule> broken;
    private final List<HeadLane.Truth> truths = new ArrayList<>();

    /**
     * What a batch makes of a head.
     *
     * @param mark the head's new one
     * @param steps of each position from {@code from} on
     */
    private record Decision(Head head, int mark, int from, List<Step> steps) {

        int below(int position) {
            return position < from ? 0 : steps.get(position - from).below();
        }

        int open(int position) {
            return steps.get(position - from).head().open();
        }

        boolean isLate() {
            return steps.stream().anyMatch(Step::isLate);
        }

        boolean isSpilling() {
            return steps.stream().anyMatch(Step::isSpill);
        }
    }

    HeadModel(HeadBounds bounds, Set<HeadRule> broken) {
        this.bounds = bounds;
        this.broken = broken.isEmpty() ? EnumSet.noneOf(HeadRule.class) : EnumSet.copyOf(broken);
        bounds.lanes().forEach(lane -> truths.add(lane.truth(bounds.most())));
    }

    private boolean keeps(HeadRule rule) {
        return !broken.contains(rule);
    }

    private HeadLane lane(int lane) {
        return bounds.lanes().get(lane);
    }

    private HeadLane.Truth truth(int lane) {
        return truths.get(lane);
    }

    @Override
    public HeadWorld first() {
        HeadWorld state = HeadWorld.first(bounds);
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            state.setLast(lane, lane(lane).activatedAfter());
        }
        return state;
    }

    @Override
    public HeadWorld of(byte[] cells) {
        return new HeadWorld(cells);
    }

    @Override
    public void steps(HeadWorld state, Sink<HeadWorld> sink) {
        boolean delivered = false;
        for (int i = 0; i < State.INVOCATIONS; i++) {
            int number = i;
            switch (state.phase(number)) {
                case IDLE -> {
                    if (!delivered) {
                        delivered = true;
                        deliver(state, number, sink);
                    }
                }
                case PUTS_IDS -> putIds(state, number, sink);
                case READS_HEAD -> readHead(state, number, name(number), sink);
                case PUTS -> put(state, number, sink);
            }
            if (state.phase(number) != Phase.IDLE) {
                HeadWorld next = state.copy();
                next.end(number);
                sink.to(next, () -> name(number) + " dies, or gives up");
            }
        }
        landLatePut(state, sink);
        passTime(state, sink);
        query(state, sink);
        scan(state, sink);
    }

    // Delivery.

    private void deliver(HeadWorld state, int number, Sink<HeadWorld> sink) {
        for (int i = 0; i < bounds.lanes().size(); i++) {
            int lane = i;
            int afterPause = lane(lane).firstAfterPause();
            int first = state.time() == Time.STREAM_EXPIRED && lane(lane).hasPause()
                    ? afterPause
                    : Math.max(state.restoredFrom() + 1, lane(lane).activatedAfter());
            int end = state.time() == Time.BEFORE
                    ? Math.min(lane(lane).length(), afterPause - 1)
                    : lane(lane).length();
            for (int to = first; to <= end; to++) {
                for (int from = first; from <= Math.min(to, state.last(lane) + 1); from++) {
                    HeadWorld next = state.copy();
                    next.start(number, lane, from, to, Phase.READS_HEAD);
                    String words = name(number) + " gets records " + from + " to " + to + ofLane(lane);
                    if (lane(lane).hasIds()) {
                        readIds(next, number, words, sink);
                    } else {
                        readHead(next, number, words + ", and", sink);
                    }
                }
            }
        }
    }

    // T3: which events count.

    private void readIds(HeadWorld delivered, int number, String delivery, Sink<HeadWorld> sink) {
        int lane = delivered.lane(number, bounds);
        for (int i = 0; i <= delivered.mark(lane, IDS); i++) {
            int mark = i;
            HeadWorld next = delivered.copy();
            next.decideByIds(number, mark);
            if (mark >= delivered.to(number)) {
                confirmIds(next, number);
            } else if (keeps(HeadRule.T3_BEFORE_HEAD)) {
                next.setPhase(number, Phase.PUTS_IDS);
            }
            sink.to(next, () -> delivery + ", and sees the ids item" + ofLane(lane) + version(mark));
        }
    }

    private void putIds(HeadWorld state, int number, Sink<HeadWorld> sink) {
        int lane = state.lane(number, bounds);
        int base = state.ids(number);
        int mark = state.to(number);
        int stored = state.mark(lane, IDS);
        HeadWorld next = state.copy();
        if (stored == base) {
            next.store(lane, IDS, mark);
            confirmIds(next, number);
            next.setPhase(number, Phase.READS_HEAD);
            String words = name(number) + " puts the ids item" + ofLane(lane) + " with mark " + mark;
            sink.to(next, () -> words);
            delayPut(state, number, IDS, base, mark, true, sink);
            return;
        }
        next.decideByIds(number, stored);
        if (stored >= mark) {
            confirmIds(next, number);
            next.setPhase(number, Phase.READS_HEAD);
        }
        String words = name(number) + " meets the ids item" + ofLane(lane) + " with mark " + stored + ", decides again";
        sink.to(next, () -> words);
    }

    /** From now on it decides like every version of the ids item at or beyond its batch, unless it has decided wrongly. */
    private void confirmIds(HeadWorld state, int number) {
        state.set(number, IDS);
        HeadLane lane = lane(state.lane(number, bounds));
        for (int position = state.from(number); position <= state.to(number); position++) {
            if (counts(state, number, position) != lane.counts(position)) {
                return;
            }
        }
        state.decideByIds(number, state.to(number));
    }

    private boolean counts(HeadWorld state, int number, int position) {
        int lane = state.lane(number, bounds);
        return lane(lane).counts(position, state.ids(number), state.from(number));
    }

    // U2: the head, first as anybody may have seen it.

    private void readHead(HeadWorld delivered, int number, String words, Sink<HeadWorld> sink) {
        int lane = delivered.lane(number, bounds);
        boolean readsStrong = false;
        for (int i = 0; i <= delivered.highestHead(lane); i++) {
            int mark = i;
            if (!truth(lane).isHead(mark)) {
                continue;
            }
            HeadWorld next = delivered.copy();
            next.setPhase(number, Phase.PUTS);
            decideByHead(next, number, mark);
            if (mustReadStrong(decide(next, number))) {
                readsStrong = true;
            } else {
                sink.to(next, () -> words + " sees the head" + ofLane(lane) + version(mark));
            }
        }
        if (readsStrong) {
            HeadWorld next = delivered.copy();
            next.setPhase(number, Phase.PUTS);
            int stored = delivered.mark(lane, HEAD);
            decideByHead(next, number, stored);
            sink.to(next, () -> words + " reads the head" + ofLane(lane) + " strongly consistent" + version(stored));
        }
    }

    private boolean mustReadStrong(Decision decision) {
        return (decision.isSpilling() && keeps(HeadRule.U2_SPILLS)) || (decision.isLate() && keeps(HeadRule.U2_LATE));
    }

    /** Records at or below the head's mark no longer matter, so states that differ in them become one. */
    private void decideByHead(HeadWorld state, int number, int mark) {
        state.decideByHead(number, mark);
        HeadLane lane = lane(state.lane(number, bounds));
        if (state.ids(number) >= (lane.hasIds() ? state.to(number) : 0) && !lane.hasPause()) {
            state.skipTo(number, Math.max(state.from(number), Math.min(state.to(number), mark + 1)));
        }
    }

    private Decision decide(HeadWorld state, int number) {
        HeadLane lane = lane(state.lane(number, bounds));
        int mark = state.head(number);
        Head head = truth(state.lane(number, bounds)).head(mark);
        List<Step> steps = new ArrayList<>();
        for (int position = state.from(number); position <= state.to(number); position++) {
            Step step = new Step(head, 0, false);
            if (position > state.head(number) && counts(state, number, position)) {
                boolean eventByEvent = keeps(HeadRule.U1_EVENT_BY_EVENT) || position == state.to(number);
                step = lane.step(head, position, eventByEvent ? bounds.most() : MANY, keeps(HeadRule.U5_RESET));
                head = step.head();
                mark = position;
            }
            steps.add(step);
        }
        return new Decision(head, mark, state.from(number), steps);
    }

    // U2 and U3: what goes below is decided on the stored head, and confirmed before the head.

    private void put(HeadWorld state, int number, Sink<HeadWorld> sink) {
        int lane = state.lane(number, bounds);
        Decision decision = decide(state, number);
        boolean allBelow = true;
        for (int item = FIRST_BELOW; item < ITEMS; item++) {
            if (isWaiting(state, number, item, decision)) {
                allBelow = false;
                putBelow(state, number, item, decision, sink);
            }
        }
        boolean headIsWaiting = decision.mark() > state.head(number) && !state.has(number, HEAD);
        if (headIsWaiting && (allBelow || !keeps(HeadRule.U3_BELOW_FIRST))) {
            putHead(state, number, decision, sink);
        }
        if (allBelow && !headIsWaiting) {
            if (lane(lane).hasIds() && !state.has(number, IDS)) {
                putIdsAtLast(state, number, sink);
            } else {
                advance(state, number, sink);
            }
        }
    }

    /** Whether an item below waits for something of this batch. */
    private boolean isWaiting(HeadWorld state, int number, int item, Decision decision) {
        return !state.has(number, ONLY_HEAD)
                && state.follows(item)
                && last(state, number, item, decision) > state.mark(state.lane(number, bounds), item);
    }

    /** The last position at which something of this batch goes into an item; 0 if nothing does. */
    private int last(HeadWorld state, int number, int item, Decision decision) {
        HeadLane lane = lane(state.lane(number, bounds));
        int last = 0;
        for (int position = state.from(number); position <= state.to(number); position++) {
            last = lane.inRange(decision.below(position), item, 0) != 0 ? position : last;
        }
        return last;
    }

    private void putBelow(HeadWorld state, int number, int item, Decision decision, Sink<HeadWorld> sink) {
        int lane = state.lane(number, bounds);
        int base = state.mark(lane, item);
        int mark = last(state, number, item, decision);
        Below stored = truth(lane).below(item, base);
        int events = stored == null ? 0 : stored.events();
        boolean isTwice = false;
        for (int position = base + 1; position <= mark; position++) {
            int added = lane(lane).inRange(decision.below(position), item, 0);
            isTwice |= (events & added) != 0;
            events |= added;
        }
        boolean right = !isTwice
                && new Below(decision.open(mark), events).equals(truth(lane).below(item, mark));
        HeadWorld next = state.copy();
        store(next, lane, item, mark, right);
        String words = name(number) + " puts the " + itemName(item) + ofLane(lane) + " with mark " + mark + on(base);
        sink.to(next, () -> words);
        delayPut(state, number, item, base, mark, right, sink);
    }

    private void putHead(HeadWorld state, int number, Decision decision, Sink<HeadWorld> sink) {
        int lane = state.lane(number, bounds);
        int base = state.head(number);
        int mark = decision.mark();
        int stored = state.mark(lane, HEAD);
        if (stored != base) {
            HeadWorld next = state.copy();
            decideByHead(next, number, stored);
            if (!keeps(HeadRule.U3_ALL_AGAIN)) {
                next.set(number, ONLY_HEAD);
            }
            sink.to(next, () -> name(number) + " meets the head" + ofLane(lane) + version(stored) + ", decides again");
            return;
        }
        boolean right = decision.head().equals(truth(lane).findHead(mark));
        HeadWorld next = state.copy();
        store(next, lane, HEAD, mark, right);
        if (keeps(HeadRule.U3_BELOW_FIRST)) {
            decideByHead(next, number, mark);
        } else {
            next.set(number, HEAD);
        }
        String words = name(number) + " puts the head" + ofLane(lane) + " with mark " + mark + on(base);
        sink.to(next, () -> words);
        HeadWorld lost = state.copy();
        store(lost, lane, HEAD, mark, right);
        sink.to(lost, () -> words + "; the response is lost");
        delayPut(state, number, HEAD, base, mark, right, sink);
    }

    /** Only if T3 is broken. */
    private void putIdsAtLast(HeadWorld state, int number, Sink<HeadWorld> sink) {
        int lane = state.lane(number, bounds);
        HeadWorld next = state.copy();
        next.store(lane, IDS, Math.max(state.to(number), state.mark(lane, IDS)));
        next.set(number, IDS);
        sink.to(next, () -> name(number) + " puts the ids item" + ofLane(lane));
    }

    private void delayPut(
            HeadWorld state, int number, int item, int base, int mark, boolean right, Sink<HeadWorld> sink) {
        if (!bounds.latePuts() || state.hasLatePut()) {
            return;
        }
        int lane = state.lane(number, bounds);
        HeadWorld next = state.copy();
        next.delayPut(lane, item, base, mark, right);
        sink.to(
                next,
                () -> name(number) + " puts the " + itemName(item) + ofLane(lane) + " with mark " + mark + on(base)
                        + "; it is delayed, and nobody knows");
    }

    private void landLatePut(HeadWorld state, Sink<HeadWorld> sink) {
        if (!state.hasLatePut()) {
            return;
        }
        HeadWorld next = state.copy();
        boolean lands = state.mark(state.lateLane(), state.lateItem()) == state.lateBase();
        if (lands) {
            store(next, state.lateLane(), state.lateItem(), state.lateMark(), state.isLateRight());
        }
        next.dropLatePut();
        sink.to(next, () -> "the delayed put " + (lands ? "lands" : "fails on its condition"));
    }

    private static void store(HeadWorld state, int lane, int item, int mark, boolean right) {
        state.store(lane, item, mark);
        if (!right) {
            state.setWrong(1 + lane * ITEMS + item);
        }
    }

    private void advance(HeadWorld state, int number, Sink<HeadWorld> sink) {
        int lane = state.lane(number, bounds);
        HeadWorld next = state.copy();
        int last = Math.max(state.last(lane), state.to(number));
        next.setLast(lane, last);
        next.end(number);
        sink.to(next, () -> name(number) + " is done, the lane row" + ofLane(lane) + " has last = " + last);
    }

    // U5: a long pause, in which all that the head holds becomes useless.

    private void passTime(HeadWorld state, Sink<HeadWorld> sink) {
        HeadLane lane = lane(0);
        if (!lane.hasPause() || state.queryItem() != 0) {
            return;
        }
        int afterPause = lane.firstAfterPause();
        HeadWorld next = state.copy();
        if (state.time() == Time.BEFORE) {
            next.setTime(Time.AFTER_PAUSE);
            sink.to(next, () -> "after a long pause, no question asks for any tile from before record " + afterPause);
        } else if (state.time() == Time.AFTER_PAUSE && isOld(state, afterPause)) {
            next.setTime(Time.STREAM_EXPIRED);
            sink.to(next, () -> "the records before " + afterPause + " leave the stream");
        }
        boolean mayExpire =
                state.time() == Time.STREAM_EXPIRED || (state.time() == Time.AFTER_PAUSE && !keeps(HeadRule.U5_EXPIRY));
        int mark = state.mark(0, HEAD);
        if (mayExpire && mark > 0 && mark < afterPause) {
            HeadWorld deleted = state.copy();
            deleted.store(0, HEAD, 0);
            sink.to(deleted, () -> "the store deletes the head");
        }
    }

    /** Whether nothing from before the pause is undone or under way, nor in the replay of a checkpoint under way. */
    private static boolean isOld(HeadWorld state, int afterPause) {
        boolean old = state.last(0) >= afterPause - 1 && !state.hasLatePut();
        old &= !state.isScanning() || state.scanLast() >= afterPause - 1;
        for (int i = 0; i < State.INVOCATIONS; i++) {
            old &= state.phase(i) == Phase.IDLE || state.from(i) >= afterPause;
        }
        return old;
    }

    // U4: a query.

    private void query(HeadWorld state, Sink<HeadWorld> sink) {
        if (!bounds.queries()) {
            return;
        }
        if (state.queryItem() != 0) {
            readForQuery(state, "the query reads ", sink);
            return;
        }
        for (int item = FIRST_BELOW; item < ITEMS; item++) {
            if (state.follows(item)) {
                HeadWorld next = state.copy();
                next.startQuery(item);
                for (int lane = 0; lane < bounds.lanes().size(); lane++) {
                    next.queryReadRow(lane, state.last(lane));
                }
                readForQuery(next, "a query reads the lane rows, then ", sink);
            }
        }
    }

    private void readForQuery(HeadWorld state, String reader, Sink<HeadWorld> sink) {
        int item = state.queryItem();
        for (int i = 0; i < bounds.lanes().size(); i++) {
            int lane = i;
            int head = state.mark(lane, HEAD);
            int mark = state.mark(lane, item);
            if (state.queryHead(lane) == NONE) {
                HeadWorld next = state.copy();
                next.queryReadHead(lane, head);
                finishQuery(next);
                sink.to(next, () -> reader + "the head" + ofLane(lane) + version(head));
            }
            if (state.queryItem(lane) == NONE) {
                HeadWorld next = state.copy();
                next.queryReadItem(lane, mark);
                finishQuery(next);
                sink.to(next, () -> reader + "the " + itemName(item) + ofLane(lane) + version(mark));
            } else if (mustReadAgain(state, lane)) {
                HeadWorld next = state.copy();
                next.queryReadAgain(lane, mark);
                finishQuery(next);
                sink.to(next, () -> reader + "the " + itemName(item) + ofLane(lane) + " again" + version(mark));
            }
        }
    }

    /** The position up to which a lane's events are known to be in the items that are read after its row. */
    private int knownLast(HeadWorld state, int lane) {
        if (lane(lane).hasRow()) {
            return state.queryLast(lane);
        }
        return keeps(HeadRule.U4_NO_ROW) ? 0 : lane(lane).length();
    }

    private boolean mustReadAgain(HeadWorld state, int lane) {
        return keeps(HeadRule.U4_AGAIN)
                && state.queryHead(lane) != NONE
                && state.queryItem(lane) != NONE
                && !state.queryHasReadAgain(lane)
                && truth(lane).head(state.queryHead(lane)).below() > knownLast(state, lane);
    }

    private void finishQuery(HeadWorld state) {
        int item = state.queryItem();
        int greatestOpen = HeadLane.NOT_OPEN;
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            if (state.queryHead(lane) == NONE || state.queryItem(lane) == NONE || mustReadAgain(state, lane)) {
                return;
            }
            greatestOpen = Math.max(greatestOpen, open(lane, item, state.queryItem(lane)));
        }
        int wrong = 0;
        for (int lane = 0; lane < bounds.lanes().size() && wrong == 0; lane++) {
            int open = keeps(HeadRule.U4_OPEN) ? open(lane, item, state.queryItem(lane)) : HeadLane.NOT_OPEN;
            wrong = judge(
                    state,
                    lane,
                    item,
                    state.queryHead(lane),
                    state.queryItem(lane),
                    state.queryLast(lane),
                    keeps(HeadRule.U4_OWN_LANE) ? open : greatestOpen);
        }
        state.endQuery(bounds);
        if (wrong != 0) {
            state.setWrong(wrong);
        }
    }

    private int open(int lane, int item, int mark) {
        Below below = truth(lane).below(item, mark);
        return below == null ? HeadLane.NOT_OPEN : below.open();
    }

    /**
     * Whether an answer has each event of an item's tiles up to {@code last} once, and none twice.
     *
     * @return 0 if it does
     */
    private int judge(HeadWorld state, int lane, int item, int headMark, int mark, int last, int open) {
        HeadLane log = lane(lane);
        Below below = truth(lane).below(item, mark);
        int inItem = below == null ? 0 : below.events();
        int inHead = log.inRange(truth(lane).head(headMark).events(), item, open);
        for (int position = 1; position <= log.length(); position++) {
            boolean useful = state.time() == Time.BEFORE || position >= log.firstAfterPause();
            if (!log.counts(position) || !useful || !HeadBounds.holds(item, log.tile(position))) {
                continue;
            }
            if ((inItem & inHead & 1 << position) != 0) {
                return TWICE + lane * 8 + position;
            }
            if (position <= last && ((inItem | inHead) & 1 << position) == 0) {
                return MISSING + lane * 8 + position;
            }
        }
        return 0;
    }

    // U6: a checkpoint, and everything restored from it.

    private void scan(HeadWorld state, Sink<HeadWorld> sink) {
        if (!bounds.checkpoint() || state.restoredItem() != 0) {
            return;
        }
        if (state.isScanning()) {
            scan(state, "the checkpoint scans ", sink);
            return;
        }
        for (int item = FIRST_BELOW; item < ITEMS; item++) {
            HeadWorld next = state.copy();
            next.startScan(item, state.last(0));
            scan(next, "a checkpoint reads last = " + state.last(0) + ", and scans ", sink);
        }
    }

    private void scan(HeadWorld state, String scanner, Sink<HeadWorld> sink) {
        int[] items = {HEAD, IDS, state.scanItem()};
        boolean complete = true;
        for (int i = 0; i < items.length; i++) {
            int slot = i;
            int mark = state.mark(0, items[slot]);
            if (state.scanned(slot) == NONE && (slot != IDS || lane(0).hasIds())) {
                complete = false;
                HeadWorld next = state.copy();
                next.scan(slot, mark);
                sink.to(next, () -> scanner + "the " + itemName(items[slot]) + version(mark));
            }
        }
        if (complete) {
            int head = state.scanned(HEAD);
            int below = keeps(HeadRule.U6_LATE) ? truth(0).head(head).below() : truth(0).lastSpill(head);
            if (truth(0).head(head).open() == HeadLane.NOT_OPEN && !keeps(HeadRule.U6_RESET)) {
                below = 0;
            }
            boolean again = below > state.scanLast() && keeps(HeadRule.U6_AGAIN);
            restore(state, again ? state.mark(0, state.scanItem()) : state.scanned(FIRST_BELOW), again, sink);
        }
    }

    /**
     * Everything at that moment is gone. What is restored later is restored from the same items. U5: nothing is deleted
     * before its records are replayed.
     */
    private void restore(HeadWorld state, int mark, boolean again, Sink<HeadWorld> sink) {
        int item = state.scanItem();
        HeadWorld next = first();
        next.restore(item, state.scanLast());
        next.setTime(state.time() == Time.BEFORE ? Time.BEFORE : Time.AFTER_PAUSE);
        next.setLast(0, state.scanLast());
        next.store(0, HEAD, state.scanned(HEAD));
        next.store(0, IDS, Math.max(0, state.scanned(IDS)));
        next.store(0, item, mark);
        sink.to(
                next,
                () -> (again
                                ? "the checkpoint reads the " + itemName(item) + " again" + version(mark) + "; all"
                                : "all")
                        + " is restored from it, and replayed from " + (state.scanLast() + 1));
    }

    // What must hold.

    @Override
    public @Nullable String wrongStep(HeadWorld before, HeadWorld after) {
        return null;
    }

    @Override
    public @Nullable String wrongState(HeadWorld state) {
        int wrong = state.wrong();
        if (wrong == 0) {
            for (int lane = 0; lane < bounds.lanes().size() && wrong == 0; lane++) {
                wrong = judgeStored(state, lane);
            }
        }
        if (wrong == 0) {
            return null;
        }
        if (wrong < MISSING) {
            return "the " + itemName((wrong - 1) % ITEMS) + ofLane((wrong - 1) / ITEMS)
                    + " is not what all events up to its mark make";
        }
        int place = wrong % MISSING;
        return "event " + place % 8 + ofLane(place / 8)
                + (wrong < TWICE ? " is done, but missing" : " is counted twice")
                + (state.wrong() == 0 ? "" : " in an answer");
    }

    /** What is stored at one moment must be right, too. */
    private int judgeStored(HeadWorld state, int lane) {
        int wrong = 0;
        for (int item = FIRST_BELOW; item < ITEMS && wrong == 0; item++) {
            if (state.follows(item)) {
                int mark = state.mark(lane, item);
                wrong = judge(
                        state, lane, item, state.mark(lane, HEAD), mark, state.last(lane), open(lane, item, mark));
            }
        }
        return wrong;
    }

    @Override
    public boolean isQuiescent(HeadWorld state) {
        boolean quiescent = !state.hasLatePut() && state.queryItem() == 0 && !state.isScanning();
        for (int i = 0; i < State.INVOCATIONS; i++) {
            quiescent &= state.phase(i) == Phase.IDLE;
        }
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            quiescent &= state.last(lane) == lane(lane).length();
        }
        return quiescent;
    }

    /** Everything is done then, and {@link #wrongState} looks whether all that is done is counted once. */
    @Override
    public @Nullable String wrongAtQuiescence(HeadWorld state) {
        return null;
    }

    // Words.

    private static String name(int number) {
        return number == 0 ? "A" : "B";
    }

    private String ofLane(int lane) {
        return bounds.lanes().size() == 1 ? "" : " of lane " + (lane + 1);
    }

    private static String on(int base) {
        return base == 0 ? " on absence" : " on mark " + base;
    }

    private static String version(int mark) {
        return mark == 0 ? ", absent" : " with mark " + mark;
    }
}
