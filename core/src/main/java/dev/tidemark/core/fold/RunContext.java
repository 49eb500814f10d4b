package dev.tidemark.core.fold;

import dev.tidemark.core.async.Rests;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all work on one batch shares.
 *
 * @param stop true once nothing further may be issued (rule F9)
 */
record RunContext(
        FoldPorts ports,
        FoldSettings settings,
        ItemCache cache,
        FoldCounts counts,
        Troubles troubles,
        List<String> violations,
        BooleanSupplier stop) {

    private static final Rests RESTS = new Rests(/* firstMillis= */ 25, /* longestMillis= */ 2_000);

    /** For a batch without any result yet. */
    RunContext(FoldPorts ports, FoldSettings settings, ItemCache cache, long stopAtMillis) {
        this(
                ports,
                settings,
                cache,
                new FoldCounts(),
                new Troubles(),
                Collections.synchronizedList(new ArrayList<>()),
                () -> ports.clockMillis().getAsLong() >= stopAtMillis);
    }

    /** As {@link #read}, but those that this sandbox knows are not read. */
    CompletableFuture<Map<ItemKey, StoredItem>> bases(List<ItemKey> keys) {
        Map<ItemKey, StoredItem> bases = new HashMap<>();
        List<ItemKey> unseen = new ArrayList<>();
        @Nullable StoredItem[] cached = cache.get(keys);
        for (int i = 0; i < cached.length; i++) {
            if (cached[i] == null) {
                unseen.add(keys.get(i));
            } else {
                bases.put(keys.get(i), cached[i]);
            }
        }
        return read(unseen).thenApply(found -> {
            bases.putAll(found);
            return bases;
        });
    }

    /** Any version of the items that are stored. One that cannot be read is left out: its put fails, and returns it. */
    CompletableFuture<Map<ItemKey, StoredItem>> read(List<ItemKey> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        return ports.items().read(keys).exceptionally(error -> {
            troubles.add("reading items", error);
            return Map.of();
        });
    }

    /**
     * Tries a write again after a growing random pause (full jitter), a bounded number of times, and not if the
     * invocation is about to end. It must be safe to issue the write twice.
     *
     * @param attempt the number of the attempt that just ended, from 1
     * @param giveUp the result when there is no further attempt
     */
    <T> CompletableFuture<T> retry(int attempt, Supplier<CompletableFuture<T>> next, T giveUp) {
        if (attempt >= settings.maxAttempts() || stop.getAsBoolean()) {
            return CompletableFuture.completedFuture(giveUp);
        }
        counts.retries.increment();
        return ports.pause()
                .millis(RESTS.millis(attempt, ports.random()))
                .thenCompose(ignored -> stop.getAsBoolean() ? CompletableFuture.completedFuture(giveUp) : next.get());
    }
}
