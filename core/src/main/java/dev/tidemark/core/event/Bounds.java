package dev.tidemark.core.event;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How large values of events may be. The bounds make every state's encoded size computable from the definition, and
 * keep a hostile number such as {@code 1e999999999} from costing anything.
 */
public final class Bounds {

    /** Significant digits of a number. */
    public static final int MAX_NUMBER_DIGITS = 34;

    /** A number other than 0 lies, by magnitude, in {@code [10^-34, 10^35)}; it also has at most 34 decimals. */
    public static final int MAX_NUMBER_EXPONENT = 34;

    /** UTF-8 bytes of a string that a feature aggregates or groups by. */
    public static final int MAX_SCALAR_BYTES = 256;

    /** Elements that a list may have, those that are null not counted. */
    public static final int MAX_ELEMENTS = 100;

    /** Events that one state may hold: nine quadrillion, three hundred years of a million a second. */
    public static final long MAX_EVENTS = 1L << 53;

    /** Zeros behind the last decimal that counts are taken off, up to this many decimals. */
    private static final int MAX_WRITTEN_DECIMALS = 1_000;

    private Bounds() {}

    /** The number without trailing zeros; null if an event could not have it. */
    public static @Nullable BigDecimal within(BigDecimal number) {
        if (number.signum() == 0) {
            return BigDecimal.ZERO;
        }
        long integerDigits = (long) number.precision() - number.scale();
        // Before the zeros are taken off: that of a hostile exponent would cost.
        if (integerDigits > MAX_NUMBER_EXPONENT + 1 || number.scale() > MAX_WRITTEN_DECIMALS) {
            return null;
        }
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.precision() <= MAX_NUMBER_DIGITS && stripped.scale() <= MAX_NUMBER_EXPONENT ? stripped : null;
    }

    /** Whether a feature could aggregate the text. */
    public static boolean contain(String text) {
        return text.length() <= MAX_SCALAR_BYTES && text.getBytes(StandardCharsets.UTF_8).length <= MAX_SCALAR_BYTES;
    }
}
