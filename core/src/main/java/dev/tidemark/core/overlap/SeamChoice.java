package dev.tidemark.core.overlap;

/**
 * A seam that could be chosen, and what would come of it.
 *
 * @param untilMillis the seam: the export counts before it, the stream from it on
 * @param lost events that would count on neither side
 * @param twice events that would count on both
 */
public record SeamChoice(long untilMillis, long lost, long twice) {

    /** How many events would be wrong. */
    public long wrong() {
        return lost + twice;
    }
}
