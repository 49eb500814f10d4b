package dev.tidemark.core.fold;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Changes one item until the store confirms it (rule F4), by a put on the mark that was read. A failed condition
 * returns the stored item, and the change starts again from it; if an earlier attempt had landed, nothing is left to
 * do.
 */
final class ItemFold {

    /** A lost fence returns the current item, so trying again makes progress and needs no pause. */
    private static final int EXTRA_ATTEMPTS_FOR_FENCES = 10;

    /** How many of the items that must be confirmed before another are put at once. */
    private static final int PUTS_BEFORE = 8;

    private final RunContext context;
    private final long nowMillis;

    ItemFold(RunContext context, long nowMillis) {
        this.context = context;
        this.nowMillis = nowMillis;
    }

    /**
     * @param base the item as last seen, any version of it; null if none was found
     * @return true when everything of the batch is durably in the item
     */
    CompletableFuture<Boolean> fold(ItemChange change, @Nullable StoredItem base) {
        if (change.isExpired(nowMillis)) {
            context.counts().expired.increment();
            return CompletableFuture.completedFuture(true);
        }
        return attempt(change, base, /* isStored= */ false, 1);
    }

    /** @param isStored whether the base is the item as it was stored at a moment after the lane row was read */
    private CompletableFuture<Boolean> attempt(
            ItemChange change, @Nullable StoredItem base, boolean isStored, int attempt) {
        StoredItem next = change.next(base);
        if (next == null) {
            return CompletableFuture.completedFuture(true);
        }
        List<? extends ItemChange> before = change.before();
        if (before.isEmpty()) {
            return put(change, base, next, attempt);
        }
        return isStored
                ? foldAll(before).thenCompose(confirmed -> putAfter(confirmed, change, base, next, attempt))
                : readStored(change, attempt);
    }

    /** F9: what had to be confirmed before took its time. */
    private CompletableFuture<Boolean> putAfter(
            boolean confirmed, ItemChange change, @Nullable StoredItem base, StoredItem next, int attempt) {
        return confirmed && !context.stop().getAsBoolean()
                ? put(change, base, next, attempt)
                : CompletableFuture.completedFuture(false);
    }

    /** U2. */
    private CompletableFuture<Boolean> readStored(ItemChange change, int attempt) {
        return context.ports()
                .items()
                .readStored(change.key())
                .<@Nullable Optional<StoredItem>>handle((found, error) -> {
                    if (error != null) {
                        context.troubles().add("reading an item", error);
                    }
                    return found;
                })
                .thenCompose(found -> found == null
                        ? context.retry(attempt, () -> readStored(change, attempt + 1), false)
                        : attempt(change, found.orElse(null), /* isStored= */ true, attempt));
    }

    /** U3. */
    private CompletableFuture<Boolean> foldAll(List<? extends ItemChange> changes) {
        AtomicBoolean confirmed = new AtomicBoolean(true);
        return basesOf(changes)
                .thenCompose(found -> Flight.run(
                        changes,
                        PUTS_BEFORE,
                        context.stop(),
                        change -> fold(change, found.get(change.key())),
                        (change, error) -> {
                            confirmed.set(false);
                            if (error != null) {
                                context.troubles().add("folding an item", error);
                            }
                        }))
                .thenApply(folded -> confirmed.get());
    }

    private CompletableFuture<Map<ItemKey, StoredItem>> basesOf(List<? extends ItemChange> changes) {
        return context.bases(changes.stream().map(ItemChange::key).toList());
    }

    private CompletableFuture<Boolean> put(ItemChange change, @Nullable StoredItem base, StoredItem next, int attempt) {
        return context.ports()
                .items()
                .put(change.key(), next, base == null ? null : base.mark())
                .exceptionally(Cas.Unknown::new)
                .thenCompose(result -> settle(change, base, next, attempt, result));
    }

    private CompletableFuture<Boolean> settle(
            ItemChange change, @Nullable StoredItem base, StoredItem next, int attempt, Cas<StoredItem> result) {
        if (result instanceof Cas.Stored) {
            context.counts().itemsWritten.increment();
            context.cache().confirmed(change.key(), next);
            return CompletableFuture.completedFuture(true);
        }
        if (result instanceof Cas.Conflict<StoredItem> conflict) {
            return conflict(change, base, next, attempt, conflict.current());
        }
        // Refused or unknown: the same put may be issued again. If the first one lands after all, the second finds the
        // mark that was meant.
        Cas.failure(result).ifPresent(cause -> context.troubles().add("writing an item", cause));
        context.cache().forget(change.key());
        return context.retry(attempt, () -> attempt(change, base, /* isStored= */ false, attempt + 1), false);
    }

    private CompletableFuture<Boolean> conflict(
            ItemChange change, @Nullable StoredItem base, StoredItem next, int attempt, @Nullable StoredItem current) {
        if (current != null && current.mark().equals(next.mark())) {
            context.counts().itemsWritten.increment();
        } else {
            context.counts().fencesLost.increment();
        }
        if (current != null && base != null && base.mark().isAfter(current.mark())) {
            ItemKey key = change.key();
            context.violations()
                    .add("a mark went back: item " + key.sortKey() + " of view version " + key.viewVersion() + " from "
                            + base.mark().text() + " to " + current.mark().text());
        }
        if (current == null) {
            context.cache().forget(change.key());
        } else {
            context.cache().confirmed(change.key(), current);
        }
        // Also if the intended mark is found: our content may come from a stale base and may never have been written.
        // What counts is the stored content.
        return attempt >= context.settings().maxAttempts() + EXTRA_ATTEMPTS_FOR_FENCES
                ? CompletableFuture.completedFuture(false)
                : attempt(change, current, /* isStored= */ true, attempt + 1);
    }
}
