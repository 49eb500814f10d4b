package dev.tidemark.core.change;

import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Which checkpoint to begin with. */
public final class CheckpointChoice {

    private CheckpointChoice() {}

    /** The newest complete one. */
    public static CompletableFuture<String> latest(CheckpointStore store) {
        return store.list().thenApply(ids -> {
            if (ids.isEmpty()) {
                throw new IllegalStateException(
                        "there is no complete checkpoint: take one with `tidemark checkpoint create`");
            }
            return ids.get(ids.size() - 1);
        });
    }

    /**
     * The newest one that holds no record that arrived after a moment (rule T1). A damaged one on the way stops the
     * search with {@link dev.tidemark.core.store.DamagedCheckpoint}: the caller decides whether to use an older one.
     */
    public static CompletableFuture<Manifest> serving(CheckpointStore store, long moment) {
        return store.list().thenCompose(ids -> serving(store, ids, ids.size() - 1, moment));
    }

    private static CompletableFuture<Manifest> serving(CheckpointStore store, List<String> ids, int at, long moment) {
        if (at < 0) {
            return CompletableFuture.failedFuture(new IllegalStateException("no checkpoint is old enough for "
                    + Instant.ofEpochMilli(moment)
                    + (ids.isEmpty() ? ": there is none" : ": the oldest is " + ids.get(0))));
        }
        return store.manifest(ids.get(at))
                .thenCompose(manifest -> manifest.serves(moment)
                        ? CompletableFuture.completedFuture(manifest)
                        : serving(store, ids, at - 1, moment));
    }
}
