package dev.tidemark.core.checkpoint;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.store.CheckpointWriter;
import dev.tidemark.core.store.CheckpointWriter.Place;
import dev.tidemark.core.store.CheckpointWriter.ScanSegment;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One scan segment, from its first page to its last, into objects of one bucket each. One request at a time, except
 * when a page's entities are read again and objects are written. The size of objects bounds the memory.
 */
final class SegmentScan {

    /** Roughly an item's memory beyond its body. */
    private static final int ITEM_BYTES = 300;

    private static final int PARALLEL_REQUESTS = 16;

    private final CheckpointPorts ports;
    private final Positions positions;
    private final CheckpointItems items;
    private final String attempt;
    private final int segment;
    private final long objectBytes;
    private final BooleanSupplier stop;
    private final Map<Integer, Buffer> buffers = new HashMap<>();
    private final List<StoredObject> objects = new ArrayList<>();
    private final Map<String, Position> marks = new HashMap<>();

    /** Items of one bucket that are not written yet. */
    private static final class Buffer {

        private List<Found> items = new ArrayList<>();
        private long bytes;
        private int written;
    }

    SegmentScan(
            CheckpointPorts ports,
            Positions positions,
            String attempt,
            int segment,
            long objectBytes,
            BooleanSupplier stop) {
        this.ports = ports;
        this.positions = positions;
        this.items = new CheckpointItems(positions);
        this.attempt = attempt;
        this.segment = segment;
        this.objectBytes = objectBytes;
        this.stop = stop;
    }

    /** @return empty if there was no time left; then the scan does not count */
    CompletableFuture<Optional<ScanSegment>> run() {
        return pages(null);
    }

    private CompletableFuture<Optional<ScanSegment>> pages(@Nullable ItemKey after) {
        if (stop.getAsBoolean()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return ports.scan()
                .scan(segment, positions.scanSegments(), after)
                .thenCompose(page -> take(page)
                        .thenCompose(taken -> write(page.next() == null ? 1 : objectBytes))
                        .thenCompose(written -> page.next() == null ? finished() : pages(page.next())));
    }

    private CompletableFuture<Optional<ScanSegment>> finished() {
        return CompletableFuture.completedFuture(Optional.of(new ScanSegment(segment, objects, marks)));
    }

    private CompletableFuture<Void> take(StateScan.Page page) {
        Map<String, ItemKey> forgetful = new LinkedHashMap<>();
        Map<String, ItemKey> torn = new LinkedHashMap<>();
        for (Found found : page.items()) {
            if (items.hasForgotten(found)) {
                return CompletableFuture.failedFuture(new TooSlow(found.key()));
            }
            add(found);
            if (items.mayHaveForgotten(found)) {
                forgetful.put(found.key().partitionKey(), found.key());
            }
            if (items.isTorn(found)) {
                torn.put(found.key().partitionKey(), found.key());
            }
        }
        torn.keySet().removeAll(forgetful.keySet());
        return each(List.copyOf(forgetful.values()), this::readTilesAgain)
                .thenCompose(read -> each(List.copyOf(torn.values()), this::readBelowHeadAgain));
    }

    /** T3: reads an entity's tiles after its ids; the scan may have met them long before. */
    private CompletableFuture<Void> readTilesAgain(ItemKey ids) {
        return ports.scan().entity(ids.viewVersion(), ids.entity()).thenCompose(found -> {
            boolean torn = false;
            for (Found item : found) {
                if (!item.key().isMemory()) {
                    add(item);
                    torn |= items.isTorn(item);
                }
            }
            return torn ? readBelowHeadAgain(ids) : CompletableFuture.completedFuture(null);
        });
    }

    /** U6: reads the items below an entity's heads after the heads. */
    private CompletableFuture<Void> readBelowHeadAgain(ItemKey head) {
        return ports.scan().entity(head.viewVersion(), head.entity()).thenAccept(found -> {
            for (Found item : found) {
                if (!item.key().isMemory() && !item.key().isHead()) {
                    add(item);
                }
            }
        });
    }

    private synchronized void add(Found found) {
        if (!items.contains(found)) {
            return;
        }
        CheckpointItems.collect(marks, found);
        Buffer buffer = buffers.computeIfAbsent(positions.bucketOf(found.key()), bucket -> new Buffer());
        buffer.items.add(found);
        buffer.bytes += found.item().body().length + ITEM_BYTES;
    }

    /** Writes the buffers that hold at least this many bytes. */
    private CompletableFuture<Void> write(long leastBytes) {
        List<Integer> full = new ArrayList<>();
        synchronized (this) {
            buffers.forEach((bucket, buffer) -> {
                if (buffer.bytes >= leastBytes) {
                    full.add(bucket);
                }
            });
        }
        return each(full, this::write);
    }

    private CompletableFuture<Void> write(int bucket) {
        Place place;
        List<Found> next;
        synchronized (this) {
            Buffer buffer = buffers.getOrDefault(bucket, new Buffer());
            next = buffer.items;
            place = new Place(attempt, segment, bucket, buffer.written++);
            buffer.items = new ArrayList<>();
            buffer.bytes = 0;
        }
        CheckpointWriter writer = ports.writer();
        return writer.write(positions, place, next).thenAccept(this::written);
    }

    private synchronized void written(StoredObject object) {
        objects.add(object);
    }

    private interface Step<T> {
        CompletableFuture<Void> of(T task);
    }

    private static <T> CompletableFuture<Void> each(List<T> tasks, Step<T> step) {
        return Flight.all(tasks, PARALLEL_REQUESTS, step::of);
    }
}
