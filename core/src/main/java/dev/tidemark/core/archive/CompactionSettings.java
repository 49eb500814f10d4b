package dev.tidemark.core.archive;

/**
 * What to compact, and how large the result may be.
 *
 * @param targetBytes segments are merged until together they have this many bytes, as stored (compressed); a segment of
 *     half this size is left alone
 * @param maxOpenBytes about how much memory the records of one merged segment may take; a merge ends there even below
 *     its target
 * @param ageMillis how long ago an hour must have ended
 */
public record CompactionSettings(long targetBytes, long maxOpenBytes, long ageMillis) {

    public static final CompactionSettings DEFAULT = new CompactionSettings(4L << 20, 96L << 20, 2 * 3_600_000L);

    public CompactionSettings {
        if (targetBytes < 1 || maxOpenBytes < 1 || ageMillis < 0) {
            throw new IllegalArgumentException("compaction into segments of " + targetBytes + " bytes, open "
                    + maxOpenBytes + ", of hours that ended " + ageMillis + " ms ago");
        }
    }
}
