package dev.tidemark.core.number;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Decimals as {@code unscaled * 10^-scale} in primitives. A decimal is canonical when its scale is the smallest, not
 * below 0, that holds it exactly: 1.50 is (15, 1), 100 is (100, 0).
 */
public final class Decimals {

    /** The greatest power of ten that a long holds. */
    private static final int MAX_SHIFT = 18;

    /** A decimal of up to 15 digits survives the way through a double; 17 digits always name exactly one double. */
    private static final int FEWEST_DIGITS = 15;

    private static final int MOST_DIGITS = 17;

    private static final int MOST_SINGLE_DIGITS = 9;

    private static final int MANTISSA_BITS = 52;

    private static final long[] POWERS = powers();

    private Decimals() {}

    /** The same value with the smallest scale that is not below 0, so that equal values are equal objects. */
    public static BigDecimal canonical(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /**
     * The decimal with the fewest digits that names this double, without trailing zeros. Not {@code Double.toString}, which
     * before JDK 19 sometimes gave a digit too many: a value must not depend on the runtime.
     *
     * @param value a finite number
     */
    public static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = FEWEST_DIGITS; digits < MOST_DIGITS; digits++) {
            BigDecimal shorter = exact.round(new MathContext(digits));
            if (shorter.doubleValue() == value) {
                return stripped(shorter);
            }
        }
        return stripped(exact.round(new MathContext(MOST_DIGITS)));
    }

    /**
     * As {@link #shortest(double)}, of a number of single precision.
     *
     * @param value a finite number
     */
    public static BigDecimal shortest(float value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < MOST_SINGLE_DIGITS; digits++) {
            BigDecimal shorter = exact.round(new MathContext(digits));
            if (shorter.floatValue() == value) {
                return stripped(shorter);
            }
        }
        return stripped(exact.round(new MathContext(MOST_SINGLE_DIGITS)));
    }

    private static BigDecimal stripped(BigDecimal value) {
        return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }

    /** How many of at most {@code scale} decimals are zeros at the end; {@code unscaled} is not 0. */
    public static int trailingZeros(long unscaled, int scale) {
        int zeros = 0;
        for (long rest = unscaled; zeros < scale && rest % 10 == 0; rest /= 10) {
            zeros++;
        }
        return zeros;
    }

    /** {@code 10^exponent}, for exponents 0 to 18. */
    public static long power(int exponent) {
        return POWERS[exponent];
    }

    /** Whether {@code value * 10^shift} fits a long; shift is not negative. */
    public static boolean fitsShifted(long value, int shift) {
        if (shift > MAX_SHIFT) {
            return value == 0;
        }
        return Math.multiplyHigh(value, POWERS[shift]) == (value * POWERS[shift]) >> 63;
    }

    /** {@code value * 10^shift}, where that {@link #fitsShifted}. */
    public static long shifted(long value, int shift) {
        return value == 0 ? 0 : value * POWERS[shift];
    }

    /**
     * Hands over a number rounded to 16 significant digits, half even, without an object if it is of ordinary size.
     *
     * @param value finite and above 0
     */
    public static void roundTo16Digits(double value, DecimalConsumer consumer) {
        if (value < 1e-3 || value >= 1e2) {
            consumer.accept(new BigDecimal(value).round(MathContext.DECIMAL64));
            return;
        }
        int scale = value >= 1e1 ? 14 : value >= 1 ? 15 : value >= 1e-1 ? 16 : value >= 1e-2 ? 17 : 18;
        // The double is mantissa / 2^shift; below 100 and from 1/1000 on the shift is 46 to 62.
        int shift = MANTISSA_BITS - Math.getExponent(value);
        long mantissa = (Double.doubleToRawLongBits(value) & (1L << MANTISSA_BITS) - 1) | 1L << MANTISSA_BITS;
        long low = mantissa * POWERS[scale];
        long whole = Math.multiplyHigh(mantissa, POWERS[scale]) << (Long.SIZE - shift) | low >>> shift;
        long rest = low & ((1L << shift) - 1);
        long half = 1L << (shift - 1);
        boolean up = rest > half || (rest == half && (whole & 1) == 1);
        consumer.accept(up ? whole + 1 : whole, scale);
    }

    /** Numeric order of two decimals. */
    public static int compare(long unscaledA, int scaleA, long unscaledB, int scaleB) {
        if (scaleA == scaleB) {
            return Long.compare(unscaledA, unscaledB);
        }
        int signA = Long.signum(unscaledA);
        if (signA == 0 || signA != Long.signum(unscaledB)) {
            return Integer.compare(signA, Long.signum(unscaledB));
        }
        return scaleA < scaleB
                ? compareShifted(unscaledA, scaleB - scaleA, unscaledB)
                : -compareShifted(unscaledB, scaleA - scaleB, unscaledA);
    }

    /** Compares {@code a * 10^shift} with {@code b} in 128 bits; both have the same sign and are not 0. */
    private static int compareShifted(long a, int shift, long b) {
        if (shift > MAX_SHIFT) {
            return Long.signum(a); // 10^19 is beyond every long.
        }
        long high = Math.multiplyHigh(a, POWERS[shift]);
        long highOfB = b >> 63;
        return high != highOfB ? Long.compare(high, highOfB) : Long.compareUnsigned(a * POWERS[shift], b);
    }

    private static long[] powers() {
        long[] powers = new long[MAX_SHIFT + 1];
        powers[0] = 1;
        for (int i = 1; i <= MAX_SHIFT; i++) {
            powers[i] = 10 * powers[i - 1];
        }
        return powers;
    }
}
