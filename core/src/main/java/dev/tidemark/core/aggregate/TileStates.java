package dev.tidemark.core.aggregate;

import java.util.List;

/** The states of one computation over one window, as a query found them. */
public interface TileStates {

    /** All tiles of the window merged: the state at the given index of {@link Computation#states()}. */
    State merged(int state);

    /**
     * The tiles one by one, oldest first; several tiles of one interval (from different lanes) are already merged.
     * Empty tiles are left out.
     */
    List<Slice> slices();

    /** The moment the question is about, milliseconds since the epoch. */
    long atMillis();

    /** One tile: event times in {@code [startMillis, endMillis)}. */
    interface Slice {
        long startMillis();

        long endMillis();

        State state(int state);
    }
}
