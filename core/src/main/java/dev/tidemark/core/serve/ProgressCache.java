package dev.tidemark.core.serve;

import dev.tidemark.core.store.ControlStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link Progress} at most once per maximum age, so that a question rarely waits for it. Thread-safe; a failed
 * read is not kept.
 */
public final class ProgressCache {

    /** The query function's. */
    public static final long DEFAULT_MAX_AGE_MILLIS = 1_000;

    private final ControlStore store;
    private final long maxAgeMillis;
    private final AtomicReference<@Nullable Entry> cached = new AtomicReference<>();

    private record Entry(long startedMillis, CompletableFuture<Progress> progress) {}

    public ProgressCache(ControlStore store, long maxAgeMillis) {
        this.store = store;
        this.maxAgeMillis = maxAgeMillis;
    }

    /**
     * Rows read at most the maximum age ago. The age counts from the start of the read, so a read from before a sandbox
     * was suspended is not fresh, nor one from a clock that was ahead.
     */
    public CompletableFuture<Progress> get(long nowMillis) {
        Entry entry = cached.get();
        if (entry != null && isFresh(entry, nowMillis)) {
            return entry.progress();
        }
        Entry next = new Entry(nowMillis, read());
        // Two callers may both read; both results are right, and the later one is kept.
        cached.set(next);
        return next.progress();
    }

    private boolean isFresh(Entry entry, long nowMillis) {
        long age = nowMillis - entry.startedMillis();
        return age >= 0 && age <= maxAgeMillis && !entry.progress().isCompletedExceptionally();
    }

    private CompletableFuture<Progress> read() {
        return StoreUnavailable.wrap(store.readControl())
                .thenCombine(
                        StoreUnavailable.wrap(store.readLanes()),
                        (control, lanes) -> new Progress(control.orElse(null), lanes));
    }
}
