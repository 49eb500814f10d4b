package dev.tidemark.core.store;

import dev.tidemark.core.store.ItemStore.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Checkpoints that answer at once. */
public final class InMemoryCheckpoints implements CheckpointStore, CheckpointWriter {

    public final Map<String, Positions> positions = new TreeMap<>();
    public final Map<String, Map<Integer, ScanSegment>> segments = new TreeMap<>();
    public final Map<String, Manifest> manifests = new TreeMap<>();

    /** Objects by key. */
    public final Map<String, List<Found>> objects = new TreeMap<>();

    /** Whether the coming write is not done. */
    public BooleanSupplier refused = () -> false;

    @Override
    public CompletableFuture<List<String>> list() {
        return CompletableFuture.completedFuture(List.copyOf(manifests.keySet()));
    }

    @Override
    public CompletableFuture<Manifest> manifest(String id) {
        Manifest manifest = manifests.get(id);
        return manifest == null
                ? CompletableFuture.failedFuture(new DamagedCheckpoint(id, "it is missing"))
                : CompletableFuture.completedFuture(manifest);
    }

    @Override
    public CompletableFuture<List<Found>> read(Manifest manifest, int bucket) {
        List<Found> items = new ArrayList<>();
        for (StoredObject object : manifest.objectsOf(bucket)) {
            List<Found> stored = objects.get(object.key());
            if (stored == null) {
                return CompletableFuture.failedFuture(new DamagedCheckpoint(object.key(), "it is missing"));
            }
            items.addAll(stored);
        }
        return CompletableFuture.completedFuture(CheckpointStore.newest(items));
    }

    @Override
    public CompletableFuture<List<String>> begun() {
        return CompletableFuture.completedFuture(List.copyOf(positions.keySet()));
    }

    @Override
    public CompletableFuture<Optional<Positions>> positions(String id) {
        return CompletableFuture.completedFuture(Optional.ofNullable(positions.get(id)));
    }

    @Override
    public CompletableFuture<Void> fix(Positions fixed) {
        return write(() -> positions.putIfAbsent(fixed.id(), fixed));
    }

    @Override
    public CompletableFuture<Map<Integer, ScanSegment>> scanned(Positions of) {
        return CompletableFuture.completedFuture(Map.copyOf(segments.getOrDefault(of.id(), Map.of())));
    }

    @Override
    public CompletableFuture<StoredObject> write(Positions of, Place place, List<Found> items) {
        String key = of.id() + " " + place;
        return write(() -> {
                    if (objects.putIfAbsent(key, List.copyOf(items)) != null) {
                        throw new AssertionError("two write " + key);
                    }
                })
                .thenApply(done -> new StoredObject(key, place.bucket(), items.size(), "", items.size()));
    }

    @Override
    public CompletableFuture<Void> complete(Positions of, ScanSegment segment) {
        return write(
                () -> segments.computeIfAbsent(of.id(), id -> new TreeMap<>()).putIfAbsent(segment.segment(), segment));
    }

    @Override
    public CompletableFuture<Void> publish(Manifest manifest) {
        return write(() -> manifests.putIfAbsent(manifest.id(), manifest));
    }

    @Override
    public CompletableFuture<Void> delete(String id) {
        manifests.remove(id);
        segments.remove(id);
        objects.keySet().removeIf(key -> key.startsWith(id));
        positions.remove(id);
        return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> write(Runnable write) {
        if (refused.getAsBoolean()) {
            return CompletableFuture.failedFuture(new TimeoutException("checkpoint"));
        }
        write.run();
        return CompletableFuture.completedFuture(null);
    }
}
