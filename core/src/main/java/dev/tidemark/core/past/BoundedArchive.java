package dev.tidemark.core.past;

import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.ArchiveLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** An archive with a bound on what one question may read. One per question. */
public final class BoundedArchive implements ArchiveLog {

    /** A smaller segment costs as much as this size: a request. */
    private static final long MIN_SEGMENT_BYTES = 64 * 1024;

    private final ArchiveLog archive;
    private final long maxBytes;
    private final AtomicLong read = new AtomicLong();

    /** @param maxBytes as stored, compressed; a segment counts as 64 KiB at least */
    public BoundedArchive(ArchiveLog archive, long maxBytes) {
        this.archive = archive;
        this.maxBytes = maxBytes;
    }

    @Override
    public CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis) {
        return archive.list(streamName, fromMillis, toMillis);
    }

    /** Completes with {@link Unanswerable} if the bound is exceeded. */
    @Override
    public CompletableFuture<Archive.Segment> read(SegmentRef ref) {
        long bytes = read.addAndGet(Math.max(MIN_SEGMENT_BYTES, ref.bytes()));
        if (bytes > maxBytes) {
            return CompletableFuture.failedFuture(new Unanswerable(
                    "the answer needs more than " + maxBytes + " bytes of the archive (a segment counts as "
                            + MIN_SEGMENT_BYTES + " at least): no checkpoint lies shortly before that moment",
                    "ask with `tidemark get --direct`, which reads as much as it takes, take checkpoints more often, or "
                            + "let TIDEMARK_REPLAY_MAX_BYTES allow more"));
        }
        return archive.read(ref);
    }
}
