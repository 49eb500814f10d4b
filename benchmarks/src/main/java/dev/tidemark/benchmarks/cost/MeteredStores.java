package dev.tidemark.benchmarks.cost;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * State and control table in memory that keep their conditions and meter what DynamoDB would charge. For one thread and
 * one lane.
 */
final class MeteredStores implements ItemStore, ControlStore {

    private final Map<String, TreeMap<String, Found>> entities = new HashMap<>();
    private @Nullable ControlRow controlRow;
    private @Nullable LaneRow laneRow;
    private Meter meter = new Meter();
    private long nowMillis;

    /** The same content, in stores of their own. */
    MeteredStores copy() {
        MeteredStores copy = new MeteredStores();
        entities.forEach((entity, items) -> copy.entities.put(entity, new TreeMap<>(items)));
        copy.controlRow = controlRow;
        copy.laneRow = laneRow;
        return copy;
    }

    /** What happens from now on goes to this meter. */
    void meterTo(Meter next) {
        meter = next;
    }

    void setNowMillis(long millis) {
        nowMillis = millis;
    }

    FoldPorts ports() {
        Archive archive = segment -> CompletableFuture.completedFuture(null);
        Quarantine quarantine = entries -> {
            throw new IllegalStateException(
                    "an event of the simulation is bad", entries.get(0).reason());
        };
        return new FoldPorts(
                this,
                this,
                archive,
                quarantine,
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                () -> nowMillis,
                new Random(1));
    }

    @Override
    public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
        Map<ItemKey, StoredItem> found = new HashMap<>();
        for (ItemKey key : keys) {
            Found one = itemsOf(key).get(key.sortKey());
            meter.foldReadUnits += DynamoUnits.readEventually(bytes(one));
            if (one != null) {
                found.put(key, one.item());
            }
        }
        return done(found);
    }

    @Override
    public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
        Found one = itemsOf(key).get(key.sortKey());
        meter.foldReadUnits += 2 * DynamoUnits.readEventually(bytes(one));
        return done(Optional.ofNullable(one).map(Found::item));
    }

    @Override
    public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        Map<String, Found> items = itemsOf(key);
        Found before = items.get(key.sortKey());
        int bytes = DynamoUnits.itemBytes(key, item);
        meter.coldReadUnits += DynamoUnits.readEventually(bytes(before));
        // The larger of the item before and after counts; a failed condition costs as much.
        meter.put(key, bytes, DynamoUnits.written(Math.max(bytes, bytes(before))));
        Position mark = before == null ? null : before.item().mark();
        if (expectedMark == null ? mark != null : !expectedMark.equals(mark)) {
            return done(new Cas.Conflict<>(before == null ? null : before.item()));
        }
        items.put(key.sortKey(), new Found(key, item));
        return done(new Cas.Stored<>());
    }

    @Override
    public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
        TreeMap<String, Found> items =
                entities.getOrDefault(ItemKey.partitionKey(viewVersion, entity), new TreeMap<>());
        List<Found> found = new ArrayList<>(items.subMap(
                        ranges.get(0).lowestKey(), ranges.get(ranges.size() - 1).highestKey())
                .values());
        meterPages(found.stream().mapToInt(MeteredStores::bytes).toArray());
        return done(found);
    }

    private void meterPages(int[] itemBytes) {
        long page = 0;
        for (int bytes : itemBytes) {
            if (page + bytes > DynamoUnits.PAGE_BYTES) {
                meterPage(page);
                page = 0;
            }
            page += bytes;
        }
        meterPage(page);
    }

    private void meterPage(long bytes) {
        meter.queryRequests++;
        meter.queryUnits += DynamoUnits.readStrongly(bytes);
    }

    @Override
    public CompletableFuture<Optional<ControlRow>> readControl() {
        return readRow(controlRow, DynamoUnits::rowBytes);
    }

    @Override
    public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
        ControlRow before = controlRow;
        meter.rowWriteUnits += DynamoUnits.written(DynamoUnits.rowBytes(next));
        if (next.rev() != (before == null ? 1 : before.rev() + 1)) {
            return done(new Cas.Conflict<>(before));
        }
        controlRow = next;
        return done(new Cas.Stored<>());
    }

    @Override
    public CompletableFuture<Optional<LaneRow>> readLane(Lane lane) {
        return readRow(laneRow, DynamoUnits::rowBytes);
    }

    @Override
    public CompletableFuture<List<LaneRow>> readLanes() {
        return readLane(SimulatedUser.LANE).thenApply(row -> row.map(List::of).orElse(List.of()));
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
        return writeLane(row);
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        LaneRow before = laneRow;
        meter.rowWriteUnits += DynamoUnits.written(DynamoUnits.rowBytes(next));
        if (next.rev() != (before == null ? 1 : before.rev() + 1)) {
            return done(new Cas.Conflict<>(before));
        }
        laneRow = next;
        return done(new Cas.Stored<>());
    }

    private <T> CompletableFuture<Optional<T>> readRow(@Nullable T row, Function<T, Integer> bytes) {
        meter.rowReadUnits += DynamoUnits.readStrongly(row == null ? 0 : bytes.apply(row));
        return done(Optional.ofNullable(row));
    }

    private Map<String, Found> itemsOf(ItemKey key) {
        return entities.computeIfAbsent(key.partitionKey(), entity -> new TreeMap<>());
    }

    private static int bytes(@Nullable Found found) {
        return found == null ? 0 : DynamoUnits.itemBytes(found.key(), found.item());
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
