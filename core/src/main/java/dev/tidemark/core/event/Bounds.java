package dev.tidemark.core.event;

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

    /** Events that one state may hold: nine quadrillion, three hundred years of a million a second. */
    public static final long MAX_EVENTS = 1L << 53;

    private Bounds() {}
}
