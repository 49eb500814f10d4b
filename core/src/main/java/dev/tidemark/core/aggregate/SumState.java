package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventRow.Kind;
import dev.tidemark.core.number.DecimalSum;
import java.math.BigDecimal;
import java.math.BigInteger;

/** The exact sum of a numeric field, or of its squares. Stored as one decimal. */
final class SumState extends DecimalSum implements State {

    private final Type type;

    /** A sum of 0 may come from events (5 and -5), so it does not tell whether there were any. */
    private boolean empty = true;

    private SumState(Type type) {
        this.type = type;
    }

    /** {@code sum(path)} or, for the variance, {@code sum_of_squares(path)}. */
    record Type(int slot, String path, boolean squared) implements StateType {

        static Type of(FieldInput input) {
            return new Type(input.slot(), input.path(), false);
        }

        static Type ofSquares(FieldInput input) {
            return new Type(input.slot(), input.path(), true);
        }

        @Override
        public String id() {
            return (squared ? "sum_of_squares(" : "sum(") + path + ")";
        }

        @Override
        public State create() {
            return new SumState(this);
        }

        @Override
        public State read(ByteReader in, String shardId) {
            SumState state = new SumState(this);
            readInto(state, in, shardId);
            return state;
        }

        @Override
        public void readInto(State state, ByteReader in, String shardId) {
            SumState sum = (SumState) state;
            in.readDecimal(sum);
            sum.empty = false;
        }

        @Override
        public int maxEncodedBytes() {
            int power = squared ? 2 : 1;
            BigInteger greatestValue = BigInteger.TEN.pow(power * (Bounds.MAX_NUMBER_EXPONENT + 1));
            return ByteWriter.maxDecimalBytes(
                    greatestValue.multiply(BigInteger.valueOf(Bounds.MAX_EVENTS)), power * Bounds.MAX_NUMBER_EXPONENT);
        }
    }

    @Override
    public void add(EventRow row) {
        Kind kind = row.kind(type.slot);
        if (kind == Kind.NUMBER) {
            take(row.unscaled(type.slot), row.scale(type.slot));
        } else if (kind == Kind.BIG_NUMBER) {
            take(row.decimal(type.slot));
        } else {
            Inputs.requireAbsent(kind, type.path);
        }
    }

    private void take(long unscaled, int scale) {
        empty = false;
        if (type.squared) {
            addSquare(unscaled, scale);
        } else {
            add(unscaled, scale);
        }
    }

    private void take(BigDecimal value) {
        empty = false;
        if (type.squared) {
            addSquare(value);
        } else {
            add(value);
        }
    }

    @Override
    public void merge(State other) {
        SumState more = (SumState) other;
        merge((DecimalSum) more);
        empty &= more.empty;
    }

    @Override
    public void writeTo(ByteWriter out) {
        sendTo(out);
    }

    @Override
    public boolean isEmpty() {
        return empty;
    }
}
