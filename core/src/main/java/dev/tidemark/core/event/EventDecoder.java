package dev.tidemark.core.event;

/**
 * Makes of a record's bytes the JSON object that they mean, which {@link JsonEventReader} then reads: so there is one
 * reader of meaning, whatever the format. A function of the bytes: the archive keeps them, and every replay decodes them
 * again. Thread-safe.
 */
@FunctionalInterface
public interface EventDecoder {

    /**
     * @param data not changed
     * @return one JSON object in UTF-8
     * @throws InvalidEvent with {@link InvalidEvent.Reason#NOT_DECODED} if the bytes are not of the format
     */
    byte[] decode(byte[] data);
}
