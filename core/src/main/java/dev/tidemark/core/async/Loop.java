package dev.tidemark.core.async;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Asynchronous loops that need no deeper stack when the steps answer at once. */
public final class Loop {

    private Loop() {}

    /** Takes one step after the other until one answers false; completes exceptionally when one does. */
    public static CompletableFuture<Void> whileTrue(Supplier<CompletableFuture<Boolean>> step) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        run(step, end);
        return end;
    }

    private static void run(Supplier<CompletableFuture<Boolean>> step, CompletableFuture<Void> end) {
        boolean goesOn = true;
        while (goesOn) {
            CompletableFuture<Boolean> next = taken(step);
            if (!next.isDone() || next.isCompletedExceptionally()) {
                wait(next, step, end);
                return;
            }
            goesOn = next.join();
        }
        end.complete(null);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it ends in is the end.
    private static void wait(
            CompletableFuture<Boolean> next, Supplier<CompletableFuture<Boolean>> step, CompletableFuture<Void> end) {
        next.whenComplete((goesOn, failure) -> {
                    if (failure != null) {
                        end.completeExceptionally(failure);
                    } else if (goesOn) {
                        run(step, end);
                    } else {
                        end.complete(null);
                    }
                })
                .whenComplete((goesOn, failure) -> {
                    // An exception of the next steps is seen only here, and must end the loop.
                    if (failure != null) {
                        end.completeExceptionally(failure);
                    }
                });
    }

    private static CompletableFuture<Boolean> taken(Supplier<CompletableFuture<Boolean>> step) {
        try {
            return step.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
