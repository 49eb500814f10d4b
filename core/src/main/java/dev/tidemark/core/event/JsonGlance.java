package dev.tidemark.core.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Whether a JSON event may have a value of a certain text, by one pass over its bytes, which takes a small part of the
 * time to read it. Where it says no, none of the event's members is that string, nor a number that is written like it
 * as a plain decimal.
 *
 * <p>A string without escapes is in the event unchanged, between quotes; an event with any escape may have it. Of a
 * number without exponent the plain decimal is the beginning, as JSON has no leading zeros: 42 may be 42 or 42.00, and
 * so may 4213, which is not looked into. An event in which a number has an exponent may have any number.
 */
final class JsonGlance implements Predicate<byte[]> {

    private final byte[] value;
    private final boolean maybeNumber;

    /** @param value not empty; a number as a plain decimal without trailing zeros behind its point */
    JsonGlance(String value) {
        this.value = value.getBytes(StandardCharsets.UTF_8);
        this.maybeNumber = value.chars().allMatch(c -> isDigit(c) || c == '-' || c == '.');
    }

    @Override
    public boolean test(byte[] data) {
        byte first = value[0];
        for (int at = 0; at < data.length; at++) {
            byte here = data[at];
            if (here == '\\' || (here == first && isValue(data, at)) || (maybeNumber && isExponent(data, at))) {
                return true;
            }
        }
        return false;
    }

    private boolean isValue(byte[] data, int at) {
        int end = at + value.length;
        if (at == 0 || end >= data.length || !Arrays.equals(data, at, end, value, 0, value.length)) {
            return false;
        }
        boolean quoted = data[at - 1] == '"' && data[end] == '"';
        return quoted || (maybeNumber && isBeforeNumber(data[at - 1]));
    }

    private static boolean isExponent(byte[] data, int at) {
        if (data[at] != 'e' && data[at] != 'E') {
            return false;
        }
        int from = at;
        while (from > 0 && (isDigit(data[from - 1]) || data[from - 1] == '.')) {
            from--;
        }
        return from > 0 && from < at && isBeforeNumber(data[from - 1]);
    }

    /** The bytes that may precede the digits of a number that is a member's value. */
    private static boolean isBeforeNumber(int before) {
        return switch (before) {
            case ':', '-', ',', '[', ' ', '\t', '\n', '\r' -> true;
            default -> false;
        };
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }
}
