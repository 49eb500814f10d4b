package dev.tidemark.core.overlap;

/**
 * Something that a person should look at before the import.
 *
 * @param text what was found, from what, and what can be done
 */
public record Finding(Kind kind, String text) {

    /** What is wrong. */
    public enum Kind {
        /** The export has nothing in the compared range. */
        NO_EXPORT,
        /** The archive has nothing in the compared range, so the seam cannot be judged. */
        NO_ARCHIVE,
        /** The export lacks whole hours. */
        MISSING_HOURS,
        /** The export has an event id more than once. */
        REPEATED_IDS,
        /** The export's event times are those of a clock in another zone. */
        LOCAL_TIMES,
        /** With the seam as it is, events would count on neither side. */
        LOST,
        /** With the seam as it is, events would count on both sides. */
        TWICE
    }
}
