package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.port.Quarantine.Entry;
import dev.tidemark.core.stream.Lane;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** A quarantined record as the JSON object that docs/format.md describes. */
final class QuarantineJson {

    private static final int FORMAT_VERSION = 1;

    private static final String FORMAT = "format";
    private static final String VIEW = "view";
    private static final String VIEW_VERSION = "view_version";
    private static final String REASON = "reason";
    private static final String PROBLEM = "problem";
    private static final String REMEDY = "remedy";
    private static final String STREAM_ARN = "stream_arn";
    private static final String STREAM_CREATED = "stream_created";
    private static final String SHARD = "shard";

    private static final JsonFactory JSON = new JsonFactory();

    private QuarantineJson() {}

    static byte[] write(Entry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField(FORMAT, FORMAT_VERSION);
            json.writeStringField(VIEW, entry.view());
            json.writeStringField(VIEW_VERSION, entry.viewVersion());
            json.writeStringField(REASON, entry.reason().reason().name());
            json.writeStringField(PROBLEM, entry.reason().getMessage());
            json.writeStringField(REMEDY, entry.reason().remedy());
            json.writeStringField(STREAM_ARN, entry.lane().streamArn());
            json.writeNumberField(STREAM_CREATED, entry.lane().streamCreatedMillis());
            json.writeStringField(SHARD, entry.lane().shardId());
            RecordJson.writeFields(json, entry.record());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static Entry read(byte[] bytes) {
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidObjectException("a quarantined record that is no JSON object");
            }
            Map<String, String> texts = new HashMap<>();
            RecordJson.Builder record = new RecordJson.Builder();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                if (json.nextToken().isStructStart()) {
                    json.skipChildren();
                } else if (!record.accept(field, json)) {
                    texts.put(field, json.getText());
                }
            }
            return entry(texts, record);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidObjectException("not a readable quarantined record: " + e.getMessage(), e);
        }
    }

    private static Entry entry(Map<String, String> texts, RecordJson.Builder record) {
        if (!Integer.toString(FORMAT_VERSION).equals(texts.get(FORMAT))) {
            throw new InvalidObjectException("a quarantined record of format " + texts.get(FORMAT)
                    + "; this version of Tidemark reads format " + FORMAT_VERSION
                    + ". Use the version that wrote it, or a later one.");
        }
        Lane lane = new Lane(text(texts, STREAM_ARN), Long.parseLong(text(texts, STREAM_CREATED)), text(texts, SHARD));
        InvalidEvent reason = new InvalidEvent(
                InvalidEvent.Reason.valueOf(text(texts, REASON)), text(texts, PROBLEM), text(texts, REMEDY));
        return new Entry(text(texts, VIEW), text(texts, VIEW_VERSION), lane, record.build(), reason);
    }

    private static String text(Map<String, String> texts, String field) {
        String value = texts.get(field);
        if (value == null) {
            throw new InvalidObjectException("a quarantined record without " + field);
        }
        return value;
    }
}
