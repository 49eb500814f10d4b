package dev.tidemark.core.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A training log that answers at once. */
public final class InMemoryTrainingLog implements TrainingLog {

    private final Map<String, List<Entry>> entries = new HashMap<>();

    /** What is stored for a model, in order. */
    public synchronized List<Entry> entries(String model) {
        return entries.computeIfAbsent(model, name -> new ArrayList<>());
    }

    @Override
    public synchronized CompletableFuture<Long> last(String model, long after) {
        return CompletableFuture.completedFuture((long) entries(model).size());
    }

    @Override
    public synchronized CompletableFuture<Entry> read(String model, long number) {
        return CompletableFuture.completedFuture(entries(model).get((int) number - 1));
    }

    @Override
    public synchronized CompletableFuture<Boolean> append(String model, Entry entry) {
        List<Entry> stored = entries(model);
        if (entry.number() > stored.size() + 1) {
            throw new AssertionError("entry " + entry.number() + " after " + stored.size());
        }
        if (entry.number() <= stored.size()) {
            return CompletableFuture.completedFuture(
                    stored.get((int) entry.number() - 1).equals(entry));
        }
        stored.add(entry);
        return CompletableFuture.completedFuture(true);
    }
}
