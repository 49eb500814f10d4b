package dev.tidemark.core.store;

import java.util.concurrent.CompletableFuture;

/** Waiting, so that a test can decide how time passes. */
@FunctionalInterface
public interface Pause {

    /** Completes after about that many milliseconds; never exceptionally. */
    CompletableFuture<Void> millis(long millis);
}
