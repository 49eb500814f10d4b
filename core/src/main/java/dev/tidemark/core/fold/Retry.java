package dev.tidemark.core.fold;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Tries a write again after a growing, randomly spread pause (full jitter), a bounded number of times and not once the
 * invocation is about to end. A write must be of a kind that may be issued twice.
 */
final class Retry {

    private static final long FIRST_PAUSE_MILLIS = 25;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final FoldPorts ports;
    private final int maxAttempts;
    private final BooleanSupplier stop;
    private final LongAdder retries;

    Retry(FoldPorts ports, int maxAttempts, BooleanSupplier stop, LongAdder retries) {
        this.ports = ports;
        this.maxAttempts = maxAttempts;
        this.stop = stop;
        this.retries = retries;
    }

    /**
     * @param attempt the number of the attempt that just ended, from 1
     * @param giveUp the result when there is no further attempt
     */
    <T> CompletableFuture<T> after(int attempt, Supplier<CompletableFuture<T>> next, T giveUp) {
        if (attempt >= maxAttempts || stop.getAsBoolean()) {
            return CompletableFuture.completedFuture(giveUp);
        }
        retries.increment();
        long bound = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt, 10));
        long pause = 1 + ports.random().nextLong(bound);
        return ports.pause()
                .millis(pause)
                .thenCompose(ignored -> stop.getAsBoolean() ? CompletableFuture.completedFuture(giveUp) : next.get());
    }
}
