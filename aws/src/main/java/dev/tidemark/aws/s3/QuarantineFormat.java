package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.store.Quarantine.Entry;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
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

/**
 * Quarantined records as docs/format.md describes them: one as a JSON object (format 1), several of one view version and
 * lane as gzip over JSON Lines, a header and a line per record (format 2).
 */
public final class QuarantineFormat {

    private static final String ONE = "1";
    private static final String SEVERAL = "2";
    private static final int BUFFER_BYTES = 8_192;

    private static final String FORMAT = "format";
    private static final String VIEW = "view";
    private static final String VIEW_VERSION = "view_version";
    private static final String REASON = "reason";
    private static final String PROBLEM = "problem";
    private static final String REMEDY = "remedy";
    private static final String STREAM_ARN = "stream_arn";
    private static final String STREAM_CREATED = "stream_created";
    private static final String SHARD = "shard";
    private static final String RECORDS = "records";

    private static final JsonFactory JSON =
            new JsonFactoryBuilder().rootValueSeparator("\n").build();

    private QuarantineFormat() {}

    /** @param entries of one view version and lane, in increasing position; not empty */
    static byte[] write(List<Entry> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (entries.size() == 1) {
                writeOne(entries.get(0), bytes);
            } else {
                try (OutputStream gzip = new GZIPOutputStream(bytes, BUFFER_BYTES)) {
                    writeLines(entries, gzip);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void writeOne(Entry entry, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField(FORMAT, Integer.parseInt(ONE));
            writeView(json, entry);
            writeReason(json, entry);
            writeLane(json, entry.lane());
            RecordJson.writeFields(json, entry.record());
            json.writeEndObject();
        }
    }

    /** The lines before compression; leaves the stream open. */
    static void writeLines(List<Entry> entries, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeNumberField(FORMAT, Integer.parseInt(SEVERAL));
            writeView(json, entries.get(0));
            writeLane(json, entries.get(0).lane());
            json.writeNumberField(RECORDS, entries.size());
            json.writeEndObject();
            for (Entry entry : entries) {
                json.writeStartObject();
                writeReason(json, entry);
                RecordJson.writeFields(json, entry.record());
                json.writeEndObject();
            }
            json.writeRaw('\n');
        }
    }

    private static void writeView(JsonGenerator json, Entry entry) throws IOException {
        json.writeStringField(VIEW, entry.view());
        json.writeStringField(VIEW_VERSION, entry.viewVersion());
    }

    private static void writeReason(JsonGenerator json, Entry entry) throws IOException {
        json.writeStringField(REASON, entry.reason().reason().name());
        json.writeStringField(PROBLEM, entry.reason().getMessage());
        json.writeStringField(REMEDY, entry.reason().remedy());
    }

    private static void writeLane(JsonGenerator json, Lane lane) throws IOException {
        json.writeStringField(STREAM_ARN, lane.streamArn());
        json.writeNumberField(STREAM_CREATED, lane.streamCreatedMillis());
        json.writeStringField(SHARD, lane.shardId());
    }

    /**
     * The records of an object of either format, in increasing position.
     *
     * @throws InvalidObjectException if it is damaged or cut off, is of another format version, or holds another number of
     *     records than its header says
     */
    public static List<Entry> read(byte[] bytes) {
        try {
            return isGzip(bytes) ? readLines(bytes) : List.of(readOne(bytes));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidObjectException("not a readable object of the quarantine: " + e.getMessage(), e);
        }
    }

    private static boolean isGzip(byte[] bytes) {
        return bytes.length > 1 && bytes[0] == 0x1F && bytes[1] == (byte) 0x8B;
    }

    private static Entry readOne(byte[] bytes) throws IOException {
        try (JsonParser json = JSON.createParser(bytes)) {
            RecordLine line = line(json, json.nextToken());
            checkFormat(line, ONE);
            return entry(line, line);
        }
    }

    private static List<Entry> readLines(byte[] gzip) throws IOException {
        try (InputStream lines = new GZIPInputStream(new ByteArrayInputStream(gzip), BUFFER_BYTES);
                JsonParser json = JSON.createParser(lines)) {
            RecordLine header = line(json, json.nextToken());
            checkFormat(header, SEVERAL);
            List<Entry> entries = new ArrayList<>();
            Position last = Position.ORIGIN;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                Entry entry = entry(line(json, token), header);
                if (!entry.record().position().isAfter(last)) {
                    throw new InvalidObjectException("quarantined records out of order, at " + last.text());
                }
                last = entry.record().position();
                entries.add(entry);
            }
            if (!header.text(RECORDS).equals(Integer.toString(entries.size()))) {
                throw new InvalidObjectException(entries.size() + " quarantined records whose header says "
                        + header.text(RECORDS) + ": the object was cut off or changed");
            }
            return entries;
        }
    }

    private static RecordLine line(JsonParser json, @Nullable JsonToken start) throws IOException {
        return new RecordLine("a quarantined record", json, start);
    }

    private static void checkFormat(RecordLine header, String expected) {
        if (!expected.equals(header.text(FORMAT))) {
            throw new InvalidObjectException("quarantined records of format " + header.text(FORMAT)
                    + "; this version of Tidemark reads formats " + ONE + " and " + SEVERAL
                    + ". Use the version that wrote it, or a later one.");
        }
    }

    /** @param header has the view and the lane */
    private static Entry entry(RecordLine line, RecordLine header) {
        Lane lane = new Lane(header.text(STREAM_ARN), header.number(STREAM_CREATED), header.text(SHARD));
        InvalidEvent reason =
                new InvalidEvent(InvalidEvent.Reason.valueOf(line.text(REASON)), line.text(PROBLEM), line.text(REMEDY));
        return new Entry(header.text(VIEW), header.text(VIEW_VERSION), lane, line.record(), reason);
    }
}
