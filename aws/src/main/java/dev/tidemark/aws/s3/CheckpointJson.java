package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.aws.dynamodb.RowJson;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.store.CheckpointWriter.ScanSegment;
import dev.tidemark.core.stream.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    private CheckpointJson() {}

    static byte[] write(Positions positions) {
        return sealed(json -> writePositions(json, positions));
    }

    static byte[] write(ScanSegment segment) {
        return sealed(json -> {
            json.writeNumberField("segment", segment.segment());
            writeObjects(json, segment.objects());
            JsonObject.writePositions(json, "marks", segment.marks());
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

    private static byte[] sealed(JsonObject.Content content) {
        byte[] line = JsonObject.write(content);
        byte[] seal = ("\n{\"sha256\":\"" + Sha256.hex(line) + "\"}\n").getBytes(StandardCharsets.UTF_8);
        byte[] sealed = Arrays.copyOf(line, line.length + seal.length);
        System.arraycopy(seal, 0, sealed, line.length, seal.length);
        return sealed;
    }

    private static void writePositions(JsonGenerator json, Positions positions) throws IOException {
        json.writeStringField("id", positions.id());
        json.writeNumberField("time", positions.timeMillis());
        json.writeStringField("catalog", positions.catalogHash());
        JsonObject.writeTexts(json, "views", positions.viewNames());
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
        return read(
                bytes,
                object -> new ScanSegment((int) object.number("segment"), objects(object), object.positions("marks")));
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
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        if (end == bytes.length) {
            throw new InvalidObjectException("it is cut off");
        }
        byte[] line = Arrays.copyOf(bytes, end);
        if (!seal(Arrays.copyOfRange(bytes, end, bytes.length)).equals(Sha256.hex(line))) {
            throw new InvalidObjectException("its content does not have the checksum that it states");
        }
        return JsonObject.read("it", line, decode);
    }

    private static String seal(byte[] bytes) {
        try {
            return JsonObject.parse(bytes).text("sha256");
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidObjectException("it is not readable (" + e.getMessage() + ")", e);
        }
    }

    private static Positions positions(JsonObject object) {
        return new Positions(
                object.text("id"),
                object.number("time"),
                RowJson.readControl(object.object("control").members()),
                lanes(object, "lanes"),
                object.text("catalog"),
                object.texts("views"),
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
