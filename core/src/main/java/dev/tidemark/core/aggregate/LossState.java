package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventRow.Kind;
import dev.tidemark.core.number.DecimalSum;
import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

/**
 * The exact sum of one term for each event that has a prediction and its label, and how many there were. Stored as a varint,
 * the number of events, and a decimal, the sum.
 */
final class LossState extends DecimalSum implements Subtractable {

    /** Probabilities are kept this far from 0 and 1, where the logarithm would have no bound. */
    private static final double LEAST_PROBABILITY = 1e-15;

    private static final double GREATEST_PROBABILITY = 1 - 1e-15;

    private final Type type;
    private long count;

    private LossState(Type type) {
        this.type = type;
    }

    /** What is summed: of an error, which is the prediction less the label, or of the probability of the label. */
    enum Term {
        /** −ln of the probability that was given to the label, to 16 significant digits. */
        LOG_LOSS(35, 31),
        ERROR(2, Bounds.MAX_NUMBER_EXPONENT, Bounds.MAX_NUMBER_EXPONENT + 1),
        ABSOLUTE_ERROR(2, Bounds.MAX_NUMBER_EXPONENT, Bounds.MAX_NUMBER_EXPONENT + 1),
        SQUARED_ERROR(4, 2 * Bounds.MAX_NUMBER_EXPONENT, 2 * (Bounds.MAX_NUMBER_EXPONENT + 1));

        private final BigInteger bound;
        private final int maxScale;

        Term(int bound, int maxScale) {
            this(bound, maxScale, 0);
        }

        /** A term is at most {@code factor * 10^exponent} and has at most so many decimals. */
        Term(int factor, int maxScale, int exponent) {
            this.bound = BigInteger.TEN.pow(exponent).multiply(BigInteger.valueOf(factor));
            this.maxScale = maxScale;
        }
    }

    /** Such as {@code squared_error(score,label)}. */
    record Type(Term term, FieldInput input, Label label) implements StateType {

        @Override
        public String id() {
            return term.name().toLowerCase(Locale.ROOT) + "(" + input.path() + "," + label.text() + ")";
        }

        @Override
        public State create() {
            return new LossState(this);
        }

        @Override
        public State read(ByteReader in, String shardId) {
            LossState state = new LossState(this);
            state.count = in.readVarint();
            if (state.count <= 0) {
                throw new IllegalArgumentException("a loss of " + state.count + " events");
            }
            in.readDecimal(state);
            return state;
        }

        @Override
        public StateType subtractable() {
            return this;
        }

        @Override
        public int maxEncodedBytes() {
            return ByteWriter.varintBytes(Bounds.MAX_EVENTS)
                    + ByteWriter.maxDecimalBytes(
                            term.bound.multiply(BigInteger.valueOf(Bounds.MAX_EVENTS)), term.maxScale);
        }
    }

    long count() {
        return count;
    }

    @Override
    public void add(EventRow row) {
        int slot = type.input.slot();
        if (row.isAbsent(slot) || type.label.isAbsent(row)) {
            return;
        }
        count++;
        if (type.term == Term.LOG_LOSS) {
            double probability =
                    type.label.isPositive(row) ? RowNumbers.toDouble(row, slot) : RowNumbers.complement(row, slot);
            double kept = Math.max(LEAST_PROBABILITY, Math.min(GREATEST_PROBABILITY, probability));
            Decimals.roundTo16Digits(-StrictMath.log(kept), this);
        } else {
            addError(row, slot);
        }
    }

    private void addError(EventRow row, int slot) {
        if (row.kind(slot) == Kind.NUMBER && type.label.isSmall(row)) {
            int scale = Math.max(row.scale(slot), type.label.scale(row));
            int shift = scale - row.scale(slot);
            int labelShift = scale - type.label.scale(row);
            if (Decimals.fitsShifted(row.unscaled(slot), shift)
                    && Decimals.fitsShifted(type.label.unscaled(row), labelShift)) {
                long predicted = Decimals.shifted(row.unscaled(slot), shift);
                long actual = Decimals.shifted(type.label.unscaled(row), labelShift);
                long error = predicted - actual;
                if (((predicted ^ actual) & (predicted ^ error)) >= 0) {
                    take(error, scale);
                    return;
                }
            }
        }
        take(row.decimal(slot).subtract(type.label.decimal(row)));
    }

    private void take(long error, int scale) {
        switch (type.term) {
            case ABSOLUTE_ERROR -> add(Math.abs(error), scale);
            case SQUARED_ERROR -> addSquare(error, scale);
            case ERROR, LOG_LOSS -> add(error, scale);
        }
    }

    private void take(BigDecimal error) {
        switch (type.term) {
            case ABSOLUTE_ERROR -> add(error.abs());
            case SQUARED_ERROR -> addSquare(error);
            case ERROR, LOG_LOSS -> add(error);
        }
    }

    @Override
    public void merge(State other) {
        LossState more = (LossState) other;
        merge((DecimalSum) more);
        count += more.count;
    }

    @Override
    public void subtract(State part) {
        LossState less = (LossState) part;
        subtract((DecimalSum) less);
        count -= less.count;
    }

    @Override
    public void writeTo(ByteWriter out) {
        out.writeVarint(count);
        sendTo(out);
    }

    @Override
    public boolean isEmpty() {
        return count == 0;
    }
}
