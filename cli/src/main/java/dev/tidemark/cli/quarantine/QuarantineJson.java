package dev.tidemark.cli.quarantine;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.change.Claims;
import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.tile.EntityKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Records in quarantine as JSON, one object on a line, to be read by programs and edited by people. */
final class QuarantineJson {

    static final String KEY = "key";
    static final String DATA = "data";
    static final String BASE64 = "dataBase64";

    /** Numbers stay as they were written; what JSON leaves open is refused rather than guessed. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private QuarantineJson() {}

    /** Everything but the payload. */
    static ObjectNode describe(String key, Quarantine.Entry entry, Claims claims) {
        ObjectNode line = MAPPER.createObjectNode();
        line.put(KEY, key);
        line.put("view", entry.view());
        line.put("version", entry.viewVersion());
        line.put("stream", entry.lane().streamName());
        line.put("lane", entry.lane().id());
        line.put("position", entry.record().position().text());
        line.put("arrival", Instant.ofEpochMilli(entry.record().arrivalMillis()).toString());
        line.put("partitionKey", entry.record().partitionKey());
        line.put("reason", entry.reason().reason().name());
        line.put("problem", entry.reason().getMessage());
        line.put("remedy", entry.reason().remedy());
        OptionalLong manifest = claims.manifestOf(entry);
        if (manifest.isPresent()) {
            line.put("redrive", manifest.getAsLong());
            line.put("redriven", claims.isDone(manifest.getAsLong()));
        } else {
            line.put("redriven", false);
        }
        return line;
    }

    /**
     * Adds the payload: as an object if it is one in JSON that such a line can hold, as a text if it is UTF-8, otherwise in
     * base64. Every payload has one of these forms.
     */
    static void addPayload(ObjectNode line, byte[] payload) {
        String text = Utf8.decode(payload);
        if (text == null) {
            line.put(BASE64, Base64.getEncoder().encodeToString(payload));
        } else {
            JsonNode object = object(text);
            line.set(DATA, object == null ? line.textNode(text) : object);
            if (object != null && !comesBack(line)) {
                line.put(DATA, text);
            }
        }
    }

    /**
     * Whether a reader of the line finds the same object in it: one level deeper, and with its numbers written again.
     */
    private static boolean comesBack(ObjectNode line) {
        try {
            ObjectNode again = object(MAPPER.writeValueAsString(line));
            return again != null && line.path(DATA).equals(again.path(DATA));
        } catch (IOException e) {
            // Deeper than Jackson writes.
            return false;
        }
    }

    /**
     * The payload that a line wants.
     *
     * @param original what lies in quarantine; a line that says the same wants these very bytes
     * @throws IllegalArgumentException if the line has no payload, or none that can be read
     */
    static byte[] payload(ObjectNode line, byte[] original) {
        ObjectNode unchanged = MAPPER.createObjectNode();
        addPayload(unchanged, original);
        JsonNode data = line.get(DATA);
        JsonNode base64 = line.get(BASE64);
        if ((data == null) == (base64 == null)) {
            throw new IllegalArgumentException("wants one of '" + DATA + "' and '" + BASE64 + "'");
        }
        if (base64 != null) {
            return Base64.getDecoder().decode(base64.asText());
        }
        if (data.equals(unchanged.get(DATA))) {
            return original;
        }
        if (!data.isObject() && !data.isTextual()) {
            throw new IllegalArgumentException("'" + DATA + "' is neither an object nor a text");
        }
        if (data.isTextual() && !EntityKeys.isWellFormed(data.textValue())) {
            throw new IllegalArgumentException(
                    "'" + DATA + "' is a text that holds half of a surrogate pair, which no UTF-8 payload can");
        }
        return (data.isTextual() ? data.textValue() : write(data)).getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if the line is no JSON object */
    static ObjectNode parse(String line) {
        ObjectNode object = object(line);
        if (object == null) {
            throw new IllegalArgumentException("is no JSON object");
        }
        return object;
    }

    /** On one line, with a form in UTF-8 and nothing that a terminal obeys, whatever the texts hold. */
    static String write(JsonNode node) {
        try {
            return ShownText.line(MAPPER.writeValueAsString(node));
        } catch (IOException e) {
            throw new IllegalStateException("a tree in memory can be written", e);
        }
    }

    /** Null if it is none, or one that Jackson does not take: too deep, say, or with a number of too many digits. */
    private static @Nullable ObjectNode object(String text) {
        try {
            return MAPPER.readTree(text) instanceof ObjectNode object ? object : null;
        } catch (IOException | ArithmeticException | NumberFormatException e) {
            return null;
        }
    }
}
