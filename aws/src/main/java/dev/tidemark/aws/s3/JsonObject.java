package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A small JSON object in memory: texts, whole numbers, arrays and objects. Members nobody asks for do not matter. */
record JsonObject(Map<String, Object> members) {

    private static final JsonFactory JSON = new JsonFactory();

    /** @throws IllegalArgumentException if the text is no JSON object */
    static JsonObject parse(String text) throws IOException {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not a JSON object");
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

    void forEachText(BiConsumer<String, String> member) {
        names().forEach(name -> member.accept(name, text(name)));
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
