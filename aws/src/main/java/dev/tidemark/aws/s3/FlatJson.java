package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.stream.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Small objects: one of JSON with {@code format}, plain fields, and inner objects of plain fields. */
final class FlatJson {

    private static final long FORMAT_VERSION = 1;
    private static final JsonFactory JSON = new JsonFactory();

    private final String key;
    private final Map<String, String> fields = new HashMap<>();
    private final Map<String, Map<String, String>> inner = new HashMap<>();

    private FlatJson(String key) {
        this.key = key;
    }

    /** Writes the fields after {@code format}. */
    interface Content {
        void write(JsonGenerator out) throws IOException;
    }

    static byte[] write(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeNumberField("format", FORMAT_VERSION);
            content.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** Writes an inner object of positions, sorted by name. */
    static void writePositions(JsonGenerator out, String name, Map<String, Position> positions) throws IOException {
        Map<String, String> texts = new HashMap<>();
        positions.forEach((of, position) -> texts.put(of, position.text()));
        writeTexts(out, name, texts);
    }

    /** Writes an inner object, sorted by name. */
    static void writeTexts(JsonGenerator out, String name, Map<String, String> texts) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> text : new TreeMap<>(texts).entrySet()) {
            out.writeStringField(text.getKey(), text.getValue());
        }
        out.writeEndObject();
    }

    /**
     * Reads an object.
     *
     * @param key where it was found, for messages
     * @throws InvalidObjectException if it is damaged or of another format
     */
    static FlatJson read(String key, byte[] bytes) {
        FlatJson object = new FlatJson(key);
        try (JsonParser in = JSON.createParser(bytes)) {
            object.read(in);
        } catch (IOException e) {
            throw new InvalidObjectException(key + " is damaged: " + e.getMessage());
        }
        if (object.number("format") != FORMAT_VERSION) {
            throw new InvalidObjectException(key + " has format " + object.fields.get("format")
                    + "; this release reads format " + FORMAT_VERSION + " only");
        }
        return object;
    }

    private void read(JsonParser in) throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new InvalidObjectException(key + " is no JSON object");
        }
        Map<String, String> open = null;
        while (open != null || in.nextToken() != JsonToken.END_OBJECT) {
            if (open != null && in.nextToken() == JsonToken.END_OBJECT) {
                open = null;
                continue;
            }
            String name = in.currentName();
            JsonToken value = in.nextToken();
            if (value == null || name == null) {
                throw new InvalidObjectException(key + " ends in the middle");
            }
            if (value == JsonToken.START_OBJECT) {
                open = inner.computeIfAbsent(name, of -> new HashMap<>());
            } else if (open != null) {
                open.put(name, in.getText());
            } else {
                fields.put(name, in.getText());
            }
        }
    }

    String text(String name) {
        @Nullable String value = fields.get(name);
        if (value == null) {
            throw new InvalidObjectException(key + " lacks '" + name + "'");
        }
        return value;
    }

    long number(String name) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            throw new InvalidObjectException(key + ": '" + name + "' is no number");
        }
    }

    /** What lies in an inner object; empty if there is none. */
    Map<String, String> texts(String name) {
        return inner.getOrDefault(name, Map.of());
    }

    /** Likewise, of positions. */
    Map<String, Position> positions(String name) {
        Map<String, Position> positions = new HashMap<>();
        texts(name).forEach((of, text) -> positions.put(of, Position.parse(text)));
        return positions;
    }
}
