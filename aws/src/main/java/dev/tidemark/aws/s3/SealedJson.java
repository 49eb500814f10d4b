package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.aws.dynamodb.RowJson;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A JSON object in one line, and a second line with the SHA-256 of the first. */
final class SealedJson {

    private SealedJson() {}

    static byte[] write(JsonObject.Content content) {
        byte[] line = JsonObject.write(content);
        byte[] seal = ("\n{\"sha256\":\"" + Sha256.hex(line) + "\"}\n").getBytes(StandardCharsets.UTF_8);
        byte[] sealed = Arrays.copyOf(line, line.length + seal.length);
        System.arraycopy(seal, 0, sealed, line.length, seal.length);
        return sealed;
    }

    /** @throws InvalidObjectException if the bytes are damaged, cut off, or of another format version */
    static <T> T read(byte[] bytes, Function<JsonObject, T> decode) {
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

    /** As {@link #read(byte[], Function)}, of an object that is kept for ever: the message names its key and what to do. */
    static <T> T read(String key, byte[] bytes, Function<JsonObject, T> decode) {
        try {
            return read(bytes, decode);
        } catch (InvalidObjectException e) {
            throw new InvalidObjectException(
                    key + " cannot be read: " + e.getMessage() + "; restore the object (the bucket keeps versions)", e);
        }
    }

    private static String seal(byte[] bytes) {
        try {
            return JsonObject.parse(bytes).text("sha256");
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidObjectException("it is not readable (" + e.getMessage() + ")", e);
        }
    }

    static void writeLanes(JsonGenerator json, String name, List<LaneRow> lanes) throws IOException {
        json.writeArrayFieldStart(name);
        for (LaneRow lane : lanes) {
            RowJson.write(json, lane);
        }
        json.writeEndArray();
    }

    static List<LaneRow> lanes(JsonObject object, String name) {
        return object.objects(name).stream()
                .map(lane -> RowJson.readLane(lane.members()))
                .toList();
    }
}
