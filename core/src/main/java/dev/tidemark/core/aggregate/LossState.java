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
final class LossState extends TermSum {

    /** Probabilities are kept this far from 0 and 1, where the logarithm would have no bound. */
    private static final double LEAST_PROBABILITY = 1e-15;

    private static final double GREATEST_PROBABILITY = 1 - 1e-15;

    private final Type type;

    private LossState(Type type) {
        super(true);
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

        BigInteger bound() {
            return bound;
        }

        int maxScale() {
            return maxScale;
        }

        /**
         * Adds what an event's prediction adds.
         *
         * @param slot of the prediction, which is there as its label is
         */
        void addTo(DecimalSum sum, EventRow row, int slot, Label label) {
            if (this == LOG_LOSS) {
                double probability =
                        label.isPositive(row) ? RowNumbers.toDouble(row, slot) : RowNumbers.complement(row, slot);
                double kept = Math.max(LEAST_PROBABILITY, Math.min(GREATEST_PROBABILITY, probability));
                Decimals.roundTo16Digits(-StrictMath.log(kept), sum);
            } else {
                addErrorTo(sum, row, slot, label);
            }
        }

        private void addErrorTo(DecimalSum sum, EventRow row, int slot, Label label) {
            if (row.kind(slot) == Kind.NUMBER && label.isSmall(row)) {
                int scale = Math.max(row.scale(slot), label.scale(row));
                int shift = scale - row.scale(slot);
                int labelShift = scale - label.scale(row);
                if (Decimals.fitsShifted(row.unscaled(slot), shift)
                        && Decimals.fitsShifted(label.unscaled(row), labelShift)) {
                    long predicted = Decimals.shifted(row.unscaled(slot), shift);
                    long actual = Decimals.shifted(label.unscaled(row), labelShift);
                    long error = predicted - actual;
                    if (((predicted ^ actual) & (predicted ^ error)) >= 0) {
                        take(sum, error, scale);
                        return;
                    }
                }
            }
            take(sum, row.decimal(slot).subtract(label.decimal(row)));
        }

        private void take(DecimalSum sum, long error, int scale) {
            switch (this) {
                case ABSOLUTE_ERROR -> sum.add(Math.abs(error), scale);
                case SQUARED_ERROR -> sum.addSquare(error, scale);
                case ERROR, LOG_LOSS -> sum.add(error, scale);
            }
        }

        private void take(DecimalSum sum, BigDecimal error) {
            switch (this) {
                case ABSOLUTE_ERROR -> sum.add(error.abs());
                case SQUARED_ERROR -> sum.addSquare(error);
                case ERROR, LOG_LOSS -> sum.add(error);
            }
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
            state.read(in);
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

    @Override
    public void add(EventRow row) {
        int slot = type.input.slot();
        if (!row.isAbsent(slot) && !type.label.isAbsent(row)) {
            count();
            type.term.addTo(this, row, slot, type.label);
        }
    }
}
