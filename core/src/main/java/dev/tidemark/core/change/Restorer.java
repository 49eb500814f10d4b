package dev.tidemark.core.change;

import dev.tidemark.core.async.Failures;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.Phase;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Restores a checkpoint into the tables of a new generation, and replays the archive after it (rules R1 and R2):
 *
 * <pre>
 * control row, LOAD ─► lane rows and items, where nothing is ─► REPLAY ─► archive, redrives ─► LIVE
 * </pre>
 *
 * The control row stores the restore's phase, so the same call continues a stopped restore, and two at once do no harm.
 */
public final class Restorer {

    private final Catalogs catalogs;
    private final ChangePorts ports;
    private final RestoreSettings settings;
    private final RepeatedWrite writes;

    /** @param catalogs that of the checkpoint; otherwise nothing is restored */
    public Restorer(Catalogs catalogs, ChangePorts ports, RestoreSettings settings) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.settings = settings;
        this.writes = new RepeatedWrite(ports.pause(), ports.random());
    }

    /**
     * Begins or continues a restore, and completes it.
     *
     * @param generation names the new state
     * @param restore which checkpoint, and up to when
     * @return completes with the control row of the live generation; exceptionally with {@link IllegalStateException}
     *     if the tables or the catalog are not right for this restore, with {@link
     *     dev.tidemark.core.store.DamagedCheckpoint} or {@link dev.tidemark.core.store.DamagedArchive}, or when a store
     *     does not answer; then the same call continues it
     */
    public CompletableFuture<ControlRow> restore(
            String generation, ControlRow.Restore restore, RestoreListener listener) {
        return ports.past().checkpoints().manifest(restore.checkpointId()).thenCompose(manifest -> {
            check(manifest, restore);
            return new Run(generation, restore, manifest, listener).on();
        });
    }

    private void check(Manifest manifest, ControlRow.Restore restore) {
        List<String> differences = CatalogMatch.differences(manifest.positions(), catalogs);
        if (!differences.isEmpty()) {
            throw new IllegalStateException("this catalog is not the one of checkpoint " + manifest.id()
                    + ", whose state it could not go on folding: " + String.join("; ", differences)
                    + ". Restore with the catalog of that time, and change views afterwards");
        }
        Long targetMillis = restore.targetMillis();
        if (targetMillis != null && !manifest.serves(targetMillis)) {
            throw new IllegalStateException("checkpoint " + manifest.id() + " holds records that arrived after "
                    + Instant.ofEpochMilli(targetMillis) + ": take an older one");
        }
    }

    /** One call. */
    private final class Run {

        private final String generation;
        private final ControlRow.Restore restore;
        private final Manifest manifest;
        private final RestoreListener listener;

        Run(String generation, ControlRow.Restore restore, Manifest manifest, RestoreListener listener) {
            this.generation = generation;
            this.restore = restore;
            this.manifest = manifest;
            this.listener = listener;
        }

        CompletableFuture<ControlRow> on() {
            return ports.control().readControl().thenCompose(stored -> {
                if (stored.isEmpty()) {
                    return write(RestoredRows.control(manifest.positions(), generation, restore));
                }
                ControlRow control = mine(stored.get());
                listener.phase(control.phase());
                return switch (control.phase()) {
                    case LOAD ->
                        then(new Loader(ports, settings, manifest, control, listener).load(), control, Phase.REPLAY);
                    case REPLAY ->
                        then(
                                new RestoreFold(catalogs, ports, settings, manifest, control, listener)
                                        .run()
                                        .thenCompose(
                                                done -> new ImportEnds(ports.control(), ports.imports()).noteAll()),
                                control,
                                Phase.LIVE);
                    case LIVE -> CompletableFuture.completedFuture(control);
                };
            });
        }

        /** R1: never into a state that another restore or fold has written. */
        private ControlRow mine(ControlRow control) {
            if (control.generation().equals(generation) && restore.equals(control.restore())) {
                return control;
            }
            throw new IllegalStateException("the control table holds generation " + control.generation() + " in "
                    + control.phase()
                    + Optional.ofNullable(control.restore())
                            .map(other -> ", restored from checkpoint " + other.checkpointId()
                                    + (other.targetMillis() == null
                                            ? ""
                                            : " up to " + Instant.ofEpochMilli(other.targetMillis())))
                            .orElse("")
                    + ": a restore goes into tables of its own only. Choose another name, or repeat that restore with "
                    + "its own checkpoint and time to go on with it");
        }

        private CompletableFuture<ControlRow> then(CompletableFuture<Void> work, ControlRow control, Phase next) {
            return work.thenApply(done -> true)
                    .exceptionallyCompose(failure -> isOvertaken(failure)
                            ? CompletableFuture.completedFuture(false)
                            : CompletableFuture.failedFuture(failure))
                    .thenCompose(done -> done ? write(control.withPhase(next)) : on());
        }

        /** What counts is the stored row, whoever wrote it. */
        private CompletableFuture<ControlRow> write(ControlRow next) {
            return writes.untilKnown(() -> ports.control().writeControl(next)).thenCompose(written -> on());
        }
    }

    private static boolean isOvertaken(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        return cause instanceof Overtaken;
    }
}
