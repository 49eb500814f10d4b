package dev.tidemark.core.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads events whose JSON is plain: no escapes, and no number in a wanted field that has an exponent or more than 18
 * digits. It decides nothing by itself: whatever it does not know is left to Jackson, which reads such an event from the
 * start. What it does read it reads as Jackson would, which the tests hold it to, and faster: it goes from the bytes to the
 * row's slots with no tokens in between.
 *
 * <p>Every method takes the index of its first byte and answers with the index behind its last, or {@link #NOT_PLAIN}.
 */
final class PlainJson {

    private static final int NOT_PLAIN = -1;

    /** Levels of objects and arrays. Deeper ones are Jackson's, so that one place refuses those that are too deep. */
    private static final int MAX_DEPTH = 16;

    /** All texts of so many digits are numbers that fit a row's primitives. */
    private static final int MAX_DIGITS = 18;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final PathNode root;

    PlainJson(PathNode root) {
        this.root = root;
    }

    /**
     * Fills the row's slots.
     *
     * @param data well-formed UTF-8; the row refers to it afterwards
     * @param row cleared
     * @return false if the event is not plain, or no event; the row's slots are then undefined
     */
    boolean read(byte[] data, EventRow row) {
        int start = afterSpace(data, 0);
        if (start == data.length || data[start] != '{') {
            return false;
        }
        int end = object(data, start, root, row, 1);
        return end != NOT_PLAIN && afterSpace(data, end) == data.length;
    }

    /** @param node of the object; {@link PathNode#UNWANTED} if nothing in it is wanted */
    private static int object(byte[] data, int start, PathNode node, EventRow row, int depth) {
        if (depth > MAX_DEPTH) {
            return NOT_PLAIN;
        }
        int at = afterSpace(data, start + 1);
        if (at < data.length && data[at] == '}') {
            return at + 1;
        }
        int guess = 0;
        while (at < data.length && data[at] == '"') {
            int child = guess;
            int nameEnd = node.endOfName(data, at + 1, guess);
            if (nameEnd < 0) {
                nameEnd = stringEnd(data, at + 1);
                if (nameEnd == NOT_PLAIN) {
                    return NOT_PLAIN;
                }
                child = node.indexOf(data, at + 1, nameEnd);
            }
            at = afterSpace(data, nameEnd + 1);
            if (at == data.length || data[at] != ':') {
                return NOT_PLAIN;
            }
            at = afterSpace(data, at + 1);
            if (child < 0) {
                at = value(data, at, PathNode.UNWANTED, row, depth);
            } else {
                guess = child + 1;
                at = value(data, at, node.child(child), row, depth);
            }
            at = at == NOT_PLAIN ? data.length : afterSpace(data, at);
            if (at < data.length && data[at] == '}') {
                return at + 1;
            }
            at = at < data.length && data[at] == ',' ? afterSpace(data, at + 1) : data.length;
        }
        return NOT_PLAIN;
    }

    /** An array of which elements are wanted. */
    private static int list(byte[] data, int start, PathNode node, EventRow row, int depth) {
        for (int slot : node.listSlots()) {
            row.beginList(slot);
        }
        int end = array(data, start, node, row, depth);
        for (int slot : node.listSlots()) {
            row.endList(slot);
        }
        return end;
    }

    private static int array(byte[] data, int start, PathNode node, EventRow row, int depth) {
        if (depth > MAX_DEPTH) {
            return NOT_PLAIN;
        }
        int at = afterSpace(data, start + 1);
        if (at < data.length && data[at] == ']') {
            return at + 1;
        }
        boolean wanted = !node.takesNoElement();
        int[] listSlots = node.listSlots();
        for (int index = 0; at < data.length; index++) {
            at = value(data, at, wanted ? node.element(index) : PathNode.UNWANTED, row, depth);
            for (int slot : listSlots) {
                row.addElement(slot);
            }
            at = at == NOT_PLAIN ? data.length : afterSpace(data, at);
            if (at < data.length && data[at] == ']') {
                return at + 1;
            }
            at = at < data.length && data[at] == ',' ? afterSpace(data, at + 1) : data.length;
        }
        return NOT_PLAIN;
    }

    private static int value(byte[] data, int at, PathNode node, EventRow row, int depth) {
        if (!node.isField()) {
            // Of several members with one name the last one counts, whole.
            for (int slot : node.slots()) {
                row.setAbsent(slot);
            }
        }
        return switch (at < data.length ? data[at] : 0) {
            case '"' -> string(data, at, node, row);
            case '{' -> {
                compound(node, row);
                yield object(data, at, node.isField() ? PathNode.UNWANTED : node, row, depth + 1);
            }
            case '[' -> {
                compound(node, row);
                yield node.takesNoElement()
                        ? array(data, at, PathNode.UNWANTED, row, depth + 1)
                        : list(data, at, node, row, depth + 1);
            }
            case 't' -> literal(data, at, TRUE, node, row);
            case 'f' -> literal(data, at, FALSE, node, row);
            case 'n' -> literal(data, at, NULL, node, row);
            default -> number(data, at, node, row);
        };
    }

    private static void compound(PathNode node, EventRow row) {
        if (node.isField()) {
            row.setCompound(node.slot());
        }
    }

    private static int literal(byte[] data, int at, byte[] literal, PathNode node, EventRow row) {
        int end = at + literal.length;
        if (end > data.length || !Arrays.equals(data, at, end, literal, 0, literal.length)) {
            return NOT_PLAIN;
        }
        if (node.isField()) {
            if (literal == NULL) {
                row.setAbsent(node.slot());
            } else {
                row.setBoolean(node.slot(), literal == TRUE);
            }
        }
        return end;
    }

    private static int string(byte[] data, int at, PathNode node, EventRow row) {
        int end = stringEnd(data, at + 1);
        if (end == NOT_PLAIN) {
            return NOT_PLAIN;
        }
        if (node.isField()) {
            row.setText(node.slot(), data, at + 1, end);
        }
        return end + 1;
    }

    /** The grammar of RFC 8259 without an exponent. */
    private static int number(byte[] data, int start, PathNode node, EventRow row) {
        int first = start < data.length && data[start] == '-' ? start + 1 : start;
        long value = 0;
        int at = first;
        for (; at < data.length && isDigit(data[at]); at++) {
            value = value * 10 + (data[at] - '0');
        }
        int digits = at - first;
        if (digits == 0 || (digits > 1 && data[first] == '0')) {
            return NOT_PLAIN;
        }
        int decimals = 0;
        if (at < data.length && data[at] == '.') {
            int point = at++;
            for (; at < data.length && isDigit(data[at]); at++) {
                value = value * 10 + (data[at] - '0');
            }
            decimals = at - point - 1;
            if (decimals == 0) {
                return NOT_PLAIN;
            }
        }
        if (node.isField()) {
            if (digits + decimals > MAX_DIGITS) {
                return NOT_PLAIN;
            }
            row.setNumber(node.slot(), first == start ? value : -value, decimals);
        }
        return at;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** From the first byte of a string to its closing quote. */
    private static int stringEnd(byte[] data, int from) {
        int at = from;
        for (; at + Long.BYTES <= data.length; at += Long.BYTES) {
            long stops = stops((long) LONGS.get(data, at));
            if (stops != 0) {
                at += Long.numberOfTrailingZeros(stops) / Byte.SIZE;
                return data[at] == '"' ? at : NOT_PLAIN;
            }
        }
        while (at < data.length && data[at] != '"' && data[at] != '\\' && (data[at] >= ' ' || data[at] < 0)) {
            at++;
        }
        return at < data.length && data[at] == '"' ? at : NOT_PLAIN;
    }

    /**
     * Marks quotes, backslashes and control characters among eight bytes, in their high bits. Behind the first mark there
     * may be wrong ones, because a subtraction borrows from there.
     */
    private static long stops(long bytes) {
        long quotes = bytes ^ EACH_BYTE * '"';
        long backslashes = bytes ^ EACH_BYTE * '\\';
        return (((quotes - EACH_BYTE) & ~quotes)
                        | ((backslashes - EACH_BYTE) & ~backslashes)
                        | ((bytes - EACH_BYTE * ' ') & ~bytes))
                & HIGH_BITS;
    }

    /** The first byte from there on that is not what JSON calls whitespace; the data's length if there is none. */
    static int afterSpace(byte[] data, int from) {
        int at = from;
        while (at < data.length && data[at] <= ' ' && isSpace(data[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
