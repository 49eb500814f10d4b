package dev.tidemark.core.event;

/**
 * Where a source's imported history ends and its stream begins (rule I2): a stream's event counts iff it happened at the
 * seam or later, an imported row iff it happened before. The event itself decides, so nothing counts twice, whatever
 * stream and export have in common.
 *
 * @param untilMillis the seam, an event time, milliseconds since the epoch
 * @param arrivalDelayMillis how long after it happened an imported row is taken to have arrived
 */
public record Seam(long untilMillis, long arrivalDelayMillis) {

    public Seam {
        if (untilMillis < 0 || arrivalDelayMillis < 0) {
            throw new IllegalArgumentException(
                    "seam at " + untilMillis + " with an arrival delay of " + arrivalDelayMillis + " ms");
        }
    }

    /** Whether an event counts. */
    public boolean counts(boolean isImported, long eventTimeMillis) {
        return isImported == eventTimeMillis < untilMillis;
    }
}
