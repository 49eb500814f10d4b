package dev.tidemark.core.aggregate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Maps positive numbers to buckets of a constant relative width: any number of a bucket lies within the relative error
 * of the bucket's value, rounding to eight significant digits included.
 *
 * <p>The mapping is the cubic interpolation of the logarithm from C. Masson, J. E. Rim, H. K. Lee, "DDSketch: A fast
 * and fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019, as in Datadog's sketches-java
 * ({@code CubicallyInterpolatedMapping}): {@code floor(m * (e + 6/35 s^3 - 3/5 s^2 + 10/7 s))} for the number
 * {@code (1 + s) * 2^e}. It needs one percent more buckets than the true logarithm. That library derives its constants
 * with {@code Math.log} and {@code Math.pow}, whose last bit may differ between platforms; here every step is IEEE 754
 * arithmetic or {@link StrictMath}, so that an index means the same on every machine that reads a stored state.
 */
final class LogBuckets {

    private static final MathContext SHOWN = new MathContext(8, RoundingMode.HALF_EVEN);

    /** More than rounding to eight digits (5e-8) and to a double (1e-16) can add to the error. */
    private static final double ROUNDING_ERROR = 1e-7;

    private static final double CUBIC = 6.0 / 35.0;
    private static final double SQUARE = -3.0 / 5.0;
    private static final double LINEAR = 10.0 / 7.0;

    /** The interpolation rises by at least 10/7 while the natural logarithm rises by 1. */
    private static final double LEAST_SLOPE = LINEAR;

    private static final long MANTISSA_MASK = 0x000F_FFFF_FFFF_FFFFL;
    private static final long ONE_BITS = 0x3FF0_0000_0000_0000L;

    private final double bucketsPerOctave;

    /** @param relativeError in {@code [0.0001, 0.5]} */
    LogBuckets(double relativeError) {
        if (!(relativeError >= 0.0001 && relativeError <= 0.5)) {
            throw new IllegalArgumentException("relative_error " + relativeError + " is not in [0.0001, 0.5]");
        }
        double error = relativeError - ROUNDING_ERROR;
        double logGamma = StrictMath.log1p(2 * error / (1 - error));
        bucketsPerOctave = 1 / (LEAST_SLOPE * logGamma);
    }

    /** The bucket of a positive normal number; does not fall when the number rises. */
    int index(double number) {
        return (int) Math.floor(logarithm(Double.doubleToRawLongBits(number)) * bucketsPerOctave);
    }

    /** The number that stands for a bucket: the one whose relative distance to both ends is the same. */
    BigDecimal value(int index) {
        return value(index, Double.MAX_VALUE);
    }

    /** As {@link #value(int)}, of a bucket that ends at {@code most} at the latest. */
    BigDecimal value(int index, double most) {
        double low = lowerEnd(index);
        double high = Math.min(lowerEnd(index + 1), most);
        return new BigDecimal(2 * low * high / (low + high)).round(SHOWN).stripTrailingZeros();
    }

    /** The smallest double of the bucket, found by bisection: exact, and needs no inverse of the interpolation. */
    private double lowerEnd(int index) {
        long below = Double.doubleToRawLongBits(Double.MIN_NORMAL);
        long within = Double.doubleToRawLongBits(Double.MAX_VALUE);
        while (within - below > 1) {
            long middle = (below + within) >>> 1;
            if (Math.floor(logarithm(middle) * bucketsPerOctave) >= index) {
                within = middle;
            } else {
                below = middle;
            }
        }
        return Double.longBitsToDouble(within);
    }

    /** About the binary logarithm; exact at powers of two, rising in between. */
    private static double logarithm(long bits) {
        int exponent = Math.getExponent(Double.longBitsToDouble(bits));
        double s = Double.longBitsToDouble((bits & MANTISSA_MASK) | ONE_BITS) - 1;
        return exponent + ((CUBIC * s + SQUARE) * s + LINEAR) * s;
    }
}
