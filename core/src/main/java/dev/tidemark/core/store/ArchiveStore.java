package dev.tidemark.core.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The archive for its compaction. Nothing else deletes anything there. */
public interface ArchiveStore extends Archive, ArchiveLog {

    /**
     * Completes once the segment is durable, or an earlier one of the same lane, hour, first and last position is;
     * exceptionally if that is not certain.
     *
     * @return the stored segment; read it to know its content
     */
    CompletableFuture<SegmentRef> put(Segment segment);

    /** Completes once none of them exists; exceptionally if that is not certain. May be repeated. */
    CompletableFuture<Void> delete(List<SegmentRef> refs);
}
