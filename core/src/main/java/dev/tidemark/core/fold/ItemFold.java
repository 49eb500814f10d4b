package dev.tidemark.core.fold;

import dev.tidemark.core.store.Cas;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Changes one item until the store confirms it (rule F4), by a put on the mark that was read. A failed condition
 * returns the stored item, and the change starts again from it; if an earlier attempt had landed, nothing is left to
 * do.
 */
final class ItemFold {

    /** A lost fence returns the current item, so trying again makes progress and needs no pause. */
    private static final int EXTRA_ATTEMPTS_FOR_FENCES = 10;

    private final RunContext context;

    ItemFold(RunContext context) {
        this.context = context;
    }

    /**
     * @param base the item as last seen, any version of it; null if none was found
     * @return true when everything of the batch is durably in the item
     */
    CompletableFuture<Boolean> fold(ItemChange change, @Nullable StoredItem base) {
        return attempt(change, base, 1);
    }

    private CompletableFuture<Boolean> attempt(ItemChange change, @Nullable StoredItem base, int attempt) {
        StoredItem next = change.next(base);
        if (next == null) {
            return CompletableFuture.completedFuture(true);
        }
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
        return context.retry(attempt, () -> attempt(change, base, attempt + 1), false);
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
                : attempt(change, current, attempt + 1);
    }
}
