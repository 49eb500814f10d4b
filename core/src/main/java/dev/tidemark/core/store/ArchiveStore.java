package dev.tidemark.core.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The archive for its compaction, the only one who deletes anything there. */
public interface ArchiveStore extends Archive, ArchiveLog {

    /**
     * Completes once the segment is durable, or another one of the same lane, hour, first and last position is, which was
     * there before; exceptionally when that is not certain.
     *
     * @return what is there now; to know what it holds, read it
     */
    CompletableFuture<SegmentRef> put(Segment segment);

    /** Completes once none of them is there; exceptionally when that is not certain. Again is harmless. */
    CompletableFuture<Void> delete(List<SegmentRef> refs);
}
