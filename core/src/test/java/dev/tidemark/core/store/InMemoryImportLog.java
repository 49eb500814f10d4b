package dev.tidemark.core.store;

import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Manifests of imports that are there at once. */
public final class InMemoryImportLog implements ImportLog {

    public final TreeMap<Long, Manifest> manifests = new TreeMap<>();

    @Override
    public synchronized CompletableFuture<Long> known() {
        return CompletableFuture.completedFuture((long) manifests.size());
    }

    @Override
    public synchronized CompletableFuture<Manifest> read(long number) {
        return CompletableFuture.completedFuture(Objects.requireNonNull(manifests.get(number), "import " + number));
    }

    @Override
    public synchronized CompletableFuture<Boolean> append(Manifest manifest) {
        Manifest stored = manifests.putIfAbsent(manifest.number(), manifest);
        return CompletableFuture.completedFuture(stored == null || stored.equals(manifest));
    }
}
