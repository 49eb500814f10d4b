package dev.tidemark.aws.s3;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes JSON strings from UTF-8 bytes as UTF-8 bytes. A payload is most of a segment; as a {@link String} it would be
 * decoded and encoded again. A payload that is JSON has an escape every few bytes, so the bytes are taken one by one.
 */
final class JsonText {

    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    /** A character in UTF-8. */
    private static final int MAX_CHARACTER_BYTES = 4;

    private final byte[] json;
    private int at;

    /** Kept from string to string. */
    private byte[] text = new byte[1_024];

    private int length;

    /** The least byte seen outside of escapes, as an unsigned number. */
    private int least;

    /** @param json also parsed by a JSON parser, which checks that it is JSON in UTF-8 */
    JsonText(byte[] json) {
        this.json = json;
    }

    /**
     * @param quote where the string's opening quote is
     * @throws InvalidObjectException if the string does not end, or its escapes are invalid in UTF-8
     */
    byte[] utf8(int quote) {
        at = quote + 1;
        length = 0;
        least = ' ';
        while (copy()) {
            escape();
        }
        return Arrays.copyOf(text, length);
    }

    /**
     * Copies up to the next escape that stands for something else than the byte after it.
     *
     * @return false at the string's end
     */
    private boolean copy() {
        byte[] from = json;
        byte[] to = text;
        int read = at;
        int written = length;
        int lowest = least;
        while (read < from.length && from[read] != '"') {
            if (written + MAX_CHARACTER_BYTES > to.length) {
                to = Arrays.copyOf(to, 2 * to.length);
            }
            byte next = from[read++];
            if (next == '\\') {
                if (read == from.length || (from[read] != '"' && from[read] != '\\')) {
                    at = read;
                    text = to;
                    length = written;
                    least = lowest;
                    return true;
                }
                next = from[read++];
            }
            lowest = Math.min(lowest, next & 0xFF);
            to[written++] = next;
        }
        if (read == from.length) {
            throw new InvalidObjectException("a text in an archive segment does not end");
        }
        at = read + 1;
        text = to;
        length = written;
        least = lowest;
        return false;
    }

    /** Where the text read last ends: behind its closing quote. */
    int end() {
        return at;
    }

    /** Whether the text read last contains a character that JSON would have escaped. */
    boolean hadControlCharacter() {
        return least < ' ';
    }

    /** Continues after the backslash. */
    private void escape() {
        int code = at < json.length ? json[at] : -1;
        at++;
        switch (code) {
            case '/' -> add(code);
            case 'b' -> add('\b');
            case 'f' -> add('\f');
            case 'n' -> add('\n');
            case 'r' -> add('\r');
            case 't' -> add('\t');
            case 'u' -> character(hex());
            default -> throw new InvalidObjectException("an unknown escape in a text of an archive segment");
        }
    }

    private void add(int oneByte) {
        text[length++] = (byte) oneByte;
    }

    private int hex() {
        int value = 0;
        for (int i = 0; i < HEX_DIGITS; i++) {
            int digit = at < json.length ? Character.digit(json[at], HEX) : -1;
            if (digit < 0) {
                throw new InvalidObjectException("an unknown escape in a text of an archive segment");
            }
            value = value * HEX + digit;
            at++;
        }
        return value;
    }

    private void character(int unit) {
        String character = String.valueOf((char) unit);
        if (Character.isSurrogate((char) unit)) {
            boolean pair = at + 1 < json.length && json[at] == '\\' && json[at + 1] == 'u';
            at += 2;
            int low = pair ? hex() : 0;
            if (!Character.isSurrogatePair((char) unit, (char) low)) {
                throw new InvalidObjectException("half a character in a text of an archive segment");
            }
            character += (char) low;
        }
        for (byte each : character.getBytes(StandardCharsets.UTF_8)) {
            add(each);
        }
    }
}
