package dev.tidemark.core.number;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The least or the greatest of some decimals. Small ones are compared in primitives. Mutable, not thread-safe. A state is
 * one, rather than has one: a replay keeps millions of them in memory.
 */
public class DecimalExtreme implements DecimalConsumer {

    private final boolean greatest;
    private boolean empty = true;
    private long unscaled;
    private int scale;

    /** The value where it did not come in primitives; null if the primitives hold it. */
    private @Nullable BigDecimal big;

    /** @param greatest whether the greatest is wanted, and not the least */
    public DecimalExtreme(boolean greatest) {
        this.greatest = greatest;
    }

    public boolean isEmpty() {
        return empty;
    }

    /** Takes {@code value * 10^-valueScale} into account. */
    @Override
    public void accept(long value, int valueScale) {
        if (big != null) {
            accept(BigDecimal.valueOf(value, valueScale));
        } else if (empty || isBetter(Decimals.compare(value, valueScale, unscaled, scale))) {
            empty = false;
            unscaled = value;
            scale = valueScale;
        }
    }

    @Override
    public void accept(BigDecimal value) {
        if (empty || isBetter(value.compareTo(current()))) {
            empty = false;
            big = value;
        }
    }

    /** Takes what the other holds into account; the other is not changed. */
    public void merge(DecimalExtreme other) {
        if (!other.empty) {
            other.sendTo(this);
        }
    }

    /** Hands over the extreme, not necessarily canonical; nothing if there is none. */
    public void sendTo(DecimalConsumer consumer) {
        if (empty) {
            return;
        }
        if (big == null) {
            consumer.accept(unscaled, scale);
        } else {
            consumer.accept(big);
        }
    }

    /** The extreme, canonical; null if there is none. */
    public @Nullable BigDecimal value() {
        return empty ? null : Decimals.canonical(current());
    }

    private BigDecimal current() {
        return big == null ? BigDecimal.valueOf(unscaled, scale) : big;
    }

    private boolean isBetter(int comparedWithCurrent) {
        return greatest ? comparedWithCurrent > 0 : comparedWithCurrent < 0;
    }
}
