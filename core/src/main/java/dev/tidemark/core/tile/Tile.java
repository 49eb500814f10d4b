package dev.tidemark.core.tile;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.event.EventRow;
import java.util.List;

/**
 * The states of one layout for one interval. Encoded as bits that mark the empty states, then the others in layout
 * order. Mutable, not thread-safe.
 */
public final class Tile {

    /** Nine varint bytes hold the marks of this many states; more states take more such varints. */
    static final int STATES_PER_MARK = 63;

    private final List<TileLayout.Entry> entries;
    private final State[] states;

    private Tile(TileLayout layout) {
        entries = layout.entries();
        states = new State[entries.size()];
    }

    /** A tile to which no event was added. */
    public static Tile empty(TileLayout layout) {
        Tile tile = new Tile(layout);
        for (int i = 0; i < tile.states.length; i++) {
            tile.states[i] = tile.entries.get(i).type().create();
        }
        return tile;
    }

    /**
     * Adds an event to every state whose filter it passes.
     *
     * @param filterBits bit {@code i} is set iff the event passes the view's filter {@code i}
     */
    public void add(EventRow row, long filterBits) {
        for (int i = 0; i < states.length; i++) {
            int filter = entries.get(i).filter();
            if (filter == TileLayout.NO_FILTER || (filterBits >>> filter & 1) != 0) {
                states[i].add(row);
            }
        }
    }

    /** Adds what the other tile, of the same layout, holds; the other is not changed. */
    public void merge(Tile other) {
        for (int i = 0; i < states.length; i++) {
            states[i].merge(other.states[i]);
        }
    }

    /** The state at an index of the layout's entries; it belongs to the tile. */
    public State state(int index) {
        return states[index];
    }

    /** True when no state has got an event. */
    public boolean isEmpty() {
        for (State state : states) {
            if (!state.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    void writeTo(ByteWriter out) {
        for (int first = 0; first < states.length; first += STATES_PER_MARK) {
            out.writeVarint(emptyMarks(first));
        }
        for (State state : states) {
            if (!state.isEmpty()) {
                state.writeTo(out);
            }
        }
    }

    static Tile read(TileLayout layout, ByteReader in, String shardId) {
        Tile tile = new Tile(layout);
        int states = tile.states.length;
        long[] marks = new long[(states + STATES_PER_MARK - 1) / STATES_PER_MARK];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = in.readVarint();
        }
        for (int i = 0; i < states; i++) {
            boolean empty = (marks[i / STATES_PER_MARK] >>> i % STATES_PER_MARK & 1) != 0;
            var type = tile.entries.get(i).type();
            tile.states[i] = empty ? type.create() : type.read(in, shardId);
        }
        return tile;
    }

    /** The most bytes that the marks of so many states take. */
    static int maxMarkBytes(int states) {
        int bytes = 0;
        for (int first = 0; first < states; first += STATES_PER_MARK) {
            bytes += (Math.min(STATES_PER_MARK, states - first) + 6) / 7;
        }
        return bytes;
    }

    private long emptyMarks(int first) {
        long marks = 0;
        for (int i = first; i < Math.min(first + STATES_PER_MARK, states.length); i++) {
            marks |= states[i].isEmpty() ? 1L << (i - first) : 0;
        }
        return marks;
    }
}
