package dev.tidemark.aws.dynamodb;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows of the control table as JSON, in DynamoDB's own notation: {@code {"c":{"N":"7"}}}. So a row has one format
 * everywhere.
 */
public final class RowJson {

    private static final String TEXT = "S";
    private static final String NUMBER = "N";
    private static final String MAP = "M";

    private RowJson() {}

    public static void write(JsonGenerator json, ControlRow row) throws IOException {
        writeMap(json, ControlAttributes.encode(row));
    }

    public static void write(JsonGenerator json, LaneRow row) throws IOException {
        writeMap(json, ControlAttributes.encode(row));
    }

    /**
     * @param row the JSON object as maps and texts
     * @throws RuntimeException if it is not such a row
     */
    public static ControlRow readControl(Map<String, ?> row) {
        return ControlAttributes.decodeControl(attributes(row));
    }

    /** As {@link #readControl}. */
    public static LaneRow readLane(Map<String, ?> row) {
        return ControlAttributes.decodeLane(attributes(row));
    }

    private static void writeMap(JsonGenerator json, Map<String, AttributeValue> attributes) throws IOException {
        json.writeStartObject();
        for (Map.Entry<String, AttributeValue> attribute : new TreeMap<>(attributes).entrySet()) {
            json.writeObjectFieldStart(attribute.getKey());
            write(json, attribute.getValue());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, AttributeValue value) throws IOException {
        switch (value.type()) {
            case S -> json.writeStringField(TEXT, value.s());
            case N -> json.writeStringField(NUMBER, value.n());
            case M -> {
                json.writeFieldName(MAP);
                writeMap(json, value.m());
            }
            default -> throw new IllegalArgumentException("a row with an attribute of type " + value.type());
        }
    }

    private static Map<String, AttributeValue> attributes(Map<String, ?> object) {
        Map<String, AttributeValue> attributes = new TreeMap<>();
        object.forEach((name, value) -> attributes.put(name, attribute(name, map(value))));
        return attributes;
    }

    private static AttributeValue attribute(String name, Map<String, ?> typed) {
        if (typed.get(TEXT) instanceof String text) {
            return AttributeValue.fromS(text);
        }
        if (typed.get(NUMBER) instanceof String number) {
            return AttributeValue.fromN(number);
        }
        if (typed.get(MAP) instanceof Map<?, ?>) {
            return AttributeValue.fromM(attributes(map(typed.get(MAP))));
        }
        throw new IllegalArgumentException("attribute '" + name + "' has none of the types S, N and M");
    }

    @SuppressWarnings("unchecked") // The members of a JSON object have names.
    private static Map<String, ?> map(Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, ?>) map;
        }
        throw new IllegalArgumentException("an attribute is no JSON object");
    }
}
