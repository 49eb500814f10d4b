package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;

/**
 * The accumulator of one {@link StateType} in one tile: a commutative monoid under {@link #merge}. The state is a
 * function of the multiset of events added, never of their order or grouping, and so are its encoded bytes. Mutable,
 * not thread-safe; belongs to one tile.
 */
public interface State {

    /**
     * Adds one event. An event whose input slot is absent is ignored; the fold has already refused mistyped inputs and
     * events without a required input.
     */
    void add(EventRow row);

    /** Adds everything the other holds; the other is of the same type and is not changed. */
    void merge(State other);

    /**
     * Writes the canonical encoding: equal contents give equal bytes. Never called on an empty state, which a tile
     * marks instead of writing.
     */
    void writeTo(ByteWriter out);

    /** True when no event was added. */
    boolean isEmpty();
}
