package dev.tidemark.aws;

import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a request is sent again: a random part of a limit that doubles each time, so that callers
 * that were throttled together do not retry together.
 *
 * @param scheduler completes a future later
 * @param jitter thread-safe, uniform in {@code [0, 1)}
 */
public record Backoff(Scheduler scheduler, DoubleSupplier jitter) {

    /** How often a request is sent in all before the caller gives up. */
    public static final int MAX_ATTEMPTS = 8;

    private static final long BASE_MILLIS = 50;
    private static final long LIMIT_MILLIS = 2_000;

    /** Completes a future later. */
    @FunctionalInterface
    public interface Scheduler {

        /** @param delayMillis at least 0 */
        CompletableFuture<Void> after(long delayMillis);
    }

    /**
     * Real time and real randomness: not that of a generator seeded once, which every sandbox restored from one SnapStart
     * snapshot would share.
     */
    public static Backoff system() {
        return new Backoff(Backoff::later, new SecureRandom()::nextDouble);
    }

    /**
     * Completes when the next attempt may be made.
     *
     * @param failures how often the request has failed in a row, at least 1
     */
    public CompletableFuture<Void> pause(int failures) {
        long limit = Math.min(LIMIT_MILLIS, BASE_MILLIS << Math.min(failures - 1, 16));
        return scheduler.after((long) (limit * jitter.getAsDouble()));
    }

    private static CompletableFuture<Void> later(long delayMillis) {
        Executor executor = CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS);
        return CompletableFuture.runAsync(() -> {}, executor);
    }
}
