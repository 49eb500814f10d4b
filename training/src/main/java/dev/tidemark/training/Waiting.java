package dev.tidemark.training;

import java.util.Collection;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for futures on a thread that has nothing else to do. */
final class Waiting {

    private Waiting() {}

    /** The result; a failure as it is, not wrapped. */
    static <T> T on(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** To be called regularly by work that becomes useless if other work has failed. */
    static void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("stopped, because something else has failed");
        }
    }

    /** Until all are done, or one has failed. */
    static void onAll(Collection<CompletableFuture<Void>> futures) {
        CompletableFuture<Void> all = CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new));
        for (CompletableFuture<Void> future : futures) {
            var unused = future.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    all.completeExceptionally(failure);
                }
            });
        }
        on(all);
    }
}
