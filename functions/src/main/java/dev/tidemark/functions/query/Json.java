package dev.tidemark.functions.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON: members in the order given, exact numbers in plain notation. */
final class Json {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private Json() {}

    /** Writes one document. */
    interface Body {
        void writeTo(JsonGenerator out) throws IOException;
    }

    static String write(Body body) {
        StringWriter text = new StringWriter(1_024);
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    /** A member with the moment in ISO 8601, or null. */
    static void moment(JsonGenerator out, String name, @Nullable Long millis) throws IOException {
        if (millis == null) {
            out.writeNullField(name);
        } else {
            out.writeStringField(name, Instant.ofEpochMilli(millis).toString());
        }
    }

    /** A value of a feature; see {@link dev.tidemark.core.aggregate.Computation#value} for what there is. */
    static void value(JsonGenerator out, @Nullable Object value) throws IOException {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof BigDecimal number) {
            out.writeNumber(number);
        } else if (value instanceof Long number) {
            out.writeNumber(number);
        } else if (value instanceof Integer number) {
            out.writeNumber(number);
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof String text) {
            out.writeString(text);
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object element : list) {
                value(out, element);
            }
            out.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeFieldName(String.valueOf(entry.getKey()));
                value(out, entry.getValue());
            }
            out.writeEndObject();
        } else {
            throw new IllegalStateException("a feature value of " + value.getClass());
        }
    }
}
