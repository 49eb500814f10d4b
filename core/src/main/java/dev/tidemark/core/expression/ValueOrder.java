package dev.tidemark.core.expression;

import com.google.common.primitives.UnsignedLong;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * How values compare, wherever an expression compares them: the one rule of docs/semantics.md. Numbers compare by their
 * exact values, an integer with a double too; -0 is 0; what is not a number (0/0) is before, after and equal to nothing,
 * itself included. Texts compare by code points, false comes before true. Values of different types are unequal; an
 * object or array is equal to nothing.
 */
final class ValueOrder {

    /** Integers up to here, and all below, are doubles. */
    static final long MAX_EXACT = 1L << 53;

    /** Says that neither number is before the other, nor are they equal. */
    static final int UNORDERED = 2;

    private ValueOrder() {}

    /** Negative, 0, 1, or {@link #UNORDERED}. */
    static int compare(Number a, Number b) {
        if (a instanceof Long x && b instanceof Long y) {
            return Long.compare(x, y);
        }
        double x = a.doubleValue();
        double y = b.doubleValue();
        if (Double.isNaN(x) || Double.isNaN(y)) {
            return UNORDERED;
        }
        if (Double.isInfinite(x) || Double.isInfinite(y) || (isDouble(a) && isDouble(b))) {
            return x < y ? -1 : x > y ? 1 : 0;
        }
        return exact(a).compareTo(exact(b));
    }

    /** False before true. */
    static int compare(Boolean a, Boolean b) {
        return Boolean.compare(a, b);
    }

    /** UTF-8 sorts by code point; UTF-16, as in String.compareTo, does not. */
    static int compare(String a, String b) {
        int sign = Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
        return Integer.signum(sign);
    }

    static boolean equal(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return compare(x, y) == 0;
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return equal(x, y);
        }
        return a != CelFilter.Compound.VALUE && a.equals(b);
    }

    static boolean contains(List<?> list, Object wanted) {
        for (Object element : list) {
            if (equal(element, wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean equal(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a number is a double, or an integer that is one exactly. */
    private static boolean isDouble(Number number) {
        return number instanceof Double
                || (number instanceof Long integer && integer <= MAX_EXACT && integer >= -MAX_EXACT);
    }

    /** @param number finite */
    private static BigDecimal exact(Number number) {
        if (number instanceof UnsignedLong unsigned) {
            return new BigDecimal(unsigned.bigIntegerValue());
        }
        return number instanceof Long integer ? BigDecimal.valueOf(integer) : new BigDecimal(number.doubleValue());
    }
}
