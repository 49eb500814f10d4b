package dev.tidemark.core.event;

import java.util.function.Predicate;

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

    /**
     * A look at records that takes much less time than to read them: whether one may have a value. For those who want few
     * of many records.
     *
     * @param value a string, or a number as a plain decimal without trailing zeros behind its point
     * @return says no only of a record that has the value, whether as string or as number, in no field, or cannot be read
     */
    default Predicate<byte[]> glance(String value) {
        return data -> true;
    }
}
