package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a raw record in archive and quarantine: {@code seq}, {@code sub}, {@code arrival}, {@code key}, {@code
 * outside_shard} if it is so, and the payload as {@code data} (text) if it is valid UTF-8, else as {@code data_base64}.
 */
final class RecordJson {

    static final String SEQUENCE = "seq";
    static final String SUBSEQUENCE = "sub";
    static final String ARRIVAL = "arrival";
    static final String KEY = "key";
    static final String OUTSIDE_SHARD = "outside_shard";
    static final String TEXT = "data";
    static final String BASE64 = "data_base64";

    private RecordJson() {}

    /** Writes the fields into the object that is open. */
    static void writeFields(JsonGenerator json, RawRecord record) throws IOException {
        json.writeStringField(SEQUENCE, record.position().sequenceNumber());
        json.writeNumberField(SUBSEQUENCE, record.position().subsequence());
        json.writeNumberField(ARRIVAL, record.arrivalMillis());
        json.writeStringField(KEY, record.partitionKey());
        if (record.outsideShard()) {
            json.writeBooleanField(OUTSIDE_SHARD, true);
        }
        byte[] data = record.data();
        if (Utf8.isWellFormed(data)) {
            json.writeFieldName(TEXT);
            json.writeUTF8String(data, 0, data.length);
        } else {
            json.writeBinaryField(BASE64, data);
        }
    }

    /** Collects the fields of one record. */
    static final class Builder {

        private @Nullable String sequence;
        private long subsequence;
        private long arrivalMillis = Long.MIN_VALUE;
        private @Nullable String partitionKey;
        private boolean outsideShard;
        private byte @Nullable [] data;

        /** Takes the field whose value is the parser's current token; false if it is not a record's field. */
        boolean accept(String field, JsonParser json) throws IOException {
            switch (field) {
                case SEQUENCE -> sequence = json.getText();
                case SUBSEQUENCE -> subsequence = json.getLongValue();
                case ARRIVAL -> arrivalMillis = json.getLongValue();
                case KEY -> partitionKey = json.getText();
                case OUTSIDE_SHARD -> outsideShard = json.getBooleanValue();
                case TEXT -> data = json.getText().getBytes(StandardCharsets.UTF_8);
                case BASE64 -> data = json.getBinaryValue();
                default -> {
                    return false;
                }
            }
            return true;
        }

        /** The payload, taken without a detour. */
        void data(byte[] payload) {
            data = payload;
        }

        RawRecord build() {
            if (sequence == null || arrivalMillis == Long.MIN_VALUE || partitionKey == null || data == null) {
                throw new InvalidObjectException("a record lacks one of " + SEQUENCE + ", " + ARRIVAL + ", " + KEY
                        + " and " + TEXT + " or " + BASE64);
            }
            return new RawRecord(new Position(sequence, subsequence), arrivalMillis, partitionKey, data, outsideShard);
        }
    }
}
