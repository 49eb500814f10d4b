package dev.tidemark.simulation.model;

import static dev.tidemark.simulation.model.PairWorld.CONFIRMED;
import static dev.tidemark.simulation.model.PairWorld.FAILED;
import static dev.tidemark.simulation.model.PairWorld.NONE;
import static dev.tidemark.simulation.model.PairWorld.OPEN;
import static dev.tidemark.simulation.model.PairWorld.RIGHT;
import static dev.tidemark.simulation.model.PairWorld.TILES;

import dev.tidemark.simulation.model.PairMachine.Effect;
import dev.tidemark.simulation.model.PairMachine.Half;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The halves of two keys and the one item of tiles that their pairs go into, in one lane or in a lane and its child (rules J1
 * and J2), as a list of steps like {@link HeadModel}. An invocation reads the lane row, confirms the halves of each key, puts
 * the tiles, and moves the lane row. Every content is computed as the invocation would, and compared with {@link PairLog}.
 */
final class PairModel implements Model<PairWorld> {

    private static final int WRONG_HALVES = 1;
    private static final int WRONG_TILES = 2;

    private final List<PairLog> lanes;
    private final Set<PairRule> broken;

    /** What an invocation makes of a key's halves. */
    private record Decision(PairMachine machine, int mark, int undecided, List<List<Effect>> effects) {}

    /** @param lanes one, or a lane and its child */
    PairModel(List<PairLog> lanes, Set<PairRule> broken) {
        this.lanes = List.copyOf(lanes);
        this.broken = broken.isEmpty() ? EnumSet.noneOf(PairRule.class) : EnumSet.copyOf(broken);
    }

    private boolean keeps(PairRule rule) {
        return !broken.contains(rule);
    }

    @Override
    public PairWorld first() {
        PairWorld first = PairWorld.first(lanes.size());
        for (int lane = 0; lane < lanes.size(); lane++) {
            boolean warmsUp =
                    keeps(PairRule.J4_WARM_UP) && countsAfter(lane) > 0 && (keeps(PairRule.J4_CHILD) || lane == 0);
            first.setLast(lane, lanes.get(lane).activatedAfter());
            first.setCountsAfter(
                    lane, warmsUp ? PairWorld.WARMS_UP : lanes.get(lane).activatedAfter());
        }
        return first;
    }

    @Override
    public PairWorld of(byte[] cells) {
        return new PairWorld(cells);
    }

    @Override
    public void steps(PairWorld state, Sink<PairWorld> sink) {
        boolean delivered = false;
        for (int i = 0; i < State.INVOCATIONS; i++) {
            int number = i;
            if (state.isIdle(number)) {
                if (!delivered) {
                    delivered = true;
                    deliver(state, number, sink);
                }
                continue;
            }
            int key = openKey(state, number);
            if (key == NONE) {
                tiles(state, number, sink);
            } else {
                halves(state, number, key, sink);
            }
            PairWorld next = state.copy();
            next.end(number);
            sink.to(next, () -> name(number) + " dies, or gives up");
        }
        if (state.hasLatePut()) {
            PairWorld next = state.copy();
            boolean lands = next.landLatePut();
            sink.to(next, () -> "the delayed put " + (lands ? "lands" : "fails on its condition"));
        }
    }

    private void deliver(PairWorld state, int number, Sink<PairWorld> sink) {
        for (int i = 0; i < lanes.size(); i++) {
            int lane = i;
            if (lane > 0
                    && keeps(PairRule.J2_FINAL)
                    && state.last(0) < lanes.get(0).length()) {
                continue;
            }
            for (int to = 1; to <= lanes.get(lane).length(); to++) {
                int first = lanes.get(lane).activatedAfter() + 1;
                for (int from = first; from <= Math.min(to, state.last(lane) + 1); from++) {
                    String words = name(number) + " gets records " + from + " to " + to + ofLane(lane);
                    PairWorld next = state.copy();
                    begin(next, number, lane, from, to);
                    sink.to(next, () -> words);
                }
            }
        }
    }

