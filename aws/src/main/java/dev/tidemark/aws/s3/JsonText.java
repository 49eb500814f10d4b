package dev.tidemark.aws.s3;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes a JSON string from UTF-8 bytes as UTF-8 bytes. A payload is most of a segment; as a {@link String} it would be
 * decoded and encoded again.
 */
final class JsonText {

    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    private final byte[] json;
    private int at;
    private byte[] text = new byte[0];
    private int length;

    private JsonText(byte[] json, int at) {
        this.json = json;
        this.at = at;
    }

    /**
     * @param json is parsed by a JSON parser too, which finds out whether it is JSON in UTF-8 at all
     * @param quote where the string's opening quote is
     * @throws InvalidObjectException if the string does not end, or its escapes mean nothing in UTF-8
     */
    static byte[] utf8(byte[] json, int quote) {
        int start = quote + 1;
        int end = start;
        while (end < json.length && json[end] != '"' && json[end] != '\\') {
            end++;
        }
        if (end < json.length && json[end] == '"') {
            return Arrays.copyOfRange(json, start, end);
        }
        JsonText unescaped = new JsonText(json, end);
        unescaped.append(start, end);
        return unescaped.read();
    }

    private byte[] read() {
        while (at < json.length && json[at] != '"') {
            if (json[at] == '\\') {
                escape();
            } else {
                int start = at;
                while (at < json.length && json[at] != '"' && json[at] != '\\') {
                    at++;
                }
                append(start, at);
            }
        }
        if (at == json.length) {
            throw new InvalidObjectException("a text in an archive segment does not end");
        }
        return Arrays.copyOf(text, length);
    }

    private void append(int start, int end) {
        int more = end - start;
        reserve(more);
        System.arraycopy(json, start, text, length, more);
        length += more;
    }

    private void reserve(int more) {
        if (length + more > text.length) {
            text = Arrays.copyOf(text, Math.max(2 * text.length, Math.max(256, length + 2 * more)));
        }
    }

    private void escape() {
        at++;
        int code = at < json.length ? json[at] : -1;
        at++;
        switch (code) {
            case '"', '\\', '/' -> add(code);
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
        reserve(1);
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
