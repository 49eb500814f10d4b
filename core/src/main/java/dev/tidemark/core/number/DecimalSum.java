package dev.tidemark.core.number;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * An exact running sum of decimals. Most sums stay in a long at the greatest scale seen; what does not fit is carried
 * into a {@link BigDecimal}, and the long starts again, so that one huge value does not slow down all later ones. Exact
 * for any input: nothing is ever rounded. Mutable, not thread-safe. A state is one, see {@link DecimalExtreme}.
 */
public class DecimalSum implements DecimalConsumer {

    private long unscaled;
    private int scale;

    /** What was carried out of the long; null for nothing. */
    private @Nullable BigDecimal carried;

    /** Adds {@code value * 10^-valueScale}. */
    public void add(long value, int valueScale) {
        if (valueScale != scale) {
            addRescaled(value, valueScale);
            return;
        }
        long sum = unscaled + value;
        if (((unscaled ^ sum) & (value ^ sum)) < 0) {
            carry();
            unscaled = value;
        } else {
            unscaled = sum;
        }
    }

    public void add(BigDecimal value) {
        carried = carried == null ? value : carried.add(value);
    }

    /** Adds the square of {@code value * 10^-valueScale}. */
    public void addSquare(long value, int valueScale) {
        long square = value * value;
        if (square >= 0 && Math.multiplyHigh(value, value) == 0) {
            add(square, 2 * valueScale);
        } else {
            addSquare(BigDecimal.valueOf(value, valueScale));
        }
    }

    public void addSquare(BigDecimal value) {
        add(value.multiply(value));
    }

    /** Adds the other sum, which is not changed. */
    public void merge(DecimalSum other) {
        add(other.unscaled, other.scale);
        if (other.carried != null) {
            add(other.carried);
        }
    }

    /** Subtracts the other sum, which is not changed. */
    public void subtract(DecimalSum other) {
        add(other.value().negate());
    }

    /** The sum, canonical; 0 if nothing was added. */
    public BigDecimal value() {
        BigDecimal small = BigDecimal.valueOf(unscaled, scale);
        return Decimals.canonical(carried == null ? small : carried.add(small));
    }

    /** Passes on the sum, without an object if it is small; the form does not depend on how the sum was made. */
    public void sendTo(DecimalConsumer consumer) {
        if (carried == null) {
            consumer.accept(unscaled, scale);
        } else {
            consumer.accept(value());
        }
    }

    @Override
    public void accept(long value, int valueScale) {
        add(value, valueScale);
    }

    @Override
    public void accept(BigDecimal value) {
        add(value);
    }

    @Override
    public String toString() {
        return value().toPlainString();
    }

    private void addRescaled(long value, int valueScale) {
        if (unscaled == 0) {
            unscaled = value;
            scale = valueScale;
        } else if (valueScale < scale && Decimals.fitsShifted(value, scale - valueScale)) {
            add(Decimals.shifted(value, scale - valueScale), scale);
        } else if (valueScale > scale && Decimals.fitsShifted(unscaled, valueScale - scale)) {
            unscaled = Decimals.shifted(unscaled, valueScale - scale);
            scale = valueScale;
            add(value, valueScale);
        } else {
            add(BigDecimal.valueOf(value, valueScale));
        }
    }

    private void carry() {
        add(BigDecimal.valueOf(unscaled, scale));
        unscaled = 0;
    }
}
