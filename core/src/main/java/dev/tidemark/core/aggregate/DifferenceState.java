package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.number.DecimalSum;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

/**
 * Of events with two predictions and their label: how many there were, and the exact sums of the differences of the two losses
 * and of their squares. Stored as a varint and two decimals, in this order.
 */
final class DifferenceState implements Subtractable {

    private final Type type;
    private final DecimalSum sum = new DecimalSum();
    private final DecimalSum squares = new DecimalSum();
    private long events;

    private DifferenceState(Type type) {
        this.type = type;
    }

    /** Such as {@code log_loss_difference(score,challengers.v8,label)}. */
    record Type(LossState.Term term, FieldInput input, FieldInput other, Label label) implements StateType {

        @Override
        public String id() {
            return term.name().toLowerCase(Locale.ROOT) + "_difference(" + input.path() + "," + other.path() + ","
                    + label.text() + ")";
        }

        @Override
        public State create() {
            return new DifferenceState(this);
        }

        @Override
        public State read(ByteReader in, String shardId) {
            DifferenceState state = new DifferenceState(this);
            state.events = in.readVarint();
            if (state.events <= 0) {
                throw new IllegalArgumentException("differences of " + state.events + " events");
            }
            in.readDecimal(state.sum);
            in.readDecimal(state.squares);
            return state;
        }

        @Override
        public StateType subtractable() {
            return this;
        }

        @Override
        public int maxEncodedBytes() {
            // A loss is never negative, so no difference is greater than one.
            BigInteger events = BigInteger.valueOf(Bounds.MAX_EVENTS);
            return ByteWriter.varintBytes(Bounds.MAX_EVENTS)
                    + ByteWriter.maxDecimalBytes(term.bound().multiply(events), term.maxScale())
                    + ByteWriter.maxDecimalBytes(term.bound().pow(2).multiply(events), 2 * term.maxScale());
        }
    }

    long events() {
        return events;
    }

    BigDecimal sum() {
        return sum.value();
    }

    BigDecimal squares() {
        return squares.value();
    }

    @Override
    public void add(EventRow row) {
        if (row.isAbsent(type.input.slot()) || row.isAbsent(type.other.slot()) || type.label.isAbsent(row)) {
            return;
        }
        BigDecimal difference = loss(row, type.input).subtract(loss(row, type.other));
        events++;
        sum.add(difference);
        squares.addSquare(difference);
    }

    private BigDecimal loss(EventRow row, FieldInput prediction) {
        DecimalSum one = new DecimalSum();
        type.term.addTo(one, row, prediction.slot(), type.label);
        return one.value();
    }

    @Override
    public void merge(State other) {
        DifferenceState more = (DifferenceState) other;
        events += more.events;
        sum.merge(more.sum);
        squares.merge(more.squares);
    }

    @Override
    public void subtract(State part) {
        DifferenceState less = (DifferenceState) part;
        events -= less.events;
        sum.subtract(less.sum);
        squares.subtract(less.squares);
    }

    @Override
    public void writeTo(ByteWriter out) {
        out.writeVarint(events);
        sum.sendTo(out);
        squares.sendTo(out);
    }

    @Override
    public boolean isEmpty() {
        return events == 0;
    }
}
