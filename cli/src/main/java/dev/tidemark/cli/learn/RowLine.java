package dev.tidemark.cli.learn;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.RecordReader;
import dev.tidemark.core.learn.Changed;
import dev.tidemark.core.learn.LabelledRow;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Monitor;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What became of a row, as one line of JSON. What the prediction logged is written as it was, to the digit. */
final class RowLine {

    private static final JsonFactory JSON = new JsonFactory();

    private final RecordReader reader;
    private final FieldPath version;
    private final FieldPath score;
    private final Monitor.Logged logged;

    private RowLine(RecordReader reader, Monitor monitor) {
        this.reader = reader;
        this.version = FieldPath.parse(monitor.predictions().entity().get(0).name());
        this.score = FieldPath.parse(monitor.score());
        this.logged = monitor.logged();
    }

    /** @param monitor of the catalog */
    static RowLine of(Catalog catalog, Monitor monitor) {
        return new RowLine(catalog.sourceOf(monitor.predictions()).reader(), monitor);
    }

    /** @param row its number among those of the cut, from 0 */
    String of(long cut, long row, Changed changed) {
        LabelledRow labelled = changed.row();
        byte[] prediction = reader.event(labelled.prediction());
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeNumberField("cut", cut);
            out.writeNumberField("row", row);
            out.writeStringField("change", changed.change().name().toLowerCase(Locale.ROOT));
            out.writeStringField("id", EntityKeys.plain(labelled.id()));
            out.writeStringField("at", Instant.ofEpochMilli(labelled.atMillis()).toString());
            write(out, "label", labelled.label().toPlainString());
            write(
                    out,
                    "weight",
                    BigDecimal.valueOf(labelled.weight()).stripTrailingZeros().toPlainString());
            write(out, "version", raw(prediction, version));
            write(out, "score", raw(prediction, score));
            write(out, "keys", raw(prediction, logged.keys()));
            write(out, "request", raw(prediction, logged.request()));
            write(out, "features", raw(prediction, logged.features()));
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, String name, @Nullable String raw) throws IOException {
        out.writeFieldName(name);
        out.writeRawValue(raw == null ? "null" : raw);
    }

    /** A value of an object as it is written there, in one line; null if the object has none. */
    static @Nullable String raw(byte[] object, FieldPath path) throws IOException {
        try (JsonParser json = JSON.createParser(object)) {
            json.nextToken();
            for (FieldPath.Step step : path.steps()) {
                if (!(step instanceof FieldPath.Member member ? find(json, member.name()) : find(json, step))) {
                    return null;
                }
            }
            int from = (int) json.currentTokenLocation().getByteOffset();
            json.skipChildren();
            json.finishToken();
            int to = (int) json.currentLocation().getByteOffset();
            // Line ends and tabs are only between the tokens: within a text they are escaped.
            return new String(object, from, to - from, StandardCharsets.UTF_8).replaceAll("[\r\n\t]", " ");
        }
    }

    /** Goes to an element of the array that begins here. */
    private static boolean find(JsonParser json, FieldPath.Step step) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY || !(step instanceof FieldPath.Element element)) {
            return false;
        }
        for (int left = element.index(); json.nextToken() != JsonToken.END_ARRAY; left--) {
            if (left == 0) {
                return true;
            }
            json.skipChildren();
        }
        return false;
    }

    /** Goes to a member of the object that begins here. */
    private static boolean find(JsonParser json, String name) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return false;
        }
        for (String member = json.nextFieldName(); member != null; member = json.nextFieldName()) {
            json.nextToken();
            if (member.equals(name)) {
                return true;
            }
            json.skipChildren();
        }
        return false;
    }
}