    /** Before the first record after a warm-up the lane row says that it is over; the batch ends before it or begins with it. */
    private void begin(PairWorld state, int number, int lane, int from, int to) {
        int last = countsAfter(lane);
        int upTo = to;
        if (state.countsAfter(lane) == PairWorld.WARMS_UP) {
            if (state.last(lane) >= last) {
                state.setCountsAfter(lane, state.last(lane));
            } else if (keeps(PairRule.J4_CUT)) {
                upTo = Math.min(to, last);
            }
        }
        state.start(number, lane, from, upTo, state.last(0));
    }

    private int countsAfter(int lane) {
        return keeps(PairRule.J4_TWICE)
                ? lanes.get(lane).countsAfter()
                : lanes.get(lane).countsAfterTheReach();
    }

    // The halves.

    /** The first key of the batch whose halves are neither confirmed nor given up. */
    private int openKey(PairWorld state, int number) {
        for (int key = 0; key < PairLog.KEYS; key++) {
            if (state.halves(number, key) == OPEN && !rows(state, number, key).isEmpty()) {
                return key;
            }
        }
        return NONE;
    }

    private List<Integer> rows(PairWorld state, int number, int key) {
        List<Integer> rows = new ArrayList<>();
        for (int position = state.from(number); position <= state.to(number); position++) {
            if (log(state, number).key(position) == key) {
                rows.add(position);
            }
        }
        return rows;
    }

    private PairLog log(PairWorld state, int number) {
        return lanes.get(state.lane(number));
    }

    private void halves(PairWorld state, int number, int key, Sink<PairWorld> sink) {
        int lane = state.lane(number);
        int stored = state.mark(lane, key);
        String item = "the halves of " + keyName(key) + ofLane(lane);
        int base = state.base(number, key);
        if (base == NONE) {
            Set<Integer> versions = new HashSet<>();
            for (int i = 0; i <= stored; i++) {
                int version = lanes.get(lane).lastOf(key, i);
                if (versions.add(version)) {
                    PairWorld next = state.copy();
                    next.setBase(number, key, version);
                    settle(next, number, key);
                    sink.to(next, () -> name(number) + " sees " + item + version(version));
                }
            }
            return;
        }
        Decision decision = decide(state, number, key, base);
        int wrong = isRight(lane, key, decision) ? 0 : WRONG_HALVES;
        if (stored == base) {
            PairWorld next = state.copy();
            next.store(lane, key, decision.mark());
            next.setWrong(Math.max(next.wrong(), wrong));
            confirm(next, number, key);
            sink.to(next, () -> name(number) + " puts " + item + " with mark " + decision.mark());
            delay(state, number, key, decision.mark(), wrong, sink);
        } else {
            PairWorld next = state.copy();
            next.setBase(number, key, stored);
            settle(next, number, key);
            sink.to(next, () -> name(number) + " meets " + item + version(stored) + ", decides again");
        }
        PairWorld failed = state.copy();
        failed.setHalves(number, key, FAILED);
        failed.setBase(number, key, NONE);
        sink.to(failed, () -> name(number) + " gives up " + item);
    }

    /** Nothing is to be put if the version that was seen holds all; or at once, if the fence is broken. */
    private void settle(PairWorld state, int number, int key) {
        int base = state.base(number, key);
        if (decide(state, number, key, base).mark() == base || !keeps(PairRule.J1_FENCE)) {
            confirm(state, number, key);
        }
    }

    /** From now on it decides like every version at or beyond its batch, unless it has decided otherwise. */
    private void confirm(PairWorld state, int number, int key) {
        state.setHalves(number, key, CONFIRMED);
        Decision decision = decide(state, number, key, state.base(number, key));
        boolean right = decision.undecided() > state.to(number);
        List<Integer> rows = rows(state, number, key);
        for (int place = 0; place < rows.size() && right; place++) {
            right = decision.effects().get(place).equals(log(state, number).effects(rows.get(place)));
        }
        if (right) {
            state.setHalves(number, key, RIGHT);
            state.setBase(number, key, NONE);
        }
    }

    private boolean isRight(int lane, int key, Decision decision) {
        return decision.machine().equals(lanes.get(lane).machine(key, decision.mark()));
    }

