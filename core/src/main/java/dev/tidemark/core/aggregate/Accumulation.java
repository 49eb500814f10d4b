package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A computation over events that are at hand, in one state each instead of in tiles; not for computations that look at the age
 * of tiles. Not thread-safe.
 */
public final class Accumulation {

    private final Computation computation;
    private final List<State> states;

    public Accumulation(Computation computation) {
        this.computation = computation;
        this.states = computation.states().stream().map(StateType::create).toList();
    }

    /** Adds one event; see {@link State#add}. */
    public void add(EventRow event) {
        for (State state : states) {
            state.add(event);
        }
    }

    /** See {@link Computation#value}. */
    public @Nullable Object value() {
        return computation.value(new Whole(states));
    }

    private record Whole(List<State> states) implements TileStates {

        @Override
        public State merged(int state) {
            return states.get(state);
        }

        @Override
        public List<Slice> slices() {
            throw new UnsupportedOperationException("events at hand are in no tiles");
        }

        @Override
        public long atMillis() {
            throw new UnsupportedOperationException("events at hand are asked about at no moment");
        }
    }
}
