package dev.tidemark.core.history;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints that a replay may begin with. They are listed once and each manifest is read once, so each job makes
 * its own: it does not see later checkpoints.
 */
public final class Checkpoints {

    private final CheckpointStore store;
    private final Supplier<CompletableFuture<List<String>>> list;
    private final Map<String, CompletableFuture<Manifest>> manifests = new ConcurrentHashMap<>();
    private @Nullable CompletableFuture<List<String>> ids;

    /** Whether a replay can begin with a checkpoint, and if not, where to search on. */
    public enum Fit {
        /** No, but it may with an older one. */
        TOO_NEW,
        FITS,
        /** No, but it may with a newer one. */
        TOO_OLD
    }

    private Checkpoints(CheckpointStore store, Supplier<CompletableFuture<List<String>>> list) {
        this.store = store;
        this.list = list;
    }

    /** All that are complete. */
    public static Checkpoints all(CheckpointStore store) {
        return new Checkpoints(store, store::list);
    }

    /** Only this one. */
    public static Checkpoints only(CheckpointStore store, String id) {
        return new Checkpoints(store, () -> CompletableFuture.completedFuture(List.of(id)));
    }

    /** No checkpoint: everything is read from the archive. */
    public static Checkpoints none(CheckpointStore store) {
        return new Checkpoints(store, () -> CompletableFuture.completedFuture(List.of()));
    }

    /**
     * Whether a checkpoint holds all of a view that was known at a moment, and nothing else (rule T1). One that was
     * fixed after the moment may lack items that expired meanwhile, even without new arrivals.
     */
    public static Fit asOf(Manifest manifest, View view, long atMillis) {
        return manifest.serves(atMillis) && manifest.timeMillis() <= atMillis ? complete(manifest, view) : Fit.TOO_NEW;
    }

    /** Whether the view was complete when the checkpoint was taken: not still backfilling, and not retired. */
    public static Fit complete(Manifest manifest, View view) {
        ViewStatus status = manifest.positions().control().views().get(view.version());
        if (status == ViewStatus.RETIRED) {
            return Fit.TOO_NEW;
        }
        return status != null && status.isComplete() ? Fit.FITS : Fit.TOO_OLD;
    }

    /**
     * The newest that fits, by binary search: those after one that is too new are too new, those before one that is too
     * old are too old. Completes with {@link dev.tidemark.core.store.DamagedCheckpoint} if one on the way cannot be
     * read.
     */
    public CompletableFuture<Optional<Manifest>> newest(Function<Manifest, Fit> fit) {
        return ids().thenCompose(all -> newest(all, 0, all.size(), null, fit));
    }

    /** The newest that fits and is older than this one. */
    public CompletableFuture<Optional<Manifest>> newestBefore(String id, Function<Manifest, Fit> fit) {
        return ids().thenCompose(all -> {
            int count =
                    (int) all.stream().filter(other -> other.compareTo(id) < 0).count();
            return newest(all, 0, count, null, fit);
        });
    }

    private CompletableFuture<Optional<Manifest>> newest(
            List<String> all, int from, int to, @Nullable Manifest best, Function<Manifest, Fit> fit) {
        if (from >= to) {
            return CompletableFuture.completedFuture(Optional.ofNullable(best));
        }
        int middle = (from + to) >>> 1;
        return manifest(all.get(middle)).thenCompose(manifest -> switch (fit.apply(manifest)) {
            case TOO_NEW -> newest(all, from, middle, best, fit);
            case FITS -> newest(all, middle + 1, to, manifest, fit);
            case TOO_OLD -> newest(all, middle + 1, to, best, fit);
        });
    }

    private synchronized CompletableFuture<List<String>> ids() {
        CompletableFuture<List<String>> known = ids;
        if (known == null) {
            known = list.get();
            ids = known;
        }
        return known;
    }

    private CompletableFuture<Manifest> manifest(String id) {
        return manifests.computeIfAbsent(id, store::manifest);
    }

    /**
     * The items of some entities. Their buckets are read one after the other; only these items are kept in memory. Of a view of
     * pairs, any key's halves may be the entity's, so all buckets are read.
     */
    public CompletableFuture<List<Found>> items(Manifest manifest, Map<View, ? extends Collection<String>> entities) {
        Set<String> partitions = entities.entrySet().stream()
                .flatMap(of -> of.getValue().stream()
                        .map(entity -> ItemKey.partitionKey(of.getKey().version(), entity)))
                .collect(Collectors.toSet());
        Set<String> ofPairs = entities.keySet().stream()
                .filter(view -> view.pairs() != null)
                .map(View::version)
                .collect(Collectors.toSet());
        if (!ofPairs.isEmpty()) {
            return items(
                    manifest,
                    key -> partitions.contains(key.partitionKey())
                            || (key.isPair() && ofPairs.contains(key.viewVersion())));
        }
        Set<Integer> buckets = new TreeSet<>();
        partitions.forEach(key -> buckets.add(CheckpointStore.Positions.bucketOf(key, manifest.buckets())));
        return items(manifest, List.copyOf(buckets), item -> partitions.contains(item.partitionKey()));
    }

    /** Of all buckets, the items that are wanted. */
    public CompletableFuture<List<Found>> items(Manifest manifest, Predicate<ItemKey> wanted) {
        return items(manifest, IntStream.range(0, manifest.buckets()).boxed().toList(), wanted);
    }

    private CompletableFuture<List<Found>> items(Manifest manifest, List<Integer> buckets, Predicate<ItemKey> wanted) {
        List<Found> found = new ArrayList<>();
        return Flight.inOrder(
                        buckets, bucket -> store.read(manifest, bucket, wanted).thenAccept(found::addAll))
                .thenApply(done -> found);
    }
}
