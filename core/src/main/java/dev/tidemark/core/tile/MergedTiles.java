package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What tiles of one layout hold together, as far as it is wanted. Mutable, not thread-safe. */
public final class MergedTiles {

    private final TileLayout layout;

    /** By index of the layout's entries; null for what is not wanted. */
    private final @Nullable State[] states;

    /** Of the encoded tile that is being merged: which states are empty. */
    private final long[] marks;

    /** Tells where tiles are wanted. */
    public interface Targets {

        /**
         * What the tile's content is merged into; null if it is not wanted.
         *
         * @param tile the tile's number
         */
        @Nullable
        MergedTiles of(long tile);

        /** Merges a tile where it is wanted; it is not changed. */
        default void merge(long tile, Tile content) {
            MergedTiles target = of(tile);
            if (target != null) {
                target.merge(content);
            }
        }
    }

    /** @param wanted indexes of the layout's entries */
    public MergedTiles(TileLayout layout, BitSet wanted) {
        this.layout = layout;
        this.states = new State[layout.entries().size()];
        this.marks = new long[(states.length + Tile.STATES_PER_MARK - 1) / Tile.STATES_PER_MARK];
        for (int i = wanted.nextSetBit(0); i >= 0; i = wanted.nextSetBit(i + 1)) {
            states[i] = layout.entries().get(i).type().create();
        }
    }

    /** The state at an index of the layout's entries, which must be wanted; it must not be changed. */
    public State state(int index) {
        return Objects.requireNonNull(states[index], "a state that is not wanted");
    }

    private void merge(Tile tile) {
        for (int i = 0; i < states.length; i++) {
            State state = states[i];
            if (state != null) {
                state.merge(tile.state(i));
            }
        }
    }

    /** Adds what the other holds, in which everything must be wanted that is wanted here; it is not changed. */
    public void merge(MergedTiles other) {
        for (int i = 0; i < states.length; i++) {
            State state = states[i];
            if (state != null) {
                state.merge(other.state(i));
            }
        }
    }

    /** Adds what an encoded tile holds, see {@link Tile#writeTo}. */
    void merge(ByteReader in, String shardId) {
        for (int i = 0; i < marks.length; i++) {
            marks[i] = in.readVarint();
        }
        for (int i = 0; i < marks.length; i++) {
            long empty = marks[i];
            int end = Math.min(states.length, (i + 1) * Tile.STATES_PER_MARK);
            for (int index = i * Tile.STATES_PER_MARK; index < end; index++) {
                if ((empty & 1) == 0) {
                    merge(index, in, shardId);
                }
                empty >>>= 1;
            }
        }
    }

    private void merge(int index, ByteReader in, String shardId) {
        StateType type = layout.entries().get(index).type();
        State state = states[index];
        if (state == null) {
            type.read(in, shardId);
        } else {
            type.readInto(state, in, shardId);
        }
    }
}
