package dev.tidemark.core.archive;

/**
 * What is compacted, and into what.
 *
 * @param targetBytes segments are merged until they have as many bytes together, compressed as they are stored; one of half
 *     as many is left alone
 * @param maxOpenBytes what the records of one merged segment may take in memory, about; a merge ends there although it
 *     has not reached its target
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
