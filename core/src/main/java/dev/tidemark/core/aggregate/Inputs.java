package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventRow.Kind;
import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values that functions aggregate, as objects: a number is a canonical {@link BigDecimal}, a string a
 * {@link String}, a boolean a {@link Boolean}. For states that keep values; sums and the like stay in primitives.
 */
final class Inputs {

    /** The most bytes that {@link ByteWriter#writeDecimal} takes for one event's number. */
    static final int MAX_NUMBER_BYTES = ByteWriter.maxDecimalBytes(
            BigInteger.TEN, Bounds.MAX_NUMBER_EXPONENT); // 35 digits, however they lie around the decimal point

    /** The most bytes that {@link #writeScalar} takes. */
    static final int MAX_SCALAR_BYTES =
            1 + Math.max(MAX_NUMBER_BYTES, ByteWriter.varintBytes(Bounds.MAX_SCALAR_BYTES) + Bounds.MAX_SCALAR_BYTES);

    private static final int NUMBER = 0;
    private static final int STRING = 1;
    private static final int FALSE = 2;
    private static final int TRUE = 3;

    private Inputs() {}

    /** An input of the wrong kind never gets this far: the fold refuses the event. */
    static void requireAbsent(Kind kind, String path) {
        if (kind != Kind.ABSENT) {
            throw new IllegalStateException("field " + path + " holds " + kind + " where the fold lets none pass");
        }
    }

    /** The slot's value, canonical; null if it is absent. */
    static @Nullable Object scalar(EventRow row, int slot) {
        return switch (row.kind(slot)) {
            case ABSENT -> null;
            case NUMBER, BIG_NUMBER -> Decimals.canonical(row.decimal(slot));
            case STRING -> row.string(slot);
            case BOOLEAN -> row.bool(slot);
            case COMPOUND, FLAWED, LIST ->
                throw new IllegalStateException(
                        "slot " + slot + " holds " + row.kind(slot) + " where the fold lets none pass");
        };
    }

    /** A tag byte, then the decimal or the length-prefixed text. */
    static void writeScalar(ByteWriter out, Object value) {
        if (value instanceof BigDecimal number) {
            out.writeByte(NUMBER);
            out.writeDecimal(number);
        } else if (value instanceof String text) {
            out.writeByte(STRING);
            out.writeString(text);
        } else if (value instanceof Boolean bool) {
            out.writeByte(bool ? TRUE : FALSE);
        } else {
            throw new IllegalArgumentException("no scalar: " + value.getClass());
        }
    }

    static Object readScalar(ByteReader in) {
        int tag = in.readByte();
        return switch (tag) {
            case NUMBER -> in.readDecimal();
            case STRING -> in.readString();
            case FALSE -> false;
            case TRUE -> true;
            default -> throw new IllegalArgumentException("no scalar tag: " + tag);
        };
    }

    /** A total order: numbers, then strings by code point, then booleans. */
    static int compareScalars(Object a, Object b) {
        if (a instanceof BigDecimal numberA && b instanceof BigDecimal numberB) {
            return numberA.compareTo(numberB);
        }
        if (a instanceof Boolean boolA && b instanceof Boolean boolB) {
            return Boolean.compare(boolA, boolB);
        }
        if (a instanceof String textA && b instanceof String textB) {
            return compareText(textA, textB);
        }
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(Object value) {
        return value instanceof BigDecimal ? 0 : value instanceof String ? 1 : 2;
    }

    /** UTF-8 sorts by code point; UTF-16, as in String.compareTo, does not. */
    static int compareText(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
