package dev.tidemark.core.archive;

/**
 * How much of each lane is fetched before it is asked for, so that fetching, decoding and folding overlap. What is fetched
 * is kept in memory, decoded, about ten times as large.
 *
 * @param segments how many segments, with the one that is wanted next; at least 1
 * @param bytes how many bytes as stored, but always one segment
 */
public record ReadAhead(int segments, long bytes) {

    public static final ReadAhead DEFAULT = new ReadAhead(8, 8L << 20);

    public ReadAhead {
        if (segments < 1 || bytes < 0) {
            throw new IllegalArgumentException("read " + segments + " segments or " + bytes + " bytes ahead");
        }
    }
}