    /** What a batch makes of a version of its key's halves. */
    private Decision decide(PairWorld state, int number, int key, int base) {
        PairLog log = log(state, number);
        PairMachine machine = base == 0 ? born(state, number, key) : log.machine(key, base);
        int mark = base;
        Set<Half> needed = new HashSet<>();
        List<List<Effect>> effects = new ArrayList<>();
        for (int position : rows(state, number, key)) {
            Half half = log.half(position);
            if (position > base) {
                boolean waits = machine.pushedOutBy(half).stream().anyMatch(needed::contains);
                if (waits && keeps(PairRule.J1_SETTLING)) {
                    return new Decision(machine, mark, position, effects);
                }
                machine = machine.with(half);
                mark = position;
            }
            PairMachine.Told told = machine.told(half.number());
            needed.addAll(told.needs());
            effects.add(told.effects() == null ? List.of() : told.effects());
        }
        if (!keeps(PairRule.J1_BY_ARRIVAL) && mark > base) {
            machine = machine.asOf(log.half(state.to(number)).arrival());
        }
        return new Decision(machine, mark, state.to(number) + 1, effects);
    }

    /** J2: what a lane's item begins with. */
    private PairMachine born(PairWorld state, int number, int key) {
        int lane = state.lane(number);
        if (lane == 0 || !keeps(PairRule.J2_ADOPTION)) {
            return lanes.get(lane).alone();
        }
        return lanes.get(0).machine(key, lanes.get(0).lastOf(key, state.parent(number)));
    }

    // The tiles.

    private void tiles(PairWorld state, int number, Sink<PairWorld> sink) {
        int lane = state.lane(number);
        int stored = state.mark(lane, TILES);
        int base = state.base(number, TILES);
        if (state.knownCountsAfter(number) == PairWorld.WARMS_UP) {
            advance(state, number, limit(state, number), sink);
            return;
        }
        if (base == NONE) {
            Set<Integer> versions = new HashSet<>();
            for (int i = 0; i <= stored; i++) {
                int version = lanes.get(lane).lastWithEffect(i);
                if (versions.add(version)) {
                    PairWorld next = state.copy();
                    next.setBase(number, TILES, version);
                    sink.to(next, () -> name(number) + " sees the tiles" + ofLane(lane) + version(version));
                }
            }
            return;
        }
        List<Effect> added = new ArrayList<>();
        int mark = base;
        int limit = limit(state, number);
        int first = Math.max(Math.max(base, state.knownCountsAfter(number)) + 1, state.from(number));
        for (int position = first; position <= state.to(number); position++) {
            boolean isIn = keeps(PairRule.J1_LIMIT)
                    ? position < limit
                    : position < limitOf(state, number, log(state, number).key(position));
            List<Effect> effects = isIn ? effects(state, number, position) : List.of();
            if (!effects.isEmpty()) {
                boolean alone = !keeps(PairRule.J1_ONE_PUT) && (mark > base);
                if (alone) {
                    break;
                }
                added.addAll(keeps(PairRule.J1_ONE_PUT) ? effects : effects.subList(0, 1));
                mark = position;
            }
        }
        if (mark == base) {
            advance(state, number, limit, sink);
            return;
        }
        int wrong = PairLog.sum(added).equals(PairLog.sum(truth(lane, base, mark))) ? 0 : WRONG_TILES;
        if (stored == base) {
            int put = mark;
            PairWorld next = state.copy();
            next.store(lane, TILES, mark);
            next.setBase(number, TILES, mark);
            next.setWrong(Math.max(next.wrong(), wrong));
            sink.to(next, () -> name(number) + " puts the tiles" + ofLane(lane) + " with mark " + put);
            delay(state, number, TILES, mark, wrong, sink);
        } else {
            PairWorld next = state.copy();
            next.setBase(number, TILES, stored);
            sink.to(next, () -> name(number) + " meets the tiles" + ofLane(lane) + version(stored));
        }
    }

    private List<Effect> truth(int lane, int after, int upTo) {
        List<Effect> effects = new ArrayList<>();
        int first = Math.max(after, lanes.get(lane).countsAfter()) + 1;
        for (int position = first; position <= upTo; position++) {
            effects.addAll(lanes.get(lane).effects(position));
        }
        return effects;
    }

    /** The first record that is not decided, of any key. */
    private int limit(PairWorld state, int number) {
        int limit = state.to(number) + 1;
        for (int key = 0; key < PairLog.KEYS; key++) {
            limit = Math.min(limit, limitOf(state, number, key));
        }
        return limit;
    }

