package dev.tidemark.core.event;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a JSON number exactly. Up to 18 significant digits it allocates nothing; a longer number costs a
 * few dozen steps more, whatever its exponent. Reused; not thread-safe.
 */
final class DecimalText {

    /** The largest number to which a digit can be appended so that at most 18 digits stand there. */
    private static final long MAX_BEFORE_LAST_DIGIT = 99_999_999_999_999_999L;

    private static final int SMALL_DIGITS = 18;
    private static final int MAX_DECIMALS = Bounds.MAX_NUMBER_EXPONENT;
    private static final int MAX_INTEGER_DIGITS = Bounds.MAX_NUMBER_EXPONENT + 1;

    /** Larger than any text is long, so that stopping here changes no comparison with a bound. */
    private static final long EXPONENT_LIMIT = 100_000_000_000L;

    private final char[] digits = new char[Bounds.MAX_NUMBER_DIGITS];
    private long unscaled;
    private int scale;
    private @Nullable BigDecimal big;

    /**
     * Reads the number at {@code [offset, offset + length)}, which must follow the JSON grammar.
     *
     * @return false if it lies outside {@link Bounds}; the bounds judge the value, not how it is written, so trailing
     *     zeros do not count
     */
    boolean read(char[] text, int offset, int length) {
        int end = offset + length;
        boolean negative = text[offset] == '-';
        int start = negative ? offset + 1 : offset;
        long value = 0;
        int point = -1;
        int at = start;
        for (; at < end; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9) {
                if (text[at] != '.') {
                    break;
                }
                point = at;
            } else if (value > MAX_BEFORE_LAST_DIGIT) {
                return readLong(text, start, end, negative);
            } else {
                value = value * 10 + digit;
            }
        }
        int decimals = point < 0 ? 0 : at - point - 1;
        return small(negative ? -value : value, at == end ? decimals : decimals - exponent(text, at + 1, end));
    }

    /** Reads as {@link #read} does, into a slot, which becomes flawed where that says false. */
    void readInto(EventRow row, int slot, char[] text, int offset, int length) {
        if (!read(text, offset, length)) {
            row.setFlawed(slot, Flaw.NUMBER_OUT_OF_BOUNDS);
        } else if (big == null) {
            row.setNumber(slot, unscaled, scale);
        } else {
            row.setBigNumber(slot, big);
        }
    }

    /** Null if the number has at most 18 significant digits. */
    @Nullable
    BigDecimal big() {
        return big;
    }

    /** The number is {@code unscaled * 10^-scale}, where {@link #big} is null. */
    long unscaled() {
        return unscaled;
    }

    /** From -34 to 34. */
    int scale() {
        return scale;
    }

    private boolean small(long value, long wantedScale) {
        long rest = value;
        long decimals = wantedScale;
        while (decimals > MAX_DECIMALS && rest != 0 && rest % 10 == 0) {
            rest /= 10;
            decimals--;
        }
        if (rest == 0 && (decimals < 0 || decimals > MAX_DECIMALS)) {
            decimals = 0;
        }
        if (decimals > MAX_DECIMALS || (decimals < 0 && digitCount(rest) - decimals > MAX_INTEGER_DIGITS)) {
            return false;
        }
        unscaled = rest;
        scale = (int) decimals;
        big = null;
        return true;
    }

    /** Takes any length: keeps the digits from the first to the last that is not 0. */
    private boolean readLong(char[] text, int start, int end, boolean negative) {
        int count = 0;
        int zeros = 0;
        int point = -1;
        int at = start;
        for (; at < end && text[at] != 'e' && text[at] != 'E'; at++) {
            if (text[at] == '.') {
                point = at;
            } else if (text[at] == '0') {
                zeros += count == 0 ? 0 : 1;
            } else {
                if (count + zeros >= digits.length) {
                    return false;
                }
                for (; zeros > 0; zeros--) {
                    digits[count++] = '0';
                }
                digits[count++] = text[at];
            }
        }
        long decimals = (point < 0 ? 0 : at - point - 1) - (at == end ? 0 : exponent(text, at + 1, end)) - zeros;
        BigInteger magnitude = new BigInteger(new String(digits, 0, count));
        BigInteger value = negative ? magnitude.negate() : magnitude;
        if (count <= SMALL_DIGITS) {
            return small(value.longValueExact(), decimals);
        }
        if (decimals > MAX_DECIMALS || count - decimals > MAX_INTEGER_DIGITS) {
            return false;
        }
        big = new BigDecimal(value, (int) decimals);
        return true;
    }

    private static long exponent(char[] text, int from, int end) {
        boolean negative = text[from] == '-';
        long exponent = 0;
        for (int at = negative || text[from] == '+' ? from + 1 : from; at < end; at++) {
            exponent = Math.min(EXPONENT_LIMIT, exponent * 10 + (text[at] - '0'));
        }
        return negative ? -exponent : exponent;
    }

    private static int digitCount(long value) {
        int count = 1;
        for (long rest = Math.abs(value); rest >= 10; rest /= 10) {
            count++;
        }
        return count;
    }
}
