package dev.tidemark.aws.s3;

import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a segment whose lines are exactly as {@link SegmentWriter} writes them, in about half of the
 * time that a JSON parser needs. It stops at the first line that differs: with a payload in base64, with an escape in
 * the partition key, of a later version, or damaged. A JSON parser continues from there.
 */
final class RecordLines {

    private static final byte[] SEQUENCE = name("{", RecordJson.SEQUENCE, "\"");
    private static final byte[] SUBSEQUENCE = name("\",", RecordJson.SUBSEQUENCE, "");
    private static final byte[] ARRIVAL = name(",", RecordJson.ARRIVAL, "");
    private static final byte[] KEY = name(",", RecordJson.KEY, "\"");
    private static final byte[] OUTSIDE_SHARD = name("\",", RecordJson.OUTSIDE_SHARD, "true");
    private static final byte[] TEXT = name("\",", RecordJson.TEXT, "\"");
    private static final byte[] TEXT_OF_OUTSIDER = name(",", RecordJson.TEXT, "\"");
    private static final byte[] END = "}\n".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_DIGITS = 18;
    private static final int NONE = -1;

    private final byte[] lines;
    private final JsonText texts;
    private int at;

    /** @param from where the first record's line begins */
    RecordLines(byte[] lines, JsonText texts, int from) {
        this.lines = lines;
        this.texts = texts;
        this.at = from;
    }

    /** Where the next line begins. */
    int position() {
        return at;
    }

    /**
     * The next record; null at the end and before a line that differs, which is not consumed.
     *
     * @throws InvalidObjectException if the payload's escapes are invalid
     * @throws IllegalArgumentException if the position is invalid
     */
    @Nullable
    RawRecord next() {
        int start = at;
        RawRecord record = read();
        if (record == null) {
            at = start;
        }
        return record;
    }

    private @Nullable RawRecord read() {
        String sequence = skip(SEQUENCE) ? plainText() : null;
        long subsequence = sequence != null && skip(SUBSEQUENCE) ? number() : NONE;
        long arrival = subsequence != NONE && skip(ARRIVAL) ? number() : NONE;
        String key = arrival != NONE && skip(KEY) ? plainText() : null;
        if (sequence == null || key == null) {
            return null;
        }
        boolean outside = skip(OUTSIDE_SHARD);
        if (!skip(outside ? TEXT_OF_OUTSIDER : TEXT)) {
            return null;
        }
        byte[] data = texts.utf8(at - 1);
        at = texts.end();
        boolean whole = skip(END) && !texts.hadControlCharacter() && Utf8.isWellFormed(data);
        return whole ? new RawRecord(new Position(sequence, subsequence), arrival, key, data, outside) : null;
    }

    private boolean skip(byte[] expected) {
        int end = at + expected.length;
        if (end > lines.length || !Arrays.equals(lines, at, end, expected, 0, expected.length)) {
            return false;
        }
        at = end;
        return true;
    }

    /** The text before a quote; null unless it is printable ASCII without escapes. */
    private @Nullable String plainText() {
        int start = at;
        int end = start;
        while (end < lines.length && lines[end] >= ' ' && lines[end] != '"' && lines[end] != '\\') {
            end++;
        }
        at = end;
        return end < lines.length && lines[end] == '"'
                ? new String(lines, start, end - start, StandardCharsets.ISO_8859_1)
                : null;
    }

    /** Digits without leading zeros; {@link #NONE} if there are none, or many. */
    private long number() {
        int start = at;
        int end = start;
        long value = 0;
        while (end < lines.length && end - start <= MAX_DIGITS && lines[end] >= '0' && lines[end] <= '9') {
            value = 10 * value + lines[end] - '0';
            end++;
        }
        at = end;
        int digits = end - start;
        boolean plain = digits > 0 && digits <= MAX_DIGITS && (digits == 1 || lines[start] != '0');
        return plain ? value : NONE;
    }

    private static byte[] name(String before, String name, String after) {
        return (before + '"' + name + "\":" + after).getBytes(StandardCharsets.US_ASCII);
    }
}
