package dev.tidemark.functions.audit;

import dev.tidemark.core.port.Archive;
import dev.tidemark.core.port.ArchiveLog;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** An archive that is not read any more when it is time to stop, so that a replay ends between two segments. */
record TimedArchive(ArchiveLog archive, BooleanSupplier isTimeToStop) implements ArchiveLog {

    /** The replay was stopped; what it had found until then says nothing. */
    static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Stopped() {
            super("it was time to stop before the archive was read to its end", null, false, false);
        }
    }

    @Override
    public CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis) {
        return isTimeToStop.getAsBoolean()
                ? CompletableFuture.failedFuture(new Stopped())
                : archive.list(streamName, fromMillis, toMillis);
    }

    @Override
    public CompletableFuture<Archive.Segment> read(SegmentRef ref) {
        return isTimeToStop.getAsBoolean() ? CompletableFuture.failedFuture(new Stopped()) : archive.read(ref);
    }
}
