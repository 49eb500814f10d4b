package dev.tidemark.core.number;

import java.math.BigDecimal;

/** Takes decimals in two forms, so that small ones need no object. */
public interface DecimalConsumer {

    /** Takes {@code unscaled * 10^-scale}; the scale may be negative. */
    void accept(long unscaled, int scale);

    void accept(BigDecimal value);
}
