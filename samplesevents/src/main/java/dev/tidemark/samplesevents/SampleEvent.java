package dev.tidemark.samplesevents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a producer sends, as one line of a sample file:
 *
 * <pre>{@code {"offset_millis":1200,"partition_key":"user-1","event":{"type":"view", …}}}</pre>
 *
 * <p>The bytes of the record are the text of the object after {@code event}, exactly as it stands. What is no JSON
 * object stands as a string after {@code data} instead.
 *
 * @param offsetMillis when it arrives, from {@link #START_MILLIS}
 * @param partitionKey decides the shard
 * @param data the payload
 */
public record SampleEvent(long offsetMillis, String partitionKey, String data) {

    /** When every sample stream begins: 2026-01-15T08:00:00Z, a whole hour, so that tiles fall the same for all. */
    public static final long START_MILLIS =
            Instant.parse("2026-01-15T08:00:00Z").toEpochMilli();

    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern TIME_FIELD = Pattern.compile(
            "(\"(?:ts|at|predicted_at)\"\\s*:\\s*\")([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z)\"");

    /** Reads a line; throws {@link IllegalArgumentException} with the line's beginning if it is none. */
    public static SampleEvent parse(String line) {
        try (JsonParser parser = JSON.createParser(line)) {
            return parse(parser, line);
        } catch (IOException e) {
            throw notALine(line, e);
        }
    }

    /** When it arrives at the pace of the generated stream, milliseconds since the epoch. */
    public long arrivalMillis() {
        return START_MILLIS + offsetMillis;
    }

    public byte[] bytes() {
        return data.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The same event, happened that much later: its {@code ts} and the other moments that it tells ({@code at} and {@code
     * predicted_at}) are rewritten, and nothing else. What is no readable time stays as it is; that is what is wrong with
     * it.
     */
    public SampleEvent shift(long deltaMillis) {
        String shifted = TIME_FIELD
                .matcher(data)
                .replaceAll(time ->
                        time.group(1) + time(Instant.parse(time.group(2)).toEpochMilli() + deltaMillis) + "\"");
        return new SampleEvent(offsetMillis, partitionKey, shifted);
    }

    /** The line that {@link #parse} reads. */
    public String toLine() {
        boolean object = isObject(data);
        String payload = object ? data : quote(data);
        return "{\"offset_millis\":" + offsetMillis + ",\"partition_key\":" + quote(partitionKey)
                + (object ? ",\"event\":" : ",\"data\":") + payload + "}";
    }

    /** An event time as the samples write it, always with milliseconds, so that a shift keeps the length. */
    static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    private static SampleEvent parse(JsonParser parser, String line) throws IOException {
        long offsetMillis = -1;
        String partitionKey = null;
        String data = null;
        want(parser.nextToken() == JsonToken.START_OBJECT, line);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "offset_millis" -> offsetMillis = parser.getLongValue();
                case "partition_key" -> partitionKey = parser.getText();
                case "data" -> data = parser.getText();
                case "event" -> data = source(parser, line);
                default -> throw notALine(line, null);
            }
        }
        if (partitionKey == null || data == null) {
            throw notALine(line, null);
        }
        return new SampleEvent(offsetMillis, partitionKey, data);
    }

    /** The text of the value at which the parser stands. */
    private static String source(JsonParser parser, String line) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        return line.substring(start, (int) parser.currentLocation().getCharOffset());
    }

    private static boolean isObject(String data) {
        try (JsonParser parser = JSON.createParser(data)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null && !data.contains("\n");
        } catch (IOException e) {
            return false;
        }
    }

    private static String quote(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }

    private static void want(boolean condition, String line) {
        if (!condition) {
            throw notALine(line, null);
        }
    }

    private static IllegalArgumentException notALine(String line, @Nullable Throwable cause) {
        String beginning = line.length() > 80 ? line.substring(0, 80) + "…" : line;
        return new IllegalArgumentException(
                "not a sample line (offset_millis, partition_key, event or data): " + beginning, cause);
    }
}
