package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the segments of the archive; the format is described in docs/format.md. */
public final class SegmentReader {

    static final String FORMAT = "format";
    static final String STREAM_ARN = "stream_arn";
    static final String STREAM_CREATED = "stream_created";
    static final String SHARD = "shard";
    static final String LAST = "last";
    static final String COUNT = "count";
    static final String RECORDS = "records";

    private static final int MAX_CAPACITY = 100_000;

    private static final JsonFactory JSON = new JsonFactory();

    private SegmentReader() {}

    /**
     * Decodes one object. Unknown fields are skipped, so that a later version may add some.
     *
     * @param gzip the whole object
     * @throws InvalidObjectException if the object is damaged or cut off, is of another format version, holds another
     *     number of records than its header says, or holds them out of order
     */
    public static Segment read(byte[] gzip) {
        try {
            byte[] lines = Gunzip.all(gzip);
            JsonText texts = new JsonText(lines);
            Header header = new Header();
            int firstRecord = readHeader(header, lines);
            List<RawRecord> records = new ArrayList<>(header.capacity());
            RecordLines plain = new RecordLines(lines, texts, firstRecord);
            for (RawRecord record = plain.next(); record != null; record = plain.next()) {
                records.add(record);
            }
            readOthers(lines, plain.position(), texts, records);
            header.check(records);
            return new Segment(header.lane(), header.last, header.count, Collections.unmodifiableList(records));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidObjectException("not a readable archive segment: " + e.getMessage(), e);
        }
    }

    /** @return where the line after the header begins */
    private static int readHeader(Header header, byte[] lines) throws IOException {
        try (JsonParser json = JSON.createParser(lines)) {
            expectObject(json.nextToken());
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                header.accept(field, json);
            }
            if (header.format != SegmentWriter.FORMAT_VERSION && header.format != SegmentWriter.FORMAT_WITH_OUTSIDERS) {
                throw new InvalidObjectException("an archive segment of format " + header.format
                        + "; this version of Tidemark reads formats " + SegmentWriter.FORMAT_VERSION + " and "
                        + SegmentWriter.FORMAT_WITH_OUTSIDERS + ". Use the version that wrote it, or a later one.");
            }
            int end = (int) json.currentLocation().getByteOffset();
            return end < lines.length && lines[end] == '\n' ? end + 1 : end;
        }
    }

    /** The records from a line on, in any form. */
    private static void readOthers(byte[] lines, int from, JsonText texts, List<RawRecord> records) throws IOException {
        try (JsonParser json = JSON.createParser(lines, from, lines.length - from)) {
            while (json.nextToken() != null) {
                records.add(readRecord(json, from, texts));
            }
        }
    }

    private static RawRecord readRecord(JsonParser json, int from, JsonText texts) throws IOException {
        expectObject(json.currentToken());
        RecordJson.Builder record = new RecordJson.Builder();
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            if (field.equals(RecordJson.TEXT) && json.currentToken() == JsonToken.VALUE_STRING) {
                record.data(texts.utf8(from + (int) json.currentTokenLocation().getByteOffset()));
            } else if (!record.accept(field, json)) {
                json.skipChildren();
            }
        }
        return record.build();
    }

    private static void expectObject(@Nullable JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            throw new InvalidObjectException("a line of an archive segment is no JSON object");
        }
    }

    private static final class Header {

        private int format;
        private String streamArn = "";
        private long streamCreatedMillis;
        private String shardId = "";
        private Position last = Position.ORIGIN;
        private long count;
        private int records = -1;

        void accept(String field, JsonParser json) throws IOException {
            switch (field) {
                case FORMAT -> format = json.getIntValue();
                case STREAM_ARN -> streamArn = json.getText();
                case STREAM_CREATED -> streamCreatedMillis = json.getLongValue();
                case SHARD -> shardId = json.getText();
                case LAST -> last = Position.parse(json.getText());
                case COUNT -> count = json.getLongValue();
                case RECORDS -> records = json.getIntValue();
                default -> json.skipChildren();
            }
        }

        /** Sized for as many records as the header says, if that is plausible. */
        int capacity() {
            return Math.max(0, Math.min(records, MAX_CAPACITY));
        }

        Lane lane() {
            return new Lane(streamArn, streamCreatedMillis, shardId);
        }

        void check(List<RawRecord> found) {
            if (found.size() != records) {
                throw new InvalidObjectException("an archive segment of " + found.size() + " records whose header says "
                        + records + ": it was cut off or changed");
            }
            for (int i = 1; i < found.size(); i++) {
                Position at = found.get(i).position();
                if (!at.isAfter(found.get(i - 1).position())) {
                    throw new InvalidObjectException("an archive segment with record " + at.text() + " out of order");
                }
            }
        }
    }
}
