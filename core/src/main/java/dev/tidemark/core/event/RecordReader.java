package dev.tidemark.core.event;

import dev.tidemark.core.stream.Packing;
import dev.tidemark.core.stream.RawRecord;
import org.jspecify.annotations.Nullable;

/** Reads records of one source: decodes what is not JSON, and reads the JSON. Not thread-safe. */
public final class RecordReader {

    private final EventShape shape;
    private final JsonEventReader json;
    private final @Nullable EventDecoder decoder;
    private final @Nullable Packing packing;

    public RecordReader(EventShape shape, EventFormat format) {
        this.shape = shape;
        this.json = new JsonEventReader(shape);
        this.decoder = format.decoder();
        this.packing = format.packing();
    }

    /**
     * As {@link JsonEventReader#read}.
     *
     * @throws InvalidEvent likewise, and if the record is not of the source's format
     */
    public void read(RawRecord record, EventRow row) {
        json.read(event(record), row);
    }

    /** As {@link JsonEventReader#read}: for an event that is JSON, whatever the source's format. */
    public void readJson(byte[] event, EventRow row) {
        json.read(event, row);
    }

    /**
     * The event as JSON, as far as that is known before it is read.
     *
     * @throws InvalidEvent if the record is not of the source's format, or too large to be decoded
     */
    public byte[] event(RawRecord record) {
        if (record.repaired()) {
            return record.data();
        }
        if (packing != null
                && !isObject(record.data())
                && packing.unpack(record.data()).isEmpty()) {
            throw new InvalidEvent(
                    InvalidEvent.Reason.NOT_DECODED,
                    "the record is neither a JSON object nor packed as the source's format says: "
                            + packing.problem(record.data()),
                    "correct the producer or the format, see docs/formats.md; a repaired record is one JSON event");
        }
        if (decoder == null) {
            return record.data();
        }
        if (record.data().length > shape.maxEventBytes()) {
            throw JsonEventReader.tooLarge(record.data().length, shape);
        }
        return decoder.decode(record.data());
    }

    /** Why a row has no event time. */
    public InvalidEvent noEventTime(EventRow row) {
        return json.noEventTime(row);
    }

    /** Most of what was unpacked begins as an object does, and an empty record holds nothing that is packed. */
    private static boolean isObject(byte[] data) {
        int first = PlainJson.afterSpace(data, 0);
        return first == data.length || data[first] == '{';
    }
}
