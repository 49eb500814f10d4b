package dev.tidemark.core.aggregate;

import org.jspecify.annotations.Nullable;

/**
 * What kind of accumulator a tile holds, bound to its input slot and parameters. Features that need the same state
 * share it: {@code avg(price)} and {@code sum(price)} use one sum.
 */
public interface StateType {

    /**
     * Canonical text of everything that decides the state's content and encoding, such as {@code sum(price)}; part of
     * the view version, and equal iff two states may be shared. Names fields, not slots.
     */
    String id();

    /** The empty state. */
    State create();

    /**
     * Reads what {@link State#writeTo} wrote; bytes that cannot be are an {@link IllegalArgumentException}.
     *
     * @param shardId the shard whose lane wrote the item; order-sensitive states need it as a tie-break
     */
    State read(ByteReader in, String shardId);

    /** Reads as {@link #read} does, and merges what it has read into a state of this type. */
    default void readInto(State state, ByteReader in, String shardId) {
        state.merge(read(in, shardId));
    }

    /**
     * The type that holds the same, and whose states are {@link Subtractable}: this one, or one that keeps a little more; null
     * if nothing can be taken back from such a state.
     */
    default @Nullable StateType subtractable() {
        return null;
    }

    /** An upper bound of the encoded size in bytes, whatever events are added. */
    int maxEncodedBytes();
}
