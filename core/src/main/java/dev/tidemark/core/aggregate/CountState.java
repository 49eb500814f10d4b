package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;

/** How many events, or how many that have a certain field. Stored as a varint. */
final class CountState implements Subtractable {

    private static final int EVERY_EVENT = -1;

    private final int slot;
    private long count;

    private CountState(int slot) {
        this.slot = slot;
    }

    /** {@code count()} counts every event, {@code count(path)} those in which the field is present. */
    record Type(int slot, String path) implements StateType {

        static final Type ALL = new Type(EVERY_EVENT, "");

        /** Counts the events that have the input: all of them where it is required. */
        static Type of(FieldInput input) {
            return input.optional() ? new Type(input.slot(), input.path()) : ALL;
        }

        @Override
        public String id() {
            return "count(" + path + ")";
        }

        @Override
        public State create() {
            return new CountState(slot);
        }

        @Override
        public State read(ByteReader in, String shardId) {
            State state = create();
            readInto(state, in, shardId);
            return state;
        }

        @Override
        public void readInto(State state, ByteReader in, String shardId) {
            long more = in.readVarint();
            if (more < 0) {
                throw new IllegalArgumentException("a negative count");
            }
            ((CountState) state).count += more;
        }

        @Override
        public StateType subtractable() {
            return this;
        }

        @Override
        public int maxEncodedBytes() {
            return ByteWriter.varintBytes(Bounds.MAX_EVENTS);
        }
    }

    long count() {
        return count;
    }

    @Override
    public void add(EventRow row) {
        if (slot == EVERY_EVENT || !row.isAbsent(slot)) {
            count++;
        }
    }

    @Override
    public void merge(State other) {
        count += ((CountState) other).count;
    }

    @Override
    public void subtract(State part) {
        count -= ((CountState) part).count;
    }

    @Override
    public void writeTo(ByteWriter out) {
        out.writeVarint(count);
    }

    @Override
    public boolean isEmpty() {
        return count == 0;
    }
}
