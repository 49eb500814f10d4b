package dev.tidemark.core.event;

/**
 * The seam between bytes and fold: reads the fields of an {@link EventShape} from a record's bytes into a row. The fold
 * knows nothing of JSON, so a faster extractor can take a reader's place. Not thread-safe; one per thread.
 */
public interface EventReader {

    /**
     * Fills the row's slots and its event time as written (unclamped). Slots whose field is missing or null become
     * absent; one whose value cannot be used becomes flawed, which is for each view to judge. Strings in the row are
     * well-formed Unicode.
     *
     * @throws InvalidEvent if the bytes are no JSON object, too large, or the event time is missing or unreadable; the
     *     row's content is then undefined
     */
    void read(byte[] data, EventRow row);
}
