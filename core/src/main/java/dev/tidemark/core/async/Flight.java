package dev.tidemark.core.async;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs asynchronous tasks with a bound on how many are in flight. Owns no thread: the next task starts on the thread
 * that completed the one before. Once {@code stop} says so no further task is started, and tasks not started count as
 * failed; started tasks are waited for (rule F9).
 *
 * @param <T> a task
 */
public final class Flight<T> {

    private final Deque<T> waiting;
    private final int maxInFlight;
    private final BooleanSupplier stop;
    private final Function<T, CompletableFuture<Boolean>> start;
    private final BiConsumer<T, @Nullable Throwable> failed;
    private final CompletableFuture<Void> landed = new CompletableFuture<>();
    private int inFlight;
    private boolean pumping;

    private Flight(
            List<T> tasks,
            int maxInFlight,
            BooleanSupplier stop,
            Function<T, CompletableFuture<Boolean>> start,
            BiConsumer<T, @Nullable Throwable> failed) {
        this.waiting = new ArrayDeque<>(tasks);
        this.maxInFlight = maxInFlight;
        this.stop = stop;
        this.start = start;
        this.failed = failed;
    }

    /**
     * @param start begins a task; its future says whether the task succeeded, and may complete exceptionally
     * @param failed told every task that failed or was never started, with the exception if it ended in one; called by one
     *     thread at a time
     * @return completes when every started task has; exceptionally only if {@code failed} or {@code stop} throw
     */
    public static <T> CompletableFuture<Void> run(
            List<T> tasks,
            int maxInFlight,
            BooleanSupplier stop,
            Function<T, CompletableFuture<Boolean>> start,
            BiConsumer<T, @Nullable Throwable> failed) {
        Flight<T> flight = new Flight<>(tasks, maxInFlight, stop, start, failed);
        flight.pump();
        return flight.landed;
    }

    /**
     * Runs tasks until one fails; then no further one is started.
     *
     * @return completes when every started task has; exceptionally with the first failure
     */
    public static <T> CompletableFuture<Void> all(
            List<T> tasks, int maxInFlight, Function<T, CompletableFuture<Void>> start) {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        return run(
                        tasks,
                        maxInFlight,
                        () -> failure.get() != null,
                        task -> start.apply(task).thenApply(done -> true),
                        (task, error) -> failure.compareAndSet(null, error))
                .thenCompose(landed -> {
                    Throwable first = failure.get();
                    return first == null
                            ? CompletableFuture.completedFuture(null)
                            : CompletableFuture.failedFuture(first);
                });
    }

    /** Likewise, one task after the other. */
    public static <T> CompletableFuture<Void> inOrder(List<T> tasks, Function<T, CompletableFuture<Void>> start) {
        return all(tasks, /* maxInFlight= */ 1, start);
    }

    /** A task that completes at once calls back into this method; the flag turns that recursion into the loop. */
    @SuppressWarnings("FutureReturnValueIgnored") // What it completes with is told to end.
    private void pump() {
        synchronized (this) {
            if (pumping) {
                return;
            }
            pumping = true;
        }
        while (true) {
            T task;
            synchronized (this) {
                if (stop.getAsBoolean()) {
                    waiting.forEach(left -> failed.accept(left, null));
                    waiting.clear();
                }
                if (inFlight >= maxInFlight || waiting.isEmpty()) {
                    pumping = false;
                    if (inFlight == 0 && waiting.isEmpty()) {
                        landed.complete(null);
                    }
                    return;
                }
                task = waiting.removeFirst();
            }
            CompletableFuture<Boolean> begun = begin(task);
            if (!begun.isDone() || begun.isCompletedExceptionally() || !begun.join()) {
                synchronized (this) {
                    inFlight++;
                }
                begun.whenComplete((done, error) -> end(task, done, error));
            }
        }
    }

    private void end(T task, @Nullable Boolean done, @Nullable Throwable error) {
        try {
            landedOne(task, done, error);
        } catch (RuntimeException | Error e) {
            landed.completeExceptionally(e);
        }
    }

    private CompletableFuture<Boolean> begin(T task) {
        try {
            return start.apply(task);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void landedOne(T task, @Nullable Boolean done, @Nullable Throwable error) {
        synchronized (this) {
            inFlight--;
            if (error != null || !Boolean.TRUE.equals(done)) {
                failed.accept(task, error);
            }
        }
        pump();
    }
}
