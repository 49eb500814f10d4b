package dev.tidemark.core.fold;

import dev.tidemark.core.aggregate.ByteReader;
import dev.tidemark.core.aggregate.ByteWriter;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.event.EventRow;
import java.util.ArrayList;
import java.util.List;

/** A state that remembers the position of every event added: the plainest witness of what was folded, and how often. */
public final class PositionsType implements StateType {

    @Override
    public String id() {
        return "positions";
    }

    @Override
    public State create() {
        return new Positions();
    }

    @Override
    public State read(ByteReader in, String shardId) {
        Positions state = new Positions();
        int size = in.readCount(1_000_000);
        for (int i = 0; i < size; i++) {
            state.positions.add(in.readString());
        }
        return state;
    }

    @Override
    public int maxEncodedBytes() {
        return 1_000;
    }

    /** In the order of adding. */
    public static final class Positions implements State {

        final List<String> positions = new ArrayList<>();

        @Override
        public void add(EventRow row) {
            positions.add(row.position().text());
        }

        @Override
        public void merge(State other) {
            positions.addAll(((Positions) other).positions);
        }

        @Override
        public void writeTo(ByteWriter out) {
            out.writeVarint(positions.size());
            positions.forEach(out::writeString);
        }

        @Override
        public boolean isEmpty() {
            return positions.isEmpty();
        }
    }
}
