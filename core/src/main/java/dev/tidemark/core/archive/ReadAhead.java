package dev.tidemark.core.archive;

/**
 * How much of each lane is fetched in advance, so that fetching, decoding and folding overlap. Fetched segments are
 * kept in memory decoded, about ten times as large.
 *
 * @param segments how many segments, including the next one; at least 1
 * @param bytes how many bytes as stored, but always at least one segment
 */
public record ReadAhead(int segments, long bytes) {

    public static final ReadAhead DEFAULT = new ReadAhead(8, 8L << 20);

    public ReadAhead {
        if (segments < 1 || bytes < 0) {
            throw new IllegalArgumentException("read " + segments + " segments or " + bytes + " bytes ahead");
        }
    }
}
