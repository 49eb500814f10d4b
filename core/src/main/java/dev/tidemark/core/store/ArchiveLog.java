package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The archive as a reader finds it (rule F7): what is there, and what it holds. Reads are strongly consistent. */
public interface ArchiveLog {

    /**
     * The segments of a stream, of all lanes, whose first record arrived between two moments, to the hour.
     *
     * @param fromMillis milliseconds since the epoch; segments of the same hour are listed; {@link Long#MIN_VALUE} for all
     * @param toMillis likewise; {@link Long#MAX_VALUE} for all
     * @return complete, in no particular order
     */
    CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis);

    /**
     * Reads a segment. What it holds is what the reference says: lane, first and last position. Completes with a {@link
     * DamagedArchive} if it is not so: {@link DamagedArchive.Kind#MISSING} if the segment is not there, which is also so
     * when it was compacted since it was listed.
     */
    CompletableFuture<Archive.Segment> read(SegmentRef ref);

    /**
     * What is in the archive.
     *
     * @param foreignKeys what lies among the segments and is none, by its key: never read, and to be named to somebody
     */
    record Listing(List<SegmentRef> segments, List<String> foreignKeys) {

        public Listing {
            segments = List.copyOf(segments);
            foreignKeys = List.copyOf(foreignKeys);
        }
    }

    /**
     * A segment by what its key says.
     *
     * @param first the position of its first record
     * @param last the position of its last record
     * @param hourStartMillis when the hour began in which its first record arrived, milliseconds since the epoch
     * @param bytes how large it is as stored, compressed
     */
    record SegmentRef(String key, String laneId, Position first, Position last, long hourStartMillis, long bytes) {

        /** In the order of their first positions; the longest of those that begin at the same one first. */
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

        /** Whether all positions of the other segment, which is of the same lane, lie within this one. */
        public boolean covers(SegmentRef other) {
            return first.compareTo(other.first) <= 0 && last.compareTo(other.last) >= 0;
        }
    }
}
