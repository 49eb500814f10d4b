package dev.tidemark.local;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Started parts, closed once in the opposite order. Thread-safe. */
final class StartedParts implements AutoCloseable {

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final List<CompletableFuture<?>> starting = new ArrayList<>();

    synchronized <C extends AutoCloseable> C add(C closeable) {
        started.push(closeable);
        return closeable;
    }

    /** A part that may still be starting; closing waits for it. */
    synchronized void await(CompletableFuture<?> future) {
        starting.add(future);
    }

    /** Closes because of an error, to which errors of closing are added. */
    void closeAfter(Throwable cause) {
        try {
            close();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        waitForStarts();
        IllegalStateException failure = null;
        AutoCloseable next = poll();
        while (next != null) {
            try {
                next.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("something did not close: " + e.getMessage(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
            next = poll();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void waitForStarts() {
        List<CompletableFuture<?>> waiting;
        synchronized (this) {
            waiting = List.copyOf(starting);
        }
        // A failed start is reported to its caller.
        waiting.forEach(future -> future.handle((started, failed) -> true).join());
    }

    private synchronized @Nullable AutoCloseable poll() {
        return started.poll();
    }
}
