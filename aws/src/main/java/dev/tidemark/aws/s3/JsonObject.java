package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.stream.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A small JSON object in memory: texts, whole numbers, arrays and objects. Unknown members are ignored. A stored object
 * has {@code format} as its first member.
 */
record JsonObject(Map<String, Object> members) {

    private static final long FORMAT_VERSION = 1;
    private static final JsonFactory JSON = new JsonFactory();

    /** Writes the members after {@code format}. */
    interface Content {
        void write(JsonGenerator out) throws IOException;
    }

    /** An object to be stored. */
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
     * Reads a stored object.
     *
     * @param what it is, for messages
     * @throws InvalidObjectException if it is damaged or of another format
     */
    static <T> T read(String what, byte[] bytes, Function<JsonObject, T> decode) {
        try {
            JsonObject object = parse(bytes);
            if (object.number("format") != FORMAT_VERSION) {
                throw new InvalidObjectException(what + " is of format " + object.number("format")
                        + ", and this version of Tidemark reads format " + FORMAT_VERSION
                        + " (use the version that wrote it, or a later one)");
            }
            return decode.apply(object);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new InvalidObjectException(what + " is not readable (" + e.getMessage() + ")", e);
        }
    }

    /** @throws IllegalArgumentException if the bytes are no JSON object */
    static JsonObject parse(byte[] bytes) throws IOException {
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no JSON object");
            }
            return object(json);
        }
    }

    private static JsonObject object(JsonParser json) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            Object value = value(json, json.nextToken());
            if (value != null) {
                members.put(name, value);
            }
        }
        return new JsonObject(members);
    }

    private static @Nullable Object value(JsonParser json, @Nullable JsonToken token) throws IOException {
        if (token == JsonToken.START_OBJECT) {
            return object(json).members();
        }
        if (token == JsonToken.START_ARRAY) {
            List<Object> elements = new ArrayList<>();
            for (JsonToken next = json.nextToken(); next != JsonToken.END_ARRAY; next = json.nextToken()) {
                Object element = value(json, next);
                if (element != null) {
                    elements.add(element);
                }
            }
            return elements;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return json.getLongValue();
        }
        return token == JsonToken.VALUE_STRING ? json.getText() : null;
    }

    Set<String> names() {
        return members.keySet();
    }

    String text(String name) {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw lacks(name);
    }

    long number(String name) {
        if (members.get(name) instanceof Long number) {
            return number;
        }
        throw lacks(name);
    }

    JsonObject object(String name) {
        return of(members.get(name), name);
    }

    List<JsonObject> objects(String name) {
        if (members.get(name) instanceof List<?> elements) {
            return elements.stream().map(element -> of(element, name)).toList();
        }
        throw lacks(name);
    }

    /** The texts in an inner object. */
    Map<String, String> texts(String name) {
        JsonObject inner = object(name);
        Map<String, String> texts = new HashMap<>();
        inner.names().forEach(of -> texts.put(of, inner.text(of)));
        return texts;
    }

    /** Likewise, of positions. */
    Map<String, Position> positions(String name) {
        Map<String, Position> positions = new HashMap<>();
        texts(name).forEach((of, text) -> positions.put(of, Position.parse(text)));
        return positions;
    }

    @SuppressWarnings("unchecked") // Maps are made by object() only.
    private static JsonObject of(@Nullable Object value, String name) {
        if (value instanceof Map<?, ?> map) {
            return new JsonObject((Map<String, Object>) map);
        }
        throw lacks(name);
    }

    private static IllegalArgumentException lacks(String name) {
        return new IllegalArgumentException("'" + name + "' is missing or of another type");
    }
}
