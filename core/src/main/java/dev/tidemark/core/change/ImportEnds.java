package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.concurrent.CompletableFuture;

/**
 * Marks the lanes of imports that are folded to the last row of their part as ended (rule I4). Only the manifests know where
 * that is. May be repeated, and run twice at once.
 */
public final class ImportEnds {

    /** Whenever a race is lost, somebody else has written the row. */
    private static final int MAX_ATTEMPTS = 20;

    private final ControlStore control;
    private final ImportLog imports;

    public ImportEnds(ControlStore control, ImportLog imports) {
        this.control = control;
        this.imports = imports;
    }

    /** Of all imports; lanes without a row are passed over. Completes exceptionally if a row could not be written. */
    public CompletableFuture<Void> noteAll() {
        return imports.known().thenCompose(last -> imports.each(1, last, this::note));
    }

    private CompletableFuture<Void> note(Manifest manifest) {
        return Flight.inOrder(manifest.parts(), part -> note(manifest.lane(part), part.end(), 1));
    }

    private CompletableFuture<Void> note(Lane lane, Position end, int attempt) {
        return control.readLane(lane).thenCompose(stored -> {
            if (stored.isEmpty() || stored.get().ended() || !stored.get().last().equals(end)) {
                return CompletableFuture.completedFuture(null);
            }
            if (attempt > MAX_ATTEMPTS) {
                return CompletableFuture.failedFuture(new IllegalStateException(
                        "the row of lane " + lane.id() + " could not be written; run this again"));
            }
            return control.writeLane(stored.get().atItsEnd())
                    .exceptionally(Cas.Unknown::new)
                    .thenCompose(result -> result instanceof Cas.Stored
                            ? CompletableFuture.completedFuture(null)
                            : note(lane, end, attempt + 1));
        });
    }
}
