package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The archive for readers (rule F7): a listing, and the segments' content. Reads are strongly consistent. */
public interface ArchiveLog {

    /**
     * The segments of a stream, of all lanes, whose first record arrived between two moments, to the hour; and all segments
     * of imports, whose arrivals are assumed ones and say nothing about when they were archived.
     *
     * @param fromMillis milliseconds since the epoch; segments of the same hour are listed; {@link Long#MIN_VALUE} for all
     * @param toMillis likewise; {@link Long#MAX_VALUE} for all
     * @return complete, in no particular order
     */
    CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis);

    /**
     * Reads a segment. Its lane, first and last position are the reference's; otherwise this completes with a {@link
     * DamagedArchive}. That is {@link DamagedArchive.Kind#MISSING} if the segment does not exist, for instance because
     * it was compacted after the listing.
     */
    CompletableFuture<Archive.Segment> read(SegmentRef ref);

    /**
     * What is in the archive.
     *
     * @param foreignKeys the keys of objects among the segments that are none: never read, but to be reported
     */
    record Listing(List<SegmentRef> segments, List<String> foreignKeys) {

        public Listing {
            segments = List.copyOf(segments);
            foreignKeys = List.copyOf(foreignKeys);
        }
    }

    /**
     * A segment as described by its key.
     *
     * @param first the position of its first record
     * @param last the position of its last record
     * @param hourStartMillis when the hour began in which its first record arrived, or in which the import was whose rows it
     *     has, milliseconds since the epoch
     * @param bytes how large it is as stored, compressed
     */
    record SegmentRef(String key, String laneId, Position first, Position last, long hourStartMillis, long bytes) {

        /** By first position; of segments that begin at the same one, the longest first. */
        public static final Comparator<SegmentRef> ORDER = Comparator.comparing(SegmentRef::first)
                .thenComparing(SegmentRef::last, Comparator.reverseOrder())
                .thenComparing(SegmentRef::key);

        public SegmentRef {
            if (first.isAfter(last) || first.equals(Position.ORIGIN)) {
                throw new IllegalArgumentException(
                        "segment " + key + " from " + first.text() + " to " + last.text() + ": no such positions");
            }
            if (bytes < 0) {
                throw new IllegalArgumentException("segment " + key + " of " + bytes + " bytes");
            }
        }

        /** Whether all positions of the other segment, of the same lane, are within this one. */
        public boolean covers(SegmentRef other) {
            return first.compareTo(other.first) <= 0 && last.compareTo(other.last) >= 0;
        }
    }
}
