package dev.tidemark.core.change;

import dev.tidemark.core.async.Rests;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.Pause;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Repeats a conditional write until it is confirmed, or its condition is known to have failed. */
final class RepeatedWrite {

    private static final int MAX_TRIES = 10;
    private static final Rests RESTS = new Rests(/* firstMillis= */ 25, /* longestMillis= */ 5_000);

    private final Pause pause;
    private final RandomGenerator random;

    RepeatedWrite(Pause pause, RandomGenerator random) {
        this.pause = pause;
        this.random = random;
    }

    /** @return completes with {@link Cas.Stored} or {@link Cas.Conflict}; exceptionally if every try failed */
    <T> CompletableFuture<Cas<T>> untilKnown(Supplier<CompletableFuture<Cas<T>>> write) {
        return write(write, 1);
    }

    private <T> CompletableFuture<Cas<T>> write(Supplier<CompletableFuture<Cas<T>>> write, int attempt) {
        return write.get().exceptionally(Cas.Unknown::new).thenCompose(result -> {
            Throwable failure = Cas.failure(result).orElse(null);
            if (failure == null) {
                return CompletableFuture.completedFuture(result);
            }
            if (attempt == MAX_TRIES) {
                return CompletableFuture.failedFuture(failure);
            }
            return pause.millis(RESTS.millis(attempt, random)).thenCompose(paused -> write(write, attempt + 1));
        });
    }
}
