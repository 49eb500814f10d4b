package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A computation over the elements of a list, each of which counts as an event with that input does. The bytes of its
 * states are those of the wrapped ones.
 */
public final class Each implements Computation {

    private final Computation inner;
    private final int slot;
    private final List<StateType> states;

    private Each(Computation inner, int slot) {
        this.inner = inner;
        this.slot = slot;
        this.states = inner.states().stream()
                .<StateType>map(state -> new EachType(slot, state))
                .toList();
    }

    /**
     * The computation, once for each element.
     *
     * @param inner reads the only slot of the rows that it is given
     * @param slot holds the list
     */
    public static Computation of(Computation inner, int slot) {
        return new Each(inner, slot);
    }

    @Override
    public List<StateType> states() {
        return states;
    }

    @Override
    public boolean ignoresWhere(int state) {
        return inner.ignoresWhere(state);
    }

    @Override
    public Computation subtractable() {
        return new Each(inner.subtractable(), slot);
    }

    @Override
    public @Nullable Object value(TileStates tiles) {
        return inner.value(new Unwrapped(tiles));
    }

    @Override
    public @Nullable Approximation approximation(TileStates tiles) {
        return inner.approximation(new Unwrapped(tiles));
    }

    /** @param slot holds the list */
    private record EachType(int slot, StateType inner) implements StateType {

        /** The field's path says that it is a list. */
        @Override
        public String id() {
            return inner.id();
        }

        @Override
        public State create() {
            return new OfEach(slot, inner.create());
        }

        @Override
        public State read(ByteReader in, String shardId) {
            return new OfEach(slot, inner.read(in, shardId));
        }

        @Override
        public void readInto(State state, ByteReader in, String shardId) {
            inner.readInto(((OfEach) state).inner, in, shardId);
        }

        @Override
        public @Nullable StateType subtractable() {
            StateType part = inner.subtractable();
            return part == null ? null : new EachType(slot, part);
        }

        @Override
        public int maxEncodedBytes() {
            return inner.maxEncodedBytes();
        }
    }

    private record OfEach(int slot, State inner) implements Subtractable {

        @Override
        public void add(EventRow row) {
            if (!row.isAbsent(slot)) {
                row.elements(slot).forEach(inner::add);
            }
        }

        @Override
        public void merge(State other) {
            inner.merge(((OfEach) other).inner);
        }

        /** The state inside is subtractable. */
        @Override
        public void subtract(State part) {
            ((Subtractable) inner).subtract(((OfEach) part).inner);
        }

        @Override
        public void writeTo(ByteWriter out) {
            inner.writeTo(out);
        }

        @Override
        public boolean isEmpty() {
            return inner.isEmpty();
        }
    }

    /** The tiles with the states that the wrapped computation knows. */
    private record Unwrapped(TileStates tiles) implements TileStates {

        @Override
        public State merged(int state) {
            return ((OfEach) tiles.merged(state)).inner;
        }

        @Override
        public List<Slice> slices() {
            return tiles.slices().stream().<Slice>map(UnwrappedSlice::new).toList();
        }

        @Override
        public long atMillis() {
            return tiles.atMillis();
        }
    }

    private record UnwrappedSlice(TileStates.Slice slice) implements TileStates.Slice {

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
            return ((OfEach) slice.state(state)).inner;
        }
    }
}
