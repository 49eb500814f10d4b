package dev.tidemark.core.aggregate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A computation made of its states and one expression over them. */
record BoundFunction(List<StateType> states, Finish finish) implements Computation {

    /** Reads a value off the states of a window. */
    @FunctionalInterface
    interface Finish {
        @Nullable
        Object value(TileStates tiles);
    }

    @Override
    public @Nullable Object value(TileStates tiles) {
        return finish.value(tiles);
    }
}