    private int limitOf(PairWorld state, int number, int key) {
        List<Integer> rows = rows(state, number, key);
        if (rows.isEmpty() || state.halves(number, key) == RIGHT) {
            return state.to(number) + 1;
        }
        return state.halves(number, key) == FAILED
                ? rows.get(0)
                : decide(state, number, key, state.base(number, key)).undecided();
    }

    private List<Effect> effects(PairWorld state, int number, int position) {
        int key = log(state, number).key(position);
        if (state.halves(number, key) == RIGHT) {
            return log(state, number).effects(position);
        }
        int place = rows(state, number, key).indexOf(position);
        return decide(state, number, key, state.base(number, key)).effects().get(place);
    }

    private void advance(PairWorld state, int number, int limit, Sink<PairWorld> sink) {
        int lane = state.lane(number);
        PairWorld next = state.copy();
        if (state.knownCountsAfter(number) != state.countsAfter(lane)) {
            next.end(number);
            sink.to(next, () -> name(number) + " meets another lane row" + ofLane(lane) + ", and begins again");
            return;
        }
        int last = Math.max(state.last(lane), limit - 1);
        next.setLast(lane, last);
        if (!keeps(PairRule.J1_FENCE)) {
            for (int key = 0; key < PairLog.KEYS; key++) {
                next.store(
                        lane,
                        key,
                        Math.max(state.mark(lane, key), lanes.get(lane).lastOf(key, last)));
            }
        }
        next.end(number);
        sink.to(next, () -> name(number) + " is done, the lane row" + ofLane(lane) + " has last = " + last);
    }

    private void delay(PairWorld state, int number, int item, int mark, int wrong, Sink<PairWorld> sink) {
        if (state.hasLatePut()) {
            return;
        }
        int lane = state.lane(number);
        PairWorld next = state.copy();
        next.delayPut(lane, item, state.base(number, item), mark, wrong);
        if (item == TILES) {
            next.end(number);
        } else {
            next.setHalves(number, item, FAILED);
            next.setBase(number, item, NONE);
        }
        String what = item == TILES ? "the tiles" : "the halves of " + keyName(item);
        sink.to(
                next,
                () -> name(number) + " puts " + what + ofLane(lane) + " with mark " + mark
                        + "; it is delayed, and nobody knows");
    }

    // What must hold.

    @Override
    public @Nullable String wrongStep(PairWorld before, PairWorld after) {
        return null;
    }

    @Override
    public @Nullable String wrongState(PairWorld state) {
        if (state.wrong() != 0) {
            return (state.wrong() == WRONG_HALVES ? "the halves" : "the tiles")
                    + " are not what all records up to their mark make";
        }
        for (int lane = 0; lane < lanes.size(); lane++) {
            int first = Math.max(state.mark(lane, TILES), lanes.get(lane).countsAfter()) + 1;
            for (int position = first; position <= state.last(lane); position++) {
                if (!lanes.get(lane).effects(position).isEmpty()) {
                    return "record " + position + ofLane(lane) + " is done, but missing";
                }
            }
        }
        return null;
    }

    @Override
    public boolean isQuiescent(PairWorld state) {
        boolean quiescent = !state.hasLatePut();
        for (int i = 0; i < State.INVOCATIONS; i++) {
            quiescent &= state.isIdle(i);
        }
        for (int lane = 0; lane < lanes.size(); lane++) {
            quiescent &= state.last(lane) == lanes.get(lane).length();
        }
        return quiescent;
    }

    /** Everything is done then, and {@link #wrongState} looks whether all that is done is in the tiles. */
    @Override
    public @Nullable String wrongAtQuiescence(PairWorld state) {
        return null;
    }

    // Words.

    private static String name(int number) {
        return number == 0 ? "A" : "B";
    }

    private static String keyName(int key) {
        return key == 0 ? "key a" : "key b";
    }

    private String ofLane(int lane) {
        return lanes.size() == 1 ? "" : " of lane " + (lane + 1);
    }

    private static String version(int mark) {
        return mark == 0 ? ", absent" : " with mark " + mark;
    }
}
