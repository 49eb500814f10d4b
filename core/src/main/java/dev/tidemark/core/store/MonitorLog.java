package dev.tidemark.core.store;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What was found of each model: texts that are written once for a moment and never changed. */
public interface MonitorLog {

    /** What was written for a moment. */
    record Found(long atMillis, String text) {}

    /** Nothing was found, and nothing can be written. */
    MonitorLog EMPTY = new MonitorLog() {
        @Override
        public CompletableFuture<Optional<Found>> newest(String model, long afterMillis) {
            return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public CompletableFuture<Void> write(String model, long atMillis, String text) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("nothing can be written"));
        }
    };

    /**
     * What was written for the latest moment; empty if nothing was.
     *
     * @param afterMillis only what was written for a later moment
     */
    CompletableFuture<Optional<Found>> newest(String model, long afterMillis);

    /** Writes once; what is there for this moment stays. */
    CompletableFuture<Void> write(String model, long atMillis, String text);
}
