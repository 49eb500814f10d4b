package dev.tidemark.core.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A cut log that answers at once. */
public final class InMemoryCutLog implements CutLog {

    /** By model. */
    public final Map<String, List<Cut>> cuts = new TreeMap<>();

    @Override
    public synchronized CompletableFuture<Long> last(String model) {
        return CompletableFuture.completedFuture((long) of(model).size());
    }

    @Override
    public synchronized CompletableFuture<Cut> read(String model, long number) {
        List<Cut> all = of(model);
        return number < 1 || number > all.size()
                ? CompletableFuture.failedFuture(new IllegalStateException("no cut " + number + " of model " + model))
                : CompletableFuture.completedFuture(all.get((int) number - 1));
    }

    @Override
    public synchronized CompletableFuture<Boolean> append(Cut cut) {
        List<Cut> all = of(cut.model());
        if (cut.number() > all.size() + 1) {
            throw new AssertionError("cut " + cut.number() + " after " + all.size());
        }
        if (cut.number() <= all.size()) {
            return CompletableFuture.completedFuture(
                    all.get((int) cut.number() - 1).equals(cut));
        }
        all.add(cut);
        return CompletableFuture.completedFuture(true);
    }

    private List<Cut> of(String model) {
        return cuts.computeIfAbsent(model, name -> new ArrayList<>());
    }
}
