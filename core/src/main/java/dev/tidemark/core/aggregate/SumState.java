package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventRow.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The exact sum of a numeric field, or of its squares. A sum of 0 may come from events (5 and -5), so it does not tell whether
 * there were any.
 */
final class SumState extends TermSum {

    private final Type type;

    private SumState(Type type) {
        super(type.counted);
        this.type = type;
    }

    /**
     * {@code sum(path)} or, for the variance, {@code sum_of_squares(path)}.
     *
     * @param counted whether the number of events is stored, so that a sum from which all was taken back is empty
     */
    record Type(int slot, String path, boolean squared, boolean counted) implements StateType {

        static Type of(FieldInput input) {
            return new Type(input.slot(), input.path(), false, false);
        }

        static Type ofSquares(FieldInput input) {
            return new Type(input.slot(), input.path(), true, false);
        }

        @Override
        public String id() {
            return (counted ? "counted_" : "") + (squared ? "sum_of_squares(" : "sum(") + path + ")";
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
            ((SumState) state).read(in);
        }

        @Override
        public StateType subtractable() {
            return new Type(slot, path, squared, true);
        }

        @Override
        public int maxEncodedBytes() {
            int power = squared ? 2 : 1;
            BigInteger greatestValue = BigInteger.TEN.pow(power * (Bounds.MAX_NUMBER_EXPONENT + 1));
            int countBytes = counted ? ByteWriter.varintBytes(Bounds.MAX_EVENTS) : 0;
            return countBytes
                    + ByteWriter.maxDecimalBytes(
                            greatestValue.multiply(BigInteger.valueOf(Bounds.MAX_EVENTS)),
                            power * Bounds.MAX_NUMBER_EXPONENT);
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
        count();
        if (type.squared) {
            addSquare(unscaled, scale);
        } else {
            add(unscaled, scale);
        }
    }

    private void take(BigDecimal value) {
        count();
        if (type.squared) {
            addSquare(value);
        } else {
            add(value);
        }
    }
}
