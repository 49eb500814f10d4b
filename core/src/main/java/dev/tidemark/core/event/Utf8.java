package dev.tidemark.core.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Strict UTF-8 (RFC 3629). JSON parsers let overlong forms and encoded surrogates pass in places; a record that some
 * reader may decode differently must not be folded.
 */
public final class Utf8 {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /** Whether the bytes decode to text, and that text encodes to the same bytes. */
    public static boolean isWellFormed(byte[] bytes) {
        return firstMalformed(bytes) < 0;
    }

    /** The text; null if the bytes are not well-formed. */
    public static @Nullable String decode(byte[] bytes) {
        return isWellFormed(bytes) ? new String(bytes, StandardCharsets.UTF_8) : null;
    }

    /** The index of the first byte that makes the text malformed; -1 if there is none. */
    static int firstMalformed(byte[] bytes) {
        int at = 0;
        while (true) {
            at = skipAscii(bytes, at);
            if (at == bytes.length) {
                return -1;
            }
            int length = sequenceLength(bytes, at);
            if (length == 0) {
                return at;
            }
            at += length;
        }
    }

    private static int skipAscii(byte[] bytes, int from) {
        int at = from;
        while (at + Long.BYTES <= bytes.length && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
            at += Long.BYTES;
        }
        while (at < bytes.length && bytes[at] >= 0) {
            at++;
        }
        return at;
    }

    /** Length of the well-formed sequence at a byte that is not ASCII; 0 if there is none. */
    private static int sequenceLength(byte[] bytes, int at) {
        int lead = bytes[at] & 0xFF;
        int second = at + 1 < bytes.length ? bytes[at + 1] & 0xFF : 0;
        if (lead >= 0xC2 && lead <= 0xDF) {
            return isContinuation(second) ? 2 : 0;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            int lowest = lead == 0xE0 ? 0xA0 : 0x80;
            int highest = lead == 0xED ? 0x9F : 0xBF;
            return second >= lowest && second <= highest && continues(bytes, at + 2) ? 3 : 0;
        }
        if (lead >= 0xF0 && lead <= 0xF4) {
            int lowest = lead == 0xF0 ? 0x90 : 0x80;
            int highest = lead == 0xF4 ? 0x8F : 0xBF;
            boolean wellFormed = second >= lowest && second <= highest && continues(bytes, at + 2);
            return wellFormed && continues(bytes, at + 3) ? 4 : 0;
        }
        return 0;
    }

    private static boolean continues(byte[] bytes, int at) {
        return at < bytes.length && isContinuation(bytes[at] & 0xFF);
    }

    private static boolean isContinuation(int value) {
        return value >= 0x80 && value <= 0xBF;
    }
}
