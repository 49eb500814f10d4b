package dev.tidemark.core.store;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Snapshots of references in memory; a list that fails, as S3 may, and one that is counted. */
public class InMemoryReferenceLog implements ReferenceLog {

    public final Map<String, Map<Long, Manifest>> manifests = new ConcurrentHashMap<>();
    public final Map<String, byte[]> rows = new ConcurrentHashMap<>();
    public boolean isDown;
    public int lists;
    public int rowReads;

    @Override
    public CompletableFuture<Long> last(String name, long after) {
        lists++;
        return isDown
                ? CompletableFuture.failedFuture(new IllegalStateException("the list does not answer"))
                : CompletableFuture.completedFuture((long) of(name).size());
    }

    @Override
    public CompletableFuture<Manifest> read(String name, long number) {
        return CompletableFuture.completedFuture(Objects.requireNonNull(of(name).get(number)));
    }

    @Override
    public CompletableFuture<byte[]> rows(Manifest manifest) {
        rowReads++;
        return CompletableFuture.completedFuture(Objects.requireNonNull(rows.get(manifest.sha256())));
    }

    @Override
    public CompletableFuture<Void> storeRows(String name, String sha256, byte[] content) {
        rows.put(sha256, content);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> append(Manifest manifest) {
        Manifest there = of(manifest.name()).putIfAbsent(manifest.number(), manifest);
        return CompletableFuture.completedFuture(there == null || there.equals(manifest));
    }

    private Map<Long, Manifest> of(String name) {
        return manifests.computeIfAbsent(name, added -> new TreeMap<>());
    }
}
