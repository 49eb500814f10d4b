package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.store.RedriveLog.Entry;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.stream.Lane;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** The manifest of a redrive as docs/format.md describes it: gzip over JSON Lines, a header and a line per record. */
final class ManifestFormat {

    private static final int FORMAT_VERSION = 1;
    private static final int BUFFER_BYTES = 8_192;

    private static final String FORMAT = "format";
    private static final String NUMBER = "number";
    private static final String TIME = "time";
    private static final String RECORDS = "records";
    private static final String VIEW = "view";
    private static final String VIEW_VERSION = "view_version";
    private static final String STREAM_ARN = "stream_arn";
    private static final String STREAM_CREATED = "stream_created";
    private static final String SHARD = "shard";
    private static final String ORIGINAL = "original_sha256";

    private static final JsonFactory JSON =
            new JsonFactoryBuilder().rootValueSeparator("\n").build();

    private ManifestFormat() {}

    static byte[] write(Manifest manifest) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes, BUFFER_BYTES)) {
            writeLines(manifest, gzip);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** The lines before compression; leaves the stream open. */
    static void writeLines(Manifest manifest, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeNumberField(FORMAT, FORMAT_VERSION);
            json.writeNumberField(NUMBER, manifest.number());
            json.writeNumberField(TIME, manifest.timeMillis());
            json.writeNumberField(RECORDS, manifest.entries().size());
            json.writeEndObject();
            for (Entry entry : manifest.entries()) {
                writeEntry(json, entry);
            }
            json.writeRaw('\n');
        }
    }

    private static void writeEntry(JsonGenerator json, Entry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField(VIEW, entry.view());
        json.writeStringField(VIEW_VERSION, entry.viewVersion());
        json.writeStringField(STREAM_ARN, entry.lane().streamArn());
        json.writeNumberField(STREAM_CREATED, entry.lane().streamCreatedMillis());
        json.writeStringField(SHARD, entry.lane().shardId());
        RecordJson.writeFields(json, entry.record());
        json.writeStringField(ORIGINAL, entry.originalSha256());
        json.writeEndObject();
    }

    /**
     * Decodes one object. Fields it does not know are passed over, so that a later version may add some.
     *
     * @throws InvalidObjectException if the object is damaged or cut off, is of another format version, or holds another
     *     number of records than its header says
     */
    static Manifest read(byte[] gzip) {
        try (InputStream lines = new GZIPInputStream(new ByteArrayInputStream(gzip));
                JsonParser json = JSON.createParser(lines)) {
            RecordLine header = line(json, json.nextToken());
            checkFormat(header);
            List<Entry> entries = new ArrayList<>();
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                entries.add(entry(line(json, token)));
            }
            if (entries.size() != header.number(RECORDS)) {
                throw new InvalidObjectException("a manifest of " + entries.size() + " records whose header says "
                        + header.number(RECORDS) + ": it was cut off or changed");
            }
            return new Manifest(header.number(NUMBER), header.number(TIME), entries);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidObjectException("not a readable manifest of a redrive: " + e.getMessage(), e);
        }
    }

    private static RecordLine line(JsonParser json, @Nullable JsonToken start) throws IOException {
        return new RecordLine("a line of a manifest", json, start);
    }

    private static void checkFormat(RecordLine header) {
        if (header.number(FORMAT) != FORMAT_VERSION) {
            throw new InvalidObjectException("a manifest of format " + header.number(FORMAT)
                    + "; this version of Tidemark reads format " + FORMAT_VERSION
                    + ". Use the version that wrote it, or a later one.");
        }
    }

    private static Entry entry(RecordLine line) {
        return new Entry(
                line.text(VIEW),
                line.text(VIEW_VERSION),
                new Lane(line.text(STREAM_ARN), line.number(STREAM_CREATED), line.text(SHARD)),
                line.record(),
                line.text(ORIGINAL));
    }
}
