package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;

/** The number in a row's slot as a double, correctly rounded however it was written: 1.5, 1.50 and 15e-1 agree. */
final class RowNumbers {

    /** The powers of ten that a double holds exactly. */
    private static final double[] EXACT_POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private static final long MAX_EXACT_INTEGER = 1L << 53;

    private RowNumbers() {}

    /** Allocates nothing for numbers of up to 15 digits: one division of two exact doubles is correctly rounded. */
    static double toDouble(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case NUMBER -> toDouble(row.unscaled(slot), row.scale(slot));
            case BIG_NUMBER -> row.decimal(slot).doubleValue();
            case ABSENT, STRING, BOOLEAN, COMPOUND, FLAWED, LIST ->
                throw new IllegalStateException("slot " + slot + " holds " + row.kind(slot) + ", not a number");
        };
    }

    /** 1 less the number in a row's slot, rounded once; the number is from 0 to 1. */
    static double complement(EventRow row, int slot) {
        boolean isShort = row.kind(slot) == EventRow.Kind.NUMBER && row.scale(slot) >= 0 && row.scale(slot) <= 18;
        return isShort
                ? toDouble(Decimals.power(row.scale(slot)) - row.unscaled(slot), row.scale(slot))
                : BigDecimal.ONE.subtract(row.decimal(slot)).doubleValue();
    }

    private static double toDouble(long unscaled, int scale) {
        boolean isExact = -MAX_EXACT_INTEGER <= unscaled && unscaled <= MAX_EXACT_INTEGER;
        if (isExact && scale >= 0 && scale < EXACT_POWERS_OF_TEN.length) {
            return unscaled / EXACT_POWERS_OF_TEN[scale];
        }
        if (isExact && scale < 0 && -scale < EXACT_POWERS_OF_TEN.length) {
            return unscaled * EXACT_POWERS_OF_TEN[-scale];
        }
        return BigDecimal.valueOf(unscaled, scale).doubleValue();
    }
}
