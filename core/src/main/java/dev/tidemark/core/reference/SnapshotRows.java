package dev.tidemark.core.reference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.tidemark.core.reference.Snapshot.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows of a snapshot as they are stored: one JSON object in each line, {@code {"key": "i1", "from": 1767225600000,
 * "values": {"category": "shoes"}}}, sorted by key and then by when they become valid; {@code from} only where the table says
 * it. The same rows are the same bytes.
 */
public final class SnapshotRows {

    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, List<Row>> rows = new TreeMap<>();
    private int count;

    /**
     * Adds a row.
     *
     * @param key canonical text
     * @throws IllegalArgumentException if there is one of this key, valid from the same moment
     */
    public void add(String key, Row row) {
        List<Row> ofKey = rows.computeIfAbsent(key, added -> new ArrayList<>(1));
        if (ofKey.stream().anyMatch(known -> known.validFromMillis() == row.validFromMillis())) {
            throw new IllegalArgumentException("key '" + key + "' stands twice"
                    + (row.validFromMillis() == Snapshot.ALWAYS ? "" : ", valid from the same moment"));
        }
        ofKey.add(row);
        ofKey.sort(Comparator.comparingLong(Row::validFromMillis));
        count++;
    }

    public int count() {
        return count;
    }

    public byte[] write() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.configure(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN.mappedFeature(), true);
            out.setRootValueSeparator(null);
            for (Map.Entry<String, List<Row>> ofKey : rows.entrySet()) {
                for (Row row : ofKey.getValue()) {
                    write(out, ofKey.getKey(), row);
                    out.writeRaw('\n');
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator out, String key, Row row) throws IOException {
        out.writeStartObject();
        out.writeStringField("key", key);
        if (row.validFromMillis() != Snapshot.ALWAYS) {
            out.writeNumberField("from", row.validFromMillis());
        }
        out.writeObjectFieldStart("values");
        for (Map.Entry<String, Object> value : new TreeMap<>(row.values()).entrySet()) {
            out.writeFieldName(value.getKey());
            if (value.getValue() instanceof BigDecimal number) {
                out.writeNumber(number);
            } else if (value.getValue() instanceof Boolean bool) {
                out.writeBoolean(bool);
            } else {
                out.writeString((String) value.getValue());
            }
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    /**
     * The rows in stored bytes, by key.
     *
     * @throws IllegalArgumentException if the bytes are no such rows
     */
    public static Map<String, List<Row>> read(byte[] stored) {
        SnapshotRows read = new SnapshotRows();
        Map<String, String> texts = new HashMap<>();
        try (JsonParser json = JSON.createParser(stored)) {
            while (json.nextToken() == JsonToken.START_OBJECT) {
                read.readRow(json, texts);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("line " + (read.count + 1) + " is no row of a snapshot", e);
        }
        return Map.copyOf(read.rows);
    }

    /** @param texts equal ones are kept once: most columns repeat few values */
    private void readRow(JsonParser json, Map<String, String> texts) throws IOException {
        String key = null;
        long from = Snapshot.ALWAYS;
        Map<String, Object> values = new HashMap<>();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            switch (name) {
                case "key" -> key = json.getText();
                case "from" -> from = json.getLongValue();
                case "values" -> readValues(json, values, texts);
                default -> json.skipChildren();
            }
        }
        if (key == null) {
            throw new IllegalArgumentException("line " + (count + 1) + " has no key");
        }
        add(key, new Row(from, values));
    }

    private static void readValues(JsonParser json, Map<String, Object> values, Map<String, String> texts)
            throws IOException {
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            String field = texts.computeIfAbsent(name, added -> added);
            switch (json.nextToken()) {
                case VALUE_STRING -> values.put(field, texts.computeIfAbsent(json.getText(), added -> added));
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> values.put(field, json.getDecimalValue());
                case VALUE_TRUE -> values.put(field, true);
                case VALUE_FALSE -> values.put(field, false);
                default ->
                    throw new IllegalArgumentException("field '" + name + "' is neither text, number nor boolean");
            }
        }
    }
}
