package dev.tidemark.local.mapping;

/**
 * A fault dial: how often a batch that succeeded is delivered again, as happens when the report of its success is
 * lost or a second poller works from an older position.
 *
 * @param probability after each success, at least 0 and below 1
 * @param maxRewind how many records before the batch's end the next delivery may begin; 0: always the same batch again
 */
public record Redelivery(double probability, int maxRewind) {

    /** Never. */
    public static final Redelivery NEVER = new Redelivery(0, 0);

    public Redelivery {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("redelivery probability not in [0, 1): " + probability);
        }
        if (maxRewind < 0) {
            throw new IllegalArgumentException("negative rewind: " + maxRewind);
        }
    }
}
