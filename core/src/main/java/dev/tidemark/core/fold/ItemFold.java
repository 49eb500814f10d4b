package dev.tidemark.core.fold;

import com.dynatrace.hash4j.hashing.HashValue128;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.port.Cas;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Folds the events of one batch into one item until the store confirms it (rule F4): drop what the item's mark says is
 * in it, fold the rest in order, put on the mark that was read. A failed condition brings the stored item along; if it
 * bears the mark that was meant, an earlier attempt had landed, otherwise the fold starts again from it.
 */
final class ItemFold {

    /** A block is not written when DynamoDB may delete it under the write: longer than a time-out and a put's life. */
    private static final long EXPIRY_MARGIN_MILLIS = 3_600_000L;

    /** Beyond everything else that an item's life must cover. */
    private static final long EXPIRY_SLACK_MILLIS = 86_400_000L;

    /** A lost fence brings the current item along, so trying again makes progress and needs no pause. */
    private static final int EXTRA_ATTEMPTS_FOR_FENCES = 10;

    private final FoldPorts ports;
    private final FoldSettings settings;
    private final ItemCache cache;
    private final FoldCounts counts;
    private final Troubles troubles;
    private final List<String> violations;
    private final Retry retry;

    ItemFold(
            FoldPorts ports,
            FoldSettings settings,
            ItemCache cache,
            FoldCounts counts,
            Troubles troubles,
            List<String> violations,
            BooleanSupplier stop) {
        this.ports = ports;
        this.settings = settings;
        this.cache = cache;
        this.counts = counts;
        this.troubles = troubles;
        this.violations = violations;
        this.retry = new Retry(ports, settings.maxAttempts(), stop, counts.retries);
    }

    /**
     * @param base the item as last seen, any version of it; null if none was found
     * @return true when everything of the batch is durably in the item
     */
    CompletableFuture<Boolean> fold(
            ItemWork work, ViewWork view, BatchRows rows, Position act, @Nullable StoredItem base) {
        long expiresAtSeconds = expiresAtSeconds(work);
        if (expiresAtSeconds != 0
                && expiresAtSeconds * 1000 < ports.clockMillis().getAsLong() + EXPIRY_MARGIN_MILLIS) {
            counts.expired.increment();
            return CompletableFuture.completedFuture(true);
        }
        return attempt(new Task(work, view, rows, act, expiresAtSeconds), base, 1);
    }

    private record Task(ItemWork work, ViewWork view, BatchRows rows, Position act, long expiresAtSeconds) {}

    private CompletableFuture<Boolean> attempt(Task task, @Nullable StoredItem base, int attempt) {
        StoredItem next = next(task, base);
        if (next == null) {
            return CompletableFuture.completedFuture(true);
        }
        return ports.items()
                .put(task.work().key, next, base == null ? null : base.mark())
                .exceptionally(Cas.Unknown::new)
                .thenCompose(result -> settle(task, base, next, attempt, result));
    }

    private CompletableFuture<Boolean> settle(
            Task task, @Nullable StoredItem base, StoredItem next, int attempt, Cas<StoredItem> result) {
        if (result instanceof Cas.Stored) {
            return confirmed(task, next);
        }
        if (result instanceof Cas.Conflict<StoredItem> conflict) {
            return conflict(task, base, next, attempt, conflict.current());
        }
        // Refused or unknown: the same put may be issued again. If the first one lands after all, the second finds the
        // mark that was meant.
        Cas.failure(result).ifPresent(cause -> troubles.add("writing an item", cause));
        cache.forget(task.work().key);
        return retry.after(attempt, () -> attempt(task, base, attempt + 1), false);
    }

    private CompletableFuture<Boolean> conflict(
            Task task, @Nullable StoredItem base, StoredItem next, int attempt, @Nullable StoredItem current) {
        if (current != null && current.mark().equals(next.mark())) {
            // Its content may differ from ours: ours may have been computed from a stale base, and was never written.
            return confirmed(task, current);
        }
        counts.fencesLost.increment();
        if (current != null && base != null && base.mark().isAfter(current.mark())) {
            violations.add("a mark went back: item " + task.work().key.sortKey() + " of view "
                    + task.work().view.name() + " from " + base.mark().text() + " to "
                    + current.mark().text());
        }
        if (current == null) {
            cache.forget(task.work().key);
        } else {
            cache.confirmed(task.work().key, current);
        }
        return attempt >= settings.maxAttempts() + EXTRA_ATTEMPTS_FOR_FENCES
                ? CompletableFuture.completedFuture(false)
                : attempt(task, current, attempt + 1);
    }

    private CompletableFuture<Boolean> confirmed(Task task, StoredItem item) {
        counts.itemsWritten.increment();
        cache.confirmed(task.work().key, item);
        return CompletableFuture.completedFuture(true);
    }

    /** The item with the batch's events in it; null if it holds them already. */
    private @Nullable StoredItem next(Task task, @Nullable StoredItem base) {
        ItemWork work = task.work();
        Position floor = base == null ? task.act() : Position.max(task.act(), base.mark());
        int last = work.size() - 1;
        Position mark = task.rows().row(work.row(last)).position();
        if (!mark.isAfter(floor)) {
            return null;
        }
        ItemState state = state(work, task.rows().row(work.row(0)).shardId(), base);
        for (int i = 0; i <= last; i++) {
            EventRow row = task.rows().row(work.row(i));
            if (row.position().isAfter(floor)) {
                add(state, task, work.row(i));
            }
        }
        return new StoredItem(mark, state.encode(), task.expiresAtSeconds());
    }

    private static void add(ItemState state, Task task, int index) {
        ItemWork work = task.work();
        EventRow row = task.rows().row(index);
        View.Duplicates duplicates = work.view.duplicates();
        if (duplicates != null && isDuplicate(state, duplicates, row)) {
            if (work.isHop()) {
                task.view().markDuplicate(index);
            }
            return;
        }
        state.add(work.width.tileOf(row.eventTimeMillis()), row, task.view().filterBits(index));
    }

    /** T3: judged event by event, so that batch boundaries do not matter. An event without an id is no duplicate. */
    private static boolean isDuplicate(ItemState state, View.Duplicates duplicates, EventRow row) {
        HashValue128 id = SeenIds.hash(row, duplicates.slot());
        return id != null && !state.seenIds().admit(id, row.arrivalMillis(), duplicates.rule());
    }

    private static ItemState state(ItemWork work, String shardId, @Nullable StoredItem base) {
        View view = work.view;
        long block = work.key.block();
        return base == null
                ? ItemState.empty(view.layout(), work.width, block)
                : ItemState.decode(view.layout(), work.width, block, shardId, base.body());
    }

    /** F10: an item outlives its last window, late events, and any redelivery from the stream. */
    private static long expiresAtSeconds(ItemWork work) {
        if (work.width.isLifetime()) {
            return 0;
        }
        View view = work.view;
        long millis = work.width.blockEndMillis(work.key.block())
                + work.width.keepMillis()
                + view.retentionMillis()
                + view.streamRetentionMillis()
                + EXPIRY_SLACK_MILLIS;
        return Math.floorDiv(millis, 1000L) + 1;
    }
}
