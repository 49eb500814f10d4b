package dev.tidemark.cli.imports;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.number.Decimals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The one text of a JSON value: members sorted by name, decimals without trailing zeros, no blanks. */
final class CanonicalJson {

    /** Numbers beyond keep their exponent, or a few characters would become a text without bound. */
    private static final int MOST_DIGITS = 64;

    private static final JsonFactory FACTORY = new JsonFactory();

    private CanonicalJson() {}

    static byte[] bytes(JsonNode value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            write(value, out);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonNode value, JsonGenerator out) throws IOException {
        if (value.isObject()) {
            List<Map.Entry<String, JsonNode>> members = new ArrayList<>(value.properties());
            members.sort(Map.Entry.comparingByKey());
            out.writeStartObject();
            for (Map.Entry<String, JsonNode> member : members) {
                out.writeFieldName(member.getKey());
                write(member.getValue(), out);
            }
            out.writeEndObject();
        } else if (value.isArray()) {
            out.writeStartArray();
            for (JsonNode element : value) {
                write(element, out);
            }
            out.writeEndArray();
        } else if (value.isNumber()) {
            out.writeNumber(text(value.decimalValue()));
        } else if (value.isTextual()) {
            out.writeString(value.textValue());
        } else if (value.isBoolean()) {
            out.writeBoolean(value.booleanValue());
        } else {
            out.writeNull();
        }
    }

    static String text(BigDecimal number) {
        boolean isShort = Math.abs((long) number.scale()) <= MOST_DIGITS && number.precision() <= MOST_DIGITS;
        return isShort
                ? Decimals.canonical(number).toPlainString()
                : number.stripTrailingZeros().toString();
    }
}
