package dev.tidemark.core.store;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An item store that answers at once. */
public class InMemoryItemStore implements ItemStore {

    /** Current items. Tests may look into it, and change it to play tricks. */
    public final Map<ItemKey, StoredItem> items = new HashMap<>();

    /** Writes that will land later. */
    public final List<Runnable> late = new ArrayList<>();

    /** Keys of the puts that were issued, in order. */
    public final List<ItemKey> puts = new ArrayList<>();

    /** Partition keys of the queries, in order. */
    public final List<String> queries = new ArrayList<>();

    /** How many of the coming queries fail. */
    public int failingQueries;

    /** What every mark stood for: content is a function of key and mark, whoever wrote it, however often. */
    private final Map<String, byte[]> contents = new HashMap<>();

    /** Decides what happens to each put. */
    public Function<ItemKey, Fault> faults = key -> Fault.NONE;

    /** What a read sees; replace it to serve older versions. */
    public Function<ItemKey, @Nullable StoredItem> readView = items::get;

    @Override
    public synchronized CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
        Map<ItemKey, StoredItem> found = new HashMap<>();
        for (ItemKey key : keys) {
            StoredItem item = readView.apply(key);
            if (item != null) {
                found.put(key, item);
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public synchronized CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
        return CompletableFuture.completedFuture(Optional.ofNullable(items.get(key)));
    }

    @Override
    public synchronized CompletableFuture<Cas<StoredItem>> put(
            ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        puts.add(key);
        switch (faults.apply(key)) {
            case REFUSED -> {
                return CompletableFuture.completedFuture(new Cas.Refused<>(new TimeoutException("throttled")));
            }
            case REQUEST_LOST -> {
                return CompletableFuture.completedFuture(new Cas.Unknown<>(new TimeoutException("request lost")));
            }
            case RESPONSE_LOST -> {
                apply(key, item, expectedMark);
                return CompletableFuture.completedFuture(new Cas.Unknown<>(new TimeoutException("response lost")));
            }
            case LATE -> {
                late.add(() -> apply(key, item, expectedMark));
                return CompletableFuture.completedFuture(new Cas.Unknown<>(new TimeoutException("late")));
            }
            case NONE -> {
                return CompletableFuture.completedFuture(apply(key, item, expectedMark));
            }
        }
        throw new AssertionError("unreachable");
    }

    /** Each item may meet its own fault. */
    @Override
    public synchronized CompletableFuture<Void> putAll(List<Found> all) {
        boolean allWritten = true;
        for (Found one : all) {
            puts.add(one.key());
            switch (faults.apply(one.key())) {
                case REFUSED, REQUEST_LOST -> allWritten = false;
                case RESPONSE_LOST -> {
                    store(one.key(), one.item());
                    allWritten = false;
                }
                case LATE -> {
                    late.add(() -> store(one.key(), one.item()));
                    allWritten = false;
                }
                case NONE -> store(one.key(), one.item());
            }
        }
        return allWritten
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new TimeoutException("not all were certainly written"));
    }

    /** Lets the late writes land, in the order of their issue. */
    public synchronized void landLate() {
        late.forEach(Runnable::run);
        late.clear();
    }

    @Override
    public synchronized CompletableFuture<List<Found>> query(
            String viewVersion, String entity, List<BlockRange> ranges) {
        queries.add(ItemKey.partitionKey(viewVersion, entity));
        if (failingQueries > 0) {
            failingQueries--;
            return CompletableFuture.failedFuture(new TimeoutException("query"));
        }
        Map<String, Found> found = new TreeMap<>();
        items.forEach((key, item) -> {
            if (key.viewVersion().equals(viewVersion)
                    && key.entity().equals(entity)
                    && ranges.stream().anyMatch(range -> range.contains(key))) {
                found.put(key.sortKey(), new Found(key, item));
            }
        });
        return CompletableFuture.completedFuture(List.copyOf(found.values()));
    }

    private synchronized Cas<StoredItem> apply(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
        StoredItem current = items.get(key);
        Position mark = current == null ? null : current.mark();
        if (expectedMark == null ? mark != null : !expectedMark.equals(mark)) {
            return new Cas.Conflict<>(current);
        }
        store(key, item);
        return new Cas.Stored<>();
    }

    private synchronized void store(ItemKey key, StoredItem item) {
        byte[] before = contents.putIfAbsent(
                key.partitionKey() + " " + key.sortKey() + " " + item.mark().text(), item.body());
        if (before != null && !Arrays.equals(before, item.body())) {
            throw new AssertionError("equal marks, different content: " + key + " at "
                    + item.mark().text());
        }
        items.put(key, item);
    }
}
