package dev.tidemark.core.past;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.Checkpoints.Fit;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.ItemStore.Found;
import dev.tidemark.core.view.View;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Where the audits of one run begin: with a checkpoint, whose items are trusted, so only later records are replayed; or
 * with the archive, which proves everything from its records alone.
 *
 * <p>A checkpoint serves a view that was complete in it, if the state continued from it: it was taken of this
 * generation, or this generation was restored from it. Any other checkpoint of an earlier generation may hold records
 * that the restore left out. If none serves, the audit begins with the archive.
 */
public final class AuditStart {

    private final Checkpoints checkpoints;
    private final long fixedByMillis;
    private final Map<View, ? extends Collection<String>> sample;
    private final Map<String, CompletableFuture<List<Found>>> itemsOfSample = new HashMap<>();

    /**
     * The newest checkpoint that serves.
     *
     * @param fixedByMillis the checkpoint was fixed by then, milliseconds since the epoch; a fault older than the
     *     checkpoint is in its items too, and not found
     * @param sample all entities that will be audited, so that a bucket that holds several is read once; may be empty
     */
    public AuditStart(Checkpoints checkpoints, long fixedByMillis, Map<View, ? extends Collection<String>> sample) {
        this.checkpoints = checkpoints;
        this.fixedByMillis = fixedByMillis;
        this.sample = sample;
    }

    /** Always the archive. */
    public static AuditStart archive(CheckpointStore store) {
        return new AuditStart(Checkpoints.none(store), Long.MIN_VALUE, Map.of());
    }

    /** Some entities of a view. */
    CompletableFuture<Optional<CheckpointBase>> base(View view, ControlRow control, Collection<String> entities) {
        boolean isOfSample = sample.containsKey(view);
        return chosen(
                view,
                control,
                manifest -> isOfSample ? ofSample(manifest) : checkpoints.items(manifest, Map.of(view, entities)));
    }

    private CompletableFuture<List<Found>> ofSample(Manifest manifest) {
        return itemsOfSample.computeIfAbsent(manifest.id(), id -> checkpoints.items(manifest, sample));
    }

    /** All wanted entities of a view, and all halves of its pairs, which may be of any entity. */
    CompletableFuture<Optional<CheckpointBase>> base(View view, ControlRow control, Predicate<String> wanted) {
        return chosen(
                view,
                control,
                manifest -> checkpoints.items(
                        manifest,
                        key -> key.viewVersion().equals(view.version())
                                && (key.isPair() || wanted.test(key.entity()))));
    }

    private CompletableFuture<Optional<CheckpointBase>> chosen(
            View view, ControlRow control, Function<Manifest, CompletableFuture<List<Found>>> items) {
        return checkpoints
                .newest(manifest -> manifest.timeMillis() > fixedByMillis ? Fit.TOO_NEW : Fit.FITS)
                .thenCompose(newest -> choose(view, control, newest))
                .thenCompose(chosen -> {
                    if (chosen.isEmpty()) {
                        return CompletableFuture.completedFuture(Optional.empty());
                    }
                    Manifest manifest = chosen.get();
                    return items.apply(manifest)
                            .thenApply(all -> Optional.of(new CheckpointBase(manifest, ofView(view, all))));
                });
    }

    /** One by one, because checkpoints of several generations may alternate. */
    private CompletableFuture<Optional<Manifest>> choose(View view, ControlRow control, Optional<Manifest> newest) {
        if (newest.isPresent() && !isPastOf(control, newest.get())) {
            return checkpoints
                    .newestBefore(newest.get().id(), older -> Fit.FITS)
                    .thenCompose(older -> choose(view, control, older));
        }
        return CompletableFuture.completedFuture(
                newest.filter(manifest -> Checkpoints.complete(manifest, view) == Fit.FITS));
    }

    private static List<Found> ofView(View view, List<Found> items) {
        return items.stream()
                .filter(item -> item.key().viewVersion().equals(view.version()))
                .toList();
    }

    private static boolean isPastOf(ControlRow control, Manifest manifest) {
        ControlRow.Restore restore = control.restore();
        return control.generation().equals(manifest.positions().control().generation())
                || (restore != null && restore.checkpointId().equals(manifest.id()));
    }
}
