package dev.tidemark.core.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A quarantine that answers at once. */
public final class InMemoryQuarantine implements Quarantine {

    /** By view version, lane and position. */
    public final Map<String, Entry> entries = new TreeMap<>();

    /** What was put again. */
    public final Set<String> keptTwice = new TreeSet<>();

    /** How many times entries were kept. */
    public int puts;

    /** Which entries cannot be written. */
    public Predicate<Entry> failing = entry -> false;

    @Override
    public synchronized CompletableFuture<Void> put(List<Entry> together) {
        if (together.stream().anyMatch(failing)) {
            return CompletableFuture.failedFuture(new TimeoutException("quarantine"));
        }
        puts++;
        for (Entry entry : together) {
            String place = entry.viewVersion() + " " + entry.lane().id() + " "
                    + entry.record().position().text();
            if (entries.put(place, entry) != null) {
                keptTwice.add(place);
            }
        }
        return CompletableFuture.completedFuture(null);
    }
}
