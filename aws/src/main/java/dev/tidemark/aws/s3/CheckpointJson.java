package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.aws.dynamodb.RowJson;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.store.CheckpointWriter.ScanSegment;
import dev.tidemark.core.stream.Position;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The JSON objects of a checkpoint as docs/format.md describes them: positions, complete scan segments, manifest. Each
 * is one line of JSON, and a second one with the SHA-256 of the first.
 */
final class CheckpointJson {

    private static final int FORMAT_VERSION = 1;
    private static final JsonFactory JSON = new JsonFactory();

    private CheckpointJson() {}

    private interface Body {
        void writeTo(JsonGenerator json) throws IOException;
    }

    static byte[] write(Positions positions) {
        return sealed(json -> writePositions(json, positions));
    }

    static byte[] write(ScanSegment segment) {
        return sealed(json -> {
            json.writeNumberField("segment", segment.segment());
            writeObjects(json, segment.objects());
            json.writeObjectFieldStart("marks");
            for (Map.Entry<String, Position> mark : new TreeMap<>(segment.marks()).entrySet()) {
                json.writeStringField(mark.getKey(), mark.getValue().text());
            }
            json.writeEndObject();
        });
    }

    static byte[] write(Manifest manifest) {
        return sealed(json -> {
            json.writeObjectFieldStart("positions");
            writePositions(json, manifest.positions());
            json.writeEndObject();
            json.writeObjectFieldStart("as_of");
            for (Map.Entry<String, Long> bound : new TreeMap<>(manifest.asOfMillis()).entrySet()) {
                json.writeNumberField(bound.getKey(), bound.getValue());
            }
            json.writeEndObject();
            writeLanes(json, "lanes_after", manifest.lanesAfter());
            writeObjects(json, manifest.objects());
        });
    }

    private static byte[] sealed(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("format", FORMAT_VERSION);
            body.writeTo(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        byte[] line = text.toString().getBytes(StandardCharsets.UTF_8);
        return (text + "\n{\"sha256\":\"" + Sha256.of(line) + "\"}\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void writePositions(JsonGenerator json, Positions positions) throws IOException {
        json.writeStringField("id", positions.id());
        json.writeNumberField("time", positions.timeMillis());
        json.writeStringField("catalog", positions.catalogHash());
        json.writeObjectFieldStart("views");
        for (Map.Entry<String, String> view : new TreeMap<>(positions.viewNames()).entrySet()) {
            json.writeStringField(view.getKey(), view.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("scan_segments", positions.scanSegments());
        json.writeNumberField("buckets", positions.buckets());
        json.writeFieldName("control");
        RowJson.write(json, positions.control());
        writeLanes(json, "lanes", positions.lanes());
    }

    private static void writeLanes(JsonGenerator json, String name, List<LaneRow> lanes) throws IOException {
        json.writeArrayFieldStart(name);
        for (LaneRow lane : lanes) {
            RowJson.write(json, lane);
        }
        json.writeEndArray();
    }

    private static void writeObjects(JsonGenerator json, List<StoredObject> objects) throws IOException {
        json.writeArrayFieldStart("objects");
        for (StoredObject object : objects) {
            json.writeStartObject();
            json.writeStringField("key", object.key());
            json.writeNumberField("bucket", object.bucket());
            json.writeNumberField("bytes", object.bytes());
            json.writeStringField("sha256", object.sha256());
            json.writeNumberField("items", object.items());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** @throws InvalidObjectException if the bytes are damaged, cut off, or of another format version */
    static Positions readPositions(byte[] bytes) {
        return read(bytes, CheckpointJson::positions);
    }

    /** As {@link #readPositions}. */
    static ScanSegment readSegment(byte[] bytes) {
        return read(bytes, object -> {
            Map<String, Position> marks = new HashMap<>();
            object.object("marks").forEachText((lane, mark) -> marks.put(lane, Position.parse(mark)));
            return new ScanSegment((int) object.number("segment"), objects(object), marks);
        });
    }

    /** As {@link #readPositions}. */
    static Manifest readManifest(byte[] bytes) {
        return read(bytes, object -> {
            Map<String, Long> asOfMillis = new HashMap<>();
            JsonObject bounds = object.object("as_of");
            bounds.names().forEach(lane -> asOfMillis.put(lane, bounds.number(lane)));
            return new Manifest(
                    positions(object.object("positions")), asOfMillis, lanes(object, "lanes_after"), objects(object));
        });
    }

    private static <T> T read(byte[] bytes, Function<JsonObject, T> decode) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        if (end < 0) {
            throw new InvalidObjectException("it is cut off");
        }
        String line = text.substring(0, end);
        try {
            String sha256 = JsonObject.parse(text.substring(end + 1)).text("sha256");
            if (!sha256.equals(Sha256.of(line.getBytes(StandardCharsets.UTF_8)))) {
                throw new InvalidObjectException("its content does not have the checksum that it states");
            }
            JsonObject object = JsonObject.parse(line);
            if (object.number("format") != FORMAT_VERSION) {
                throw new InvalidObjectException("it is of format " + object.number("format") + ", and this version "
                        + "of Tidemark reads format " + FORMAT_VERSION
                        + " (use the version that wrote it, or a later one)");
            }
            return decode.apply(object);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw new InvalidObjectException("it is not readable (" + e.getMessage() + ")", e);
        }
    }

    private static Positions positions(JsonObject object) {
        Map<String, String> viewNames = new HashMap<>();
        object.object("views").forEachText(viewNames::put);
        return new Positions(
                object.text("id"),
                object.number("time"),
                RowJson.readControl(object.object("control").members()),
                lanes(object, "lanes"),
                object.text("catalog"),
                viewNames,
                (int) object.number("scan_segments"),
                (int) object.number("buckets"));
    }

    private static List<LaneRow> lanes(JsonObject object, String name) {
        return object.objects(name).stream()
                .map(lane -> RowJson.readLane(lane.members()))
                .toList();
    }

    private static List<StoredObject> objects(JsonObject object) {
        return object.objects("objects").stream()
                .map(each -> new StoredObject(
                        each.text("key"),
                        (int) each.number("bucket"),
                        each.number("bytes"),
                        each.text("sha256"),
                        each.number("items")))
                .toList();
    }
}
