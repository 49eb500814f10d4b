package dev.tidemark.core.past;

import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.store.ItemStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Checkpoints in memory, and which of their buckets were read. */
public final class SnapshotCheckpoints implements CheckpointStore {

    public final TreeMap<String, Manifest> manifests = new TreeMap<>();
    public final Map<String, List<ItemStore.Found>> items = new HashMap<>();
    public final List<String> bucketsRead = new ArrayList<>();
    public String damaged = "";

    @Override
    public CompletableFuture<List<String>> list() {
        return CompletableFuture.completedFuture(List.copyOf(manifests.keySet()));
    }

    @Override
    public CompletableFuture<Manifest> manifest(String id) {
        return CompletableFuture.completedFuture(Objects.requireNonNull(manifests.get(id)));
    }

    @Override
    public CompletableFuture<List<ItemStore.Found>> read(Manifest manifest, int bucket) {
        bucketsRead.add(manifest.id() + " " + bucket);
        if (damaged.equals(manifest.id())) {
            return CompletableFuture.failedFuture(
                    new DamagedCheckpoint("checkpoint/" + damaged, "made so by the test"));
        }
        return CompletableFuture.completedFuture(Objects.requireNonNull(items.get(manifest.id())).stream()
                .filter(item -> manifest.positions().bucketOf(item.key()) == bucket)
                .toList());
    }
}
