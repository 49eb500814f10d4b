package dev.tidemark.core.learn;

/**
 * What has become of a row between two cuts.
 *
 * @param row as at the later cut; a removed one as at the earlier. Its split means nothing: changes have none
 */
public record Changed(Change change, LabelledRow row) {

    /** How a row differs. */
    public enum Change {
        /** It was no row. */
        NEW,
        /** It had another label. */
        REVISED,
        /** It was a row, and is none any more. */
        REMOVED
    }
}
