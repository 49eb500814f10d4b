package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.tile.StoredItem;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The phase LOAD (rule R1): writes the checkpoint's lane rows and items into the new tables, each only on absence. So
 * it may be repeated and run twice at once, and a put that lands late, during the replay, does nothing.
 */
final class Loader {

    private static final int BUCKETS_AT_ONCE = 2;

    /** Longer than a restore takes. */
    private static final long KEPT_MILLIS = 2 * 86_400_000L;

    private final ChangePorts ports;
    private final RestoreSettings settings;
    private final RepeatedWrite writes;
    private final Manifest manifest;
    private final ControlRow control;
    private final RestoreListener listener;
    private final AtomicLong loaded = new AtomicLong();

    /** @param control the control row at the start of the load */
    Loader(
            ChangePorts ports,
            RestoreSettings settings,
            Manifest manifest,
            ControlRow control,
            RestoreListener listener) {
        this.ports = ports;
        this.settings = settings;
        this.writes = new RepeatedWrite(ports.pause(), ports.random());
        this.manifest = manifest;
        this.control = control;
        this.listener = listener;
    }

    /** Completes with {@link Overtaken} if the phase is over. */
    CompletableFuture<Void> load() {
        List<LaneRow> rows = RestoredRows.lanes(manifest.positions(), control.generation());
        List<Integer> buckets = IntStream.range(0, manifest.buckets()).boxed().toList();
        return Flight.all(rows, settings.maxPutsInFlight(), this::create)
                .thenCompose(created -> Flight.all(buckets, BUCKETS_AT_ONCE, this::load));
    }

    private CompletableFuture<Void> create(LaneRow row) {
        return writes.untilKnown(() -> ports.control().createLane(row, control.rev()))
                .thenAccept(result -> {
                    // If the row exists, another loader wrote the same.
                    if (result instanceof Cas.Conflict<LaneRow> conflict && conflict.current() == null) {
                        throw new Overtaken();
                    }
                });
    }

    private CompletableFuture<Void> load(int bucket) {
        return ports.past()
                .checkpoints()
                .read(manifest, bucket)
                .thenCompose(items -> Flight.all(items, settings.maxPutsInFlight() / BUCKETS_AT_ONCE + 1, this::load));
    }

    private CompletableFuture<Void> load(Found found) {
        return writes.untilKnown(() -> ports.items().put(found.key(), kept(found), null))
                .thenCompose(result -> {
                    if (result instanceof Cas.Conflict<StoredItem> conflict
                            && !isSame(found.item(), conflict.current())) {
                        return refuse(found);
                    }
                    listener.loaded(loaded.incrementAndGet(), manifest.items());
                    return CompletableFuture.completedFuture(null);
                });
    }

    /** U5: the replay must find the heads that were loaded, however old the checkpoint is. */
    private StoredItem kept(Found found) {
        StoredItem item = found.item();
        long keptSeconds = (ports.clockMillis().getAsLong() + KEPT_MILLIS) / 1_000;
        return found.key().isHead() && item.expiresAtSeconds() != 0
                ? new StoredItem(item.mark(), item.body(), Math.max(item.expiresAtSeconds(), keptSeconds))
                : item;
    }

    /** Our own put, whose answer was lost, or another loader's. */
    private static boolean isSame(StoredItem item, @Nullable StoredItem stored) {
        return stored != null && item.mark().equals(stored.mark()) && Arrays.equals(item.body(), stored.body());
    }

    /** If the replay has begun, it has folded further records into the item that was loaded. */
    private CompletableFuture<Void> refuse(Found found) {
        return ports.control().readControl().thenAccept(stored -> {
            if (!stored.equals(Optional.of(control))) {
                throw new Overtaken();
            }
            throw new IllegalStateException("the state table of generation " + control.generation()
                    + " holds another item under " + found.key().partitionKey() + " "
                    + found.key().sortKey()
                    + " than checkpoint " + manifest.id() + ": something else wrote into it. Delete both tables of "
                    + "the generation, or restore into another one");
        });
    }
}
