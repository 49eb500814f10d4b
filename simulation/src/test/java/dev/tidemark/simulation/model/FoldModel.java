package dev.tidemark.simulation.model;

import static dev.tidemark.simulation.model.FoldState.NONE;

import dev.tidemark.simulation.model.FoldState.Age;
import dev.tidemark.simulation.model.Invocation.Phase;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fold protocol as a list of steps: from any state, everything that can happen next. Read it from {@link #steps}
 * downwards, in the order in which an invocation goes through it: deliver, open the lane, fold, advance the lane row,
 * report. A broken rule is a rule that is not {@link #keeps kept}; the lines that ask are the protocol.
 *
 * <p>Every write is one step, and between any two steps anything else may happen. A write whose response is lost is a
 * write after which the invocation goes on as if it had not happened; a write that fails is no step at all, since the
 * invocation may always try again, give up ({@link #finish} with what it has), or die ({@link #steps}). Puts of items may
 * also be in flight for as long as they like; for other writes an invocation that stands still before them is the same.
 */
final class FoldModel implements Model<FoldState> {

    private static final int ARCHIVE_TASK = 4;
    private static final int QUARANTINE_TASK = 5;

    private final Bounds bounds;
    private final Set<Rule> broken;
    private final Keys keys;
    private final Surroundings surroundings;
    private final Properties properties;

    FoldModel(Bounds bounds, Set<Rule> broken) {
        this.bounds = bounds;
        this.broken = broken.isEmpty() ? EnumSet.noneOf(Rule.class) : EnumSet.copyOf(broken);
        this.keys = new Keys(bounds, this.broken);
        this.surroundings = new Surroundings(bounds, this.broken, keys);
        this.properties = new Properties(keys, bounds);
    }

    private boolean keeps(Rule rule) {
        return !broken.contains(rule);
    }

    @Override
    public FoldState first() {
        return FoldState.first(bounds);
    }

    @Override
    public FoldState of(byte[] cells) {
        return FoldState.of(bounds, cells);
    }

    @Override
    public @Nullable String wrongStep(FoldState before, FoldState after) {
        return properties.ofStep(before, after);
    }

    @Override
    public @Nullable String wrongState(FoldState state) {
        return properties.ofState(state);
    }

    @Override
    public boolean isQuiescent(FoldState state) {
        return properties.isQuiescent(state);
    }

    @Override
    public @Nullable String wrongAtQuiescence(FoldState state) {
        return properties.atQuiescence(state);
    }

    @Override
    public void steps(FoldState state, Sink<FoldState> sink) {
        boolean delivered = false;
        for (int i = 0; i < FoldState.INVOCATIONS; i++) {
            Invocation invocation = state.invocation(i);
            switch (invocation.phase()) {
                case IDLE -> {
                    if (!delivered) {
                        delivered = true;
                        deliver(state, i, sink);
                    }
                }
                case OPENING -> open(state, i, sink);
                case CREATING -> create(state, i, sink);
                case ACTIVATING -> activate(state, i, sink);
                case FOLDING -> fold(state, i, sink);
                case ADVANCING -> advance(state, i, sink);
            }
            if (invocation.phase() != Phase.IDLE) {
                FoldState next = state.copy();
                next.invocation(i).end();
                sink.to(next, () -> invocation.name() + " dies, or gives up");
            }
        }
        surroundings.steps(state, sink);
    }

    // Delivery: any batch may come, again and again, that begins at or before the checkpoint.

    private void deliver(FoldState state, int number, Sink<FoldState> sink) {
        for (int lane = 0; lane < bounds.lanes().size(); lane++) {
            for (int to = 1; to <= bounds.length(lane); to++) {
                for (int from = 1; from <= Math.min(to, state.checkpoint(lane) + 1); from++) {
                    deliver(state, number, lane, from, to, true, sink);
                    if (bounds.views() > 1) {
                        deliver(state, number, lane, from, to, false, sink);
                    }
                }
            }
        }
    }

    private void deliver(
            FoldState state, int number, int lane, int from, int to, boolean newCode, Sink<FoldState> sink) {
        FoldState next = state.copy();
        Invocation invocation = next.invocation(number);
        invocation.start(lane, from, to, newCode);
        read(next, invocation);
        sink.to(
                next,
                () -> invocation.name() + (newCode ? "" : " (old code)") + " gets records " + from + " to " + to
                        + " of lane " + (lane + 1) + ", reads the control row and the lane row");
    }

    // Opening the lane.

    private void open(FoldState state, int number, Sink<FoldState> sink) {
        FoldState next = state.copy();
        Invocation invocation = next.invocation(number);
        read(next, invocation);
        sink.to(next, () -> invocation.name() + " reads the control row and the lane row again");
    }

    /** F2, and then what the rows ask for. */
    private void read(FoldState state, Invocation invocation) {
        int row = keys.row(invocation.lane());
        invocation.sawRow(
                state.last(row), state.activatedAfter(row, 0), state.activatedAfter(row, 1), state.wantsSecondView());
        if (invocation.last() == NONE) {
            invocation.setPhase(Phase.CREATING);
        } else if (invocation.sawSecondViewWanted() && invocation.activatedAfter(1) == NONE) {
            invocation.setPhase(Phase.ACTIVATING);
        } else {
            startFolding(state, invocation);
        }
    }

    private void startFolding(FoldState state, Invocation invocation) {
        if (keeps(Rule.L2_UNKNOWN_VIEW) && invocation.activatedAfter(1) != NONE && !invocation.knowsSecondView()) {
            invocation.end(); // Reports the batch's first record as failed: the checkpoint stays.
            return;
        }
        invocation.fold();
        // What the lane row says is done is archived and in every item.
        while (bounds.skipsDone()
                && invocation.from() <= invocation.to()
                && !keys.isAfter(invocation.from(), invocation.last())) {
            invocation.skipTo(invocation.from() + 1);
        }
        if (invocation.from() > invocation.to()) {
            report(state, invocation, invocation.to());
        } else if (!bounds.archiveFails()) {
            archive(state, invocation);
        }
    }

    /** L1: the transaction creates the row and checks that the control row is the one that was read. */
    private void create(FoldState state, int number, Sink<FoldState> sink) {
        FoldState next = state.copy();
        Invocation invocation = next.invocation(number);
        int row = keys.row(invocation.lane());
        boolean controlUnchanged = invocation.sawSecondViewWanted() == state.wantsSecondView();
        boolean created = state.last(row) == NONE && (controlUnchanged || !keeps(Rule.L1_TRANSACTION));
        if (created) {
            boolean withSecondView =
                    invocation.sawSecondViewWanted() && (keeps(Rule.L1_ALL_VIEWS) || invocation.knowsSecondView());
            writeRow(next, row, 0, 0, withSecondView ? 0 : NONE);
        }
        invocation.setPhase(Phase.OPENING);
        sink.to(
                next,
                () -> invocation.name()
                        + (created
                                ? " creates the lane row with " + views(next, row)
                                : " cannot create the lane row: it is there, or the control row has changed"));
    }

    /** L3: {@code views[v] = last}, by compare-and-set on the lane row's revision. */
    private void activate(FoldState state, int number, Sink<FoldState> sink) {
        FoldState next = state.copy();
        Invocation invocation = next.invocation(number);
        int row = keys.row(invocation.lane());
        boolean written = invocation.isRowUnchanged() || !keeps(Rule.L3_FENCE);
        if (written) {
            int activatedAfter = keeps(Rule.L3_OWN_POSITION) ? invocation.last() : invocation.from() - 1;
            writeRow(next, row, next.last(row), next.activatedAfter(row, 0), activatedAfter);
        }
        invocation.setPhase(Phase.OPENING);
        sink.to(
                next,
                () -> invocation.name()
                        + (written
                                ? " activates the second view: " + views(next, row)
                                : " cannot activate the second view: the lane row has changed"));
    }

    // Folding: archive, quarantine and items in any order, each once, lost, or not at all.

    private void fold(FoldState state, int number, Sink<FoldState> sink) {
        Invocation invocation = state.invocation(number);
        for (int view = 0; view < bounds.views(); view++) {
            if (!folds(invocation, view)) {
                continue;
            }
            quarantine(state, number, view, sink);
            for (int entity = 0; entity < bounds.entities(); entity++) {
                if (mark(invocation, entity) > 0 && !invocation.isDone(itemTask(view, entity))) {
                    foldItem(state, number, view, entity, sink);
                }
            }
        }
        archive(state, number, sink);
        finish(state, number, sink);
    }

    /** F7: the whole batch, in parallel with the items. */
    private void archive(FoldState state, int number, Sink<FoldState> sink) {
        if (state.invocation(number).isDone(ARCHIVE_TASK)) {
            return;
        }
        FoldState confirmed = state.copy();
        Invocation invocation = confirmed.invocation(number);
        archive(confirmed, invocation);
        sink.to(confirmed, () -> invocation.name() + " archives its batch");
        FoldState lost = confirmed.copy();
        lost.invocation(number).setUndone(ARCHIVE_TASK);
        sink.to(lost, () -> invocation.name() + " archives its batch; the response is lost");
    }

    private void archive(FoldState state, Invocation invocation) {
        for (int position = invocation.from(); position <= invocation.to(); position++) {
            if (keeps(Rule.F4_OUTSIDE) || !bounds.isBad(invocation.lane(), position)) {
                state.archive(keys.row(invocation.lane()), position);
            }
        }
        invocation.setDone(ARCHIVE_TASK);
    }

    /** F3: idempotent, so that any number of attempts is as good as one. */
    private void quarantine(FoldState state, int number, int view, Sink<FoldState> sink) {
        int task = QUARANTINE_TASK + view;
        if (lowestBad(state.invocation(number)) == 0 || state.invocation(number).isDone(task)) {
            return;
        }
        FoldState confirmed = state.copy();
        Invocation invocation = confirmed.invocation(number);
        for (int position = invocation.from(); position <= invocation.to(); position++) {
            if (bounds.isBad(invocation.lane(), position)) {
                confirmed.quarantine(view, bounds.record(invocation.lane(), position));
            }
        }
        invocation.setDone(task);
        sink.to(confirmed, () -> invocation.name() + " quarantines what is bad for view " + (view + 1));
        FoldState lost = confirmed.copy();
        lost.invocation(number).setUndone(task);
        sink.to(
                lost,
                () -> invocation.name() + " quarantines what is bad for view " + (view + 1) + "; the response is lost");
    }

    /** F4, for one item, from any version of it that a cache or a stale read may show. */
    private void foldItem(FoldState state, int number, int view, int entity, Sink<FoldState> sink) {
        Invocation invocation = state.invocation(number);
        int item = keys.item(view, entity, invocation.lane());
        int meant = mark(invocation, entity);
        if (keeps(Rule.F10_EXPIRY) && entity == 0 && state.age() != Age.YOUNG) {
            doneWith(state, number, view, entity, "skips the old block of", sink);
            return;
        }
        for (int base = 0; base <= Bounds.MAX_RECORDS; base++) {
            if (!state.mayShow(item, base)) {
                continue;
            }
            boolean landed = state.mark(item) == base || !keeps(Rule.F4_CONDITION);
            if (!keys.isAfter(meant, base)) {
                doneWith(state, number, view, entity, "sees mark " + base + ", nothing to add to", sink);
            } else if (landed) {
                putItem(state, number, view, entity, base, sink);
            } else if (state.mark(item) == meant || !keeps(Rule.F4_CONFLICT)) {
                doneWith(state, number, view, entity, "meets a failed condition, takes for its own", sink);
            }
            // Any other failed condition brings the stored item along, which the next attempt starts from.
        }
    }

    private void doneWith(FoldState state, int number, int view, int entity, String words, Sink<FoldState> sink) {
        FoldState next = state.copy();
        next.invocation(number).setDone(itemTask(view, entity));
        sink.to(
                next,
                () -> state.invocation(number).name() + " " + words + " " + itemName(state, number, view, entity));
    }

    /** The put's condition holds. It is confirmed, or lands with its response lost, or never lands, or lands late. */
    private void putItem(FoldState state, int number, int view, int entity, int base, Sink<FoldState> sink) {
        Invocation invocation = state.invocation(number);
        int item = keys.item(view, entity, invocation.lane());
        int meant = mark(invocation, entity);
        int content = folded(state, invocation, view, entity, base);
        String put = invocation.name() + " puts " + itemName(state, number, view, entity) + " with mark " + meant
                + " on " + (base == 0 ? "absence" : "mark " + base);

        FoldState confirmed = state.copy();
        confirmed.store(item, meant, content);
        confirmed.invocation(number).setDone(itemTask(view, entity));
        sink.to(confirmed, () -> put);

        FoldState lost = state.copy();
        lost.store(item, meant, content);
        sink.to(lost, () -> put + "; the response is lost");

        FoldState unknown = state.copy();
        takeUnknown(unknown, number, view, entity, meant);
        sink.to(unknown, () -> put + "; it never lands, and nobody knows");

        if (bounds.latePuts() && state.lateItem() == NONE) {
            FoldState late = unknown.copy();
            late.delayPut(item, base, meant, content);
            sink.to(late, () -> put + "; it is delayed, and nobody knows");
        }
    }

    /** Neither success nor failure: it is not in the cache (F5), and not done (F6). */
    private void takeUnknown(FoldState state, int number, int view, int entity, int meant) {
        if (!keeps(Rule.F5_CONFIRMED)) {
            state.show(keys.item(view, entity, state.invocation(number).lane()), meant);
        }
        if (!keeps(Rule.F6_UNKNOWN)) {
            state.invocation(number).setDone(itemTask(view, entity));
        }
    }

    /** The item's content with the batch's records above keys.max(mark, activatedAfter) in it. */
    private int folded(FoldState state, Invocation invocation, int view, int entity, int base) {
        int lane = invocation.lane();
        int content = base == state.mark(keys.item(view, entity, lane))
                ? state.content(keys.item(view, entity, lane))
                : contentAt(lane, entity, invocation.activatedAfter(view), base);
        for (int position = invocation.from(); position <= invocation.to(); position++) {
            boolean isIn = keeps(Rule.F4_MARK) && !keys.isAfter(position, base);
            boolean isBackfills = keeps(Rule.F4_ACT) && !keys.isAfter(position, invocation.activatedAfter(view));
            if (bounds.isOf(lane, position, entity) && !isIn && !isBackfills) {
                content = add(content, bounds.record(lane, position));
            }
        }
        return content;
    }

    /** Content is a function of key and mark (P3), so an old version needs no memory. */
    private int contentAt(int lane, int entity, int activatedAfter, int mark) {
        int content = 0;
        for (int position = activatedAfter + 1; position <= mark; position++) {
            if (bounds.isOf(lane, position, entity)) {
                content = add(content, bounds.record(lane, position));
            }
        }
        return content;
    }

    private static int add(int content, int record) {
        int times = (content >> (2 * record)) & 3;
        return times == 3 ? content : content + (1 << (2 * record));
    }

    /** F6: done ends before the lowest record of anything that is not done, for whatever reason. */
    private void finish(FoldState state, int number, Sink<FoldState> sink) {
        int done = done(state.invocation(number));
        if (!keeps(Rule.F11_DONE_FIRST)) {
            goOn(state, number, state.invocation(number).to(), sink);
        }
        if (done < state.invocation(number).from()) {
            return; // Nothing is done: it ends like an invocation that died.
        }
        FoldState next = state.copy();
        next.invocation(number).advanceTo(done);
        sink.to(next, () -> state.invocation(number).name() + " has done everything up to " + done);
    }

    /** F11: what was delivered is a portion of a longer batch; the next one begins at the lane row's new position. */
    private void goOn(FoldState state, int number, int done, Sink<FoldState> sink) {
        int lane = state.invocation(number).lane();
        for (int to = done + 1; bounds.hasPortions() && to <= bounds.length(lane); to++) {
            FoldState next = state.copy();
            Invocation invocation = next.invocation(number);
            int row = keys.row(lane);
            invocation.skipTo(done + 1);
            invocation.extendTo(to);
            invocation.sawRow(next.last(row), next.activatedAfter(row, 0), next.activatedAfter(row, 1), false);
            startFolding(next, invocation);
            int end = to;
            sink.to(next, () -> state.invocation(number).name() + " goes on with its batch, up to " + end);
        }
    }

    private int done(Invocation invocation) {
        int end = invocation.to() + 1;
        int lowest = end;
        for (int view = 0; view < bounds.views(); view++) {
            if (!folds(invocation, view)) {
                continue;
            }
            for (int entity = 0; entity < bounds.entities(); entity++) {
                if (mark(invocation, entity) > 0 && !invocation.isDone(itemTask(view, entity))) {
                    int first = lowest(invocation, entity);
                    lowest =
                            keeps(Rule.F6_MINIMUM) || lowest == end ? Math.min(lowest, first) : Math.max(lowest, first);
                }
            }
            int bad = lowestBad(invocation);
            if (bad > 0 && !invocation.isDone(QUARANTINE_TASK + view) && keeps(Rule.F3_QUARANTINE)) {
                lowest = Math.min(lowest, bad);
            }
        }
        if (!invocation.isDone(ARCHIVE_TASK) && keeps(Rule.F7_ARCHIVE)) {
            lowest = invocation.from();
        }
        return lowest - 1;
    }

    // Advancing the lane row, and the report.

    /** F8. */
    private void advance(FoldState state, int number, Sink<FoldState> sink) {
        Invocation invocation = state.invocation(number);
        int done = invocation.done();
        if (!keeps(Rule.F9_AFTER_ROW)) {
            FoldState hasty = state.copy();
            report(hasty, hasty.invocation(number), done);
            sink.to(hasty, () -> invocation.name() + " reports success up to " + done);
        }
        if (!invocation.isRowUnchanged() && keeps(Rule.F8_FENCE)) {
            overtaken(state, number, sink);
            return;
        }
        int last = keeps(Rule.F8_MAXIMUM) ? keys.max(invocation.last(), done) : done;
        FoldState written = state.copy();
        writeRow(
                written, keys.row(invocation.lane()), last, invocation.activatedAfter(0), invocation.activatedAfter(1));
        FoldState lost = written.copy();
        if (done == invocation.to()) {
            goOn(written, number, done, sink);
        }
        report(written, written.invocation(number), done);
        String words = invocation.name() + " writes the lane row, last = " + last;
        sink.to(written, () -> words + ", and reports success up to " + done);
        sink.to(lost, () -> words + "; the response is lost");
    }

    /** The condition failed: somebody else, or an earlier attempt, has written the lane row. */
    private void overtaken(FoldState state, int number, Sink<FoldState> sink) {
        FoldState next = state.copy();
        Invocation invocation = next.invocation(number);
        int row = keys.row(invocation.lane());
        int done = invocation.done();
        boolean sameViews = invocation.activatedAfter(0) == state.activatedAfter(row, 0)
                && invocation.activatedAfter(1) == state.activatedAfter(row, 1);
        invocation.sawRow(state.last(row), state.activatedAfter(row, 0), state.activatedAfter(row, 1), false);
        String lost = invocation.name() + " finds that the lane row has changed, ";
        if (!sameViews && keeps(Rule.F8_VIEWS)) {
            startFolding(next, invocation);
            sink.to(next, () -> lost + "has other views: once more under the new row");
        } else if (!keys.isAfter(done, invocation.last())) {
            report(next, invocation, done);
            sink.to(next, () -> lost + "is far enough: reports success up to " + done);
        } else {
            sink.to(next, () -> lost + "but not far enough");
        }
    }

    /** F9: by now the lane row says so. What is reported as done moves the checkpoint. */
    private static void report(FoldState state, Invocation invocation, int done) {
        state.setCheckpoint(invocation.lane(), Math.max(state.checkpoint(invocation.lane()), done));
        invocation.end();
    }

    private void writeRow(FoldState state, int row, int last, int firstAct, int secondAct) {
        state.setLast(row, last);
        state.setAct(row, 0, firstAct);
        state.setAct(row, 1, secondAct);
        for (int i = 0; i < FoldState.INVOCATIONS; i++) {
            Invocation invocation = state.invocation(i);
            if (invocation.phase() != Phase.IDLE && keys.row(invocation.lane()) == row) {
                invocation.rowChanged();
            }
        }
    }

    // What a batch has for whom.

    private boolean folds(Invocation invocation, int view) {
        return invocation.activatedAfter(view) != NONE && (view == 0 || invocation.knowsSecondView());
    }

    private int itemTask(int view, int entity) {
        return view * bounds.entities() + entity;
    }

    /** The position of an entity's last record in a batch: the mark that its item is to bear. 0 if it has none. */
    private int mark(Invocation invocation, int entity) {
        return bounds.lastOf(invocation.lane(), invocation.from(), invocation.to(), entity);
    }

    private int lowest(Invocation invocation, int entity) {
        return bounds.firstOf(invocation.lane(), invocation.from(), invocation.to(), entity);
    }

    private int lowestBad(Invocation invocation) {
        return keeps(Rule.F4_OUTSIDE)
                ? bounds.firstOf(invocation.lane(), invocation.from(), invocation.to(), Bounds.BAD - 'a')
                : 0;
    }

    private static String itemName(FoldState state, int number, int view, int entity) {
        return "item " + (char) ('a' + entity) + " of lane "
                + (state.invocation(number).lane() + 1) + ", view " + (view + 1);
    }

    private static String views(FoldState state, int row) {
        return "last = " + state.last(row) + ", act of view 1 = " + state.activatedAfter(row, 0)
                + (state.activatedAfter(row, 1) == NONE
                        ? ", no view 2"
                        : ", act of view 2 = " + state.activatedAfter(row, 1));
    }
}
