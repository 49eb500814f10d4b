package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import org.jspecify.annotations.Nullable;

/**
 * A state that takes the events whose field holds a number, or those whose field holds a text or a boolean. Its bytes are
 * those of the state inside.
 *
 * @param numbers whether numbers are taken, and not texts and booleans
 */
record KindType(FieldInput input, boolean numbers, StateType inner) implements StateType {

    @Override
    public String id() {
        return (numbers ? "numbers(" : "texts(") + inner.id() + ")";
    }

    @Override
    public OfKind create() {
        return new OfKind(this, inner.create());
    }

    @Override
    public State read(ByteReader in, String shardId) {
        return new OfKind(this, inner.read(in, shardId));
    }

    @Override
    public @Nullable StateType subtractable() {
        StateType each = inner.subtractable();
        return each == null ? null : new KindType(input, numbers, each);
    }

    @Override
    public int maxEncodedBytes() {
        return inner.maxEncodedBytes();
    }

    /** The state, with its gate. */
    record OfKind(KindType type, State inner) implements Subtractable {

        @Override
        public void add(EventRow row) {
            int slot = type.input.slot();
            if (!row.isAbsent(slot) && row.isNumber(slot) == type.numbers) {
                inner.add(row);
            }
        }

        @Override
        public void merge(State other) {
            inner.merge(((OfKind) other).inner);
        }

        /** The state inside is subtractable. */
        @Override
        public void subtract(State part) {
            ((Subtractable) inner).subtract(((OfKind) part).inner);
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
}
