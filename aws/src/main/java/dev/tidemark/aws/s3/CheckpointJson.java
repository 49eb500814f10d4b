package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.aws.dynamodb.RowJson;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.store.CheckpointWriter.ScanSegment;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JSON objects of a checkpoint as docs/format.md describes them: positions, complete scan segments, manifest;
 * sealed.
 */
final class CheckpointJson {

    private CheckpointJson() {}

    static byte[] write(Positions positions) {
        return SealedJson.write(json -> writePositions(json, positions));
    }

    static byte[] write(ScanSegment segment) {
        return SealedJson.write(json -> {
            json.writeNumberField("segment", segment.segment());
            writeObjects(json, segment.objects());
            JsonObject.writePositions(json, "marks", segment.marks());
        });
    }

    static byte[] write(Manifest manifest) {
        return SealedJson.write(json -> {
            json.writeObjectFieldStart("positions");
            writePositions(json, manifest.positions());
            json.writeEndObject();
            json.writeObjectFieldStart("as_of");
            for (Map.Entry<String, Long> bound : new TreeMap<>(manifest.asOfMillis()).entrySet()) {
                json.writeNumberField(bound.getKey(), bound.getValue());
            }
            json.writeEndObject();
            SealedJson.writeLanes(json, "lanes_after", manifest.lanesAfter());
            writeObjects(json, manifest.objects());
        });
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
        SealedJson.writeLanes(json, "lanes", positions.lanes());
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
        return SealedJson.read(bytes, CheckpointJson::positions);
    }

    /** As {@link #readPositions}. */
    static ScanSegment readSegment(byte[] bytes) {
        return SealedJson.read(
                bytes,
                object -> new ScanSegment((int) object.number("segment"), objects(object), object.positions("marks")));
    }

    /** As {@link #readPositions}. */
    static Manifest readManifest(byte[] bytes) {
        return SealedJson.read(bytes, object -> {
            Map<String, Long> asOfMillis = new HashMap<>();
            JsonObject bounds = object.object("as_of");
            bounds.names().forEach(lane -> asOfMillis.put(lane, bounds.number(lane)));
            return new Manifest(
                    positions(object.object("positions")),
                    asOfMillis,
                    SealedJson.lanes(object, "lanes_after"),
                    objects(object));
        });
    }

    private static Positions positions(JsonObject object) {
        return new Positions(
                object.text("id"),
                object.number("time"),
                RowJson.readControl(object.object("control").members()),
                SealedJson.lanes(object, "lanes"),
                object.text("catalog"),
                object.texts("views"),
                (int) object.number("scan_segments"),
                (int) object.number("buckets"));
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
