package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventRow.Kind;
import dev.tidemark.core.number.DecimalExtreme;

/** The least or the greatest value of a numeric field. Stored as one decimal. */
final class ExtremeState extends DecimalExtreme implements State {

    private final Type type;

    private ExtremeState(Type type) {
        super(type.greatest);
        this.type = type;
    }

    /** {@code min(path)} or {@code max(path)}. */
    record Type(int slot, String path, boolean greatest) implements StateType {

        @Override
        public String id() {
            return (greatest ? "max(" : "min(") + path + ")";
        }

        @Override
        public State create() {
            return new ExtremeState(this);
        }

        @Override
        public State read(ByteReader in, String shardId) {
            ExtremeState state = new ExtremeState(this);
            in.readDecimal(state);
            return state;
        }

        @Override
        public void readInto(State state, ByteReader in, String shardId) {
            in.readDecimal((ExtremeState) state);
        }

        @Override
        public int maxEncodedBytes() {
            return Inputs.MAX_NUMBER_BYTES;
        }
    }

    @Override
    public void add(EventRow row) {
        Kind kind = row.kind(type.slot);
        if (kind == Kind.NUMBER) {
            accept(row.unscaled(type.slot), row.scale(type.slot));
        } else if (kind == Kind.BIG_NUMBER) {
            accept(row.decimal(type.slot));
        } else {
            Inputs.requireAbsent(kind, type.path);
        }
    }

    @Override
    public void merge(State other) {
        merge((DecimalExtreme) other);
    }

    @Override
    public void writeTo(ByteWriter out) {
        sendTo(out);
    }
}
