package dev.tidemark.core.aggregate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Any computation over events that may be taken back: each state of the wrapped computation becomes two, of what was
 * <em>added</em> and of what was <em>taken back</em> ({@link dev.tidemark.core.event.EventRow#isTakenBack}). Both only grow,
 * so the laws hold, whatever the order. One is subtracted from the other when a value is read, in memory.
 *
 * <p>In each tile an event is taken back as often as it was added, or once less.
 */
public final class Net implements Computation {

    private final Computation inner;
    private final List<SplitType> states;

    private Net(Computation inner, List<SplitType> states) {
        this.inner = inner;
        this.states = states;
    }

    /**
     * The computation, over what was not taken back.
     *
     * @throws IllegalArgumentException if there is a {@link #refusal}
     */
    public static Computation of(Computation plain) {
        Computation inner = plain.subtractable();
        List<SplitType> states = new ArrayList<>();
        for (StateType state : inner.states()) {
            StateType subtractable = state.subtractable();
            if (subtractable == null) {
                throw new IllegalArgumentException(refusal(state));
            }
            states.add(new SplitType(
                    "net(", row -> row.isTakenBack() ? SplitType.Side.SECOND : SplitType.Side.FIRST, subtractable));
        }
        return new Net(inner, List.copyOf(states));
    }

    /** Why events cannot be taken back from a computation, as the catalog's author sees it; null if they can. */
    public static @Nullable String refusal(Computation plain) {
        return plain.subtractable().states().stream()
                .filter(state -> state.subtractable() == null)
                .findFirst()
                .map(Net::refusal)
                .orElse(null);
    }

    private static String refusal(StateType state) {
        return "nothing can be taken back from " + state.id();
    }

    @Override
    public List<StateType> states() {
        return List.copyOf(states);
    }

    @Override
    public boolean ignoresWhere(int state) {
        return inner.ignoresWhere(state);
    }

    @Override
    public @Nullable Object value(TileStates tiles) {
        return inner.value(new NetStates(tiles));
    }

    @Override
    public @Nullable Approximation approximation(TileStates tiles) {
        return inner.approximation(new NetStates(tiles));
    }

    private State net(int state, State both) {
        SplitState split = (SplitState) both;
        State net = states.get(state).inner().create();
        net.merge(split.first());
        ((Subtractable) net).subtract(split.second());
        return net;
    }

    /** The tiles without what was taken back. */
    private final class NetStates implements TileStates {

        private final TileStates tiles;
        private final @Nullable State[] merged = new State[states.size()];

        NetStates(TileStates tiles) {
            this.tiles = tiles;
        }

        @Override
        public State merged(int state) {
            State known = merged[state];
            State net = known == null ? net(state, tiles.merged(state)) : known;
            merged[state] = net;
            return net;
        }

        @Override
        public List<Slice> slices() {
            return tiles.slices().stream().<Slice>map(NetSlice::new).toList();
        }

        @Override
        public long atMillis() {
            return tiles.atMillis();
        }
    }

    private final class NetSlice implements TileStates.Slice {

        private final TileStates.Slice slice;

        NetSlice(TileStates.Slice slice) {
            this.slice = slice;
        }

        @Override
        public long startMillis() {
            return slice.startMillis();
        }

        @Override
        public long endMillis() {
            return slice.endMillis();
        }

        @Override
        public State state(int state) {
            return net(state, slice.state(state));
        }
    }
}
