package dev.tidemark.core.port;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A quarantine that answers at once. */
public final class InMemoryQuarantine implements Quarantine {

    /** By view version, lane and position. */
    public final Map<String, Entry> entries = new TreeMap<>();

    /** Which entries cannot be written. */
    public Predicate<Entry> failing = entry -> false;

    @Override
    public synchronized CompletableFuture<Void> put(Entry entry) {
        if (failing.test(entry)) {
            return CompletableFuture.failedFuture(new TimeoutException("quarantine"));
        }
        entries.put(
                entry.viewVersion() + " " + entry.lane().id() + " "
                        + entry.record().position().text(),
                entry);
        return CompletableFuture.completedFuture(null);
    }
}
