package dev.tidemark.functions.audit;

import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.ArchiveLog;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.tile.ItemKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Archive and checkpoints that refuse further reads once it is time to stop, so that a replay ends between two objects.
 */
record TimedReads(BooleanSupplier isTimeToStop) {

    /** The replay was stopped; its result is incomplete and means nothing. */
    static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Stopped() {
            super("it was time to stop before everything was read", null, false, false);
        }
    }

    HistoryPorts of(HistoryPorts ports) {
        return new HistoryPorts(
                new TimedArchive(ports.archive(), this),
                ports.redrives(),
                new TimedCheckpoints(ports.checkpoints(), this),
                ports.control(),
                ports.inputs());
    }

    private <T> CompletableFuture<T> unlessTimeIsUp(Supplier<CompletableFuture<T>> read) {
        return isTimeToStop.getAsBoolean() ? CompletableFuture.failedFuture(new Stopped()) : read.get();
    }

    private record TimedArchive(ArchiveLog archive, TimedReads timed) implements ArchiveLog {

        @Override
        public CompletableFuture<Listing> list(String streamName, long fromMillis, long toMillis) {
            return timed.unlessTimeIsUp(() -> archive.list(streamName, fromMillis, toMillis));
        }

        @Override
        public CompletableFuture<Archive.Segment> read(SegmentRef ref) {
            return timed.unlessTimeIsUp(() -> archive.read(ref));
        }
    }

    private record TimedCheckpoints(CheckpointStore checkpoints, TimedReads timed) implements CheckpointStore {

        @Override
        public CompletableFuture<List<String>> list() {
            return timed.unlessTimeIsUp(checkpoints::list);
        }

        @Override
        public CompletableFuture<Manifest> manifest(String id) {
            return timed.unlessTimeIsUp(() -> checkpoints.manifest(id));
        }

        @Override
        public CompletableFuture<List<Found>> read(Manifest manifest, int bucket) {
            return timed.unlessTimeIsUp(() -> checkpoints.read(manifest, bucket));
        }

        @Override
        public CompletableFuture<List<Found>> read(Manifest manifest, int bucket, Predicate<ItemKey> wanted) {
            return timed.unlessTimeIsUp(() -> checkpoints.read(manifest, bucket, wanted));
        }
    }
}
