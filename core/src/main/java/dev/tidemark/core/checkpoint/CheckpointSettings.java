package dev.tidemark.core.checkpoint;

/**
 * How a checkpoint is taken.
 *
 * @param scanSegments into how many parts the scan of the state table is divided: one must be scanned well within the
 *     time of one invocation, so a larger table needs more
 * @param buckets into how many parts the items are divided by their partition key
 * @param parallelScans how many scan segments are scanned at once
 * @param maxBufferedBytes how many bytes of items are kept in memory, over all scans
 */
public record CheckpointSettings(int scanSegments, int buckets, int parallelScans, long maxBufferedBytes) {

    public static final CheckpointSettings DEFAULT = new CheckpointSettings(16, 16, 8, 256L << 20);

    /** DynamoDB's limit. */
    private static final int MAX_SCAN_SEGMENTS = 1_000_000;

    public CheckpointSettings {
        boolean outOfRange = scanSegments < 1 || scanSegments > MAX_SCAN_SEGMENTS || buckets < 1;
        if (outOfRange || parallelScans < 1 || maxBufferedBytes < 1) {
            throw new IllegalArgumentException("checkpoint settings out of range: " + scanSegments
                    + " scan segments, " + buckets + " buckets, " + parallelScans + " at once, " + maxBufferedBytes
                    + " bytes");
        }
    }

    /** The size at which the items of a bucket are written as an object. */
    long objectBytes(int bucketsInUse) {
        return Math.max(1, maxBufferedBytes / ((long) parallelScans * bucketsInUse));
    }
}
