package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventRow.Kind;
import dev.tidemark.core.number.DecimalExtreme;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** The least or the greatest value of a numeric field. Stored as one decimal. */
final class ExtremeState implements State {

    private final Type type;
    private final DecimalExtreme extreme;

    private ExtremeState(Type type) {
        this.type = type;
        extreme = type.greatest ? DecimalExtreme.greatest() : DecimalExtreme.least();
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
            in.readDecimal(state.extreme);
            return state;
        }

        @Override
        public int maxEncodedBytes() {
            return Inputs.MAX_NUMBER_BYTES;
        }
    }

    @Nullable
    BigDecimal value() {
        return extreme.value();
    }

    @Override
    public void add(EventRow row) {
        Kind kind = row.kind(type.slot);
        if (kind == Kind.NUMBER) {
            extreme.accept(row.unscaled(type.slot), row.scale(type.slot));
        } else if (kind == Kind.BIG_NUMBER) {
            extreme.accept(row.decimal(type.slot));
        } else {
            Inputs.requireAbsent(kind, type.path);
        }
    }

    @Override
    public void merge(State other) {
        extreme.merge(((ExtremeState) other).extreme);
    }

    @Override
    public void writeTo(ByteWriter out) {
        extreme.sendTo(out);
    }

    @Override
    public boolean isEmpty() {
        return extreme.isEmpty();
    }
}
