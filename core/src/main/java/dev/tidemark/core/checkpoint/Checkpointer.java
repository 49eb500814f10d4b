package dev.tidemark.core.checkpoint;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.CheckpointStore.StoredObject;
import dev.tidemark.core.store.CheckpointWriter.ScanSegment;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Takes checkpoints (rules C1 and C2), in several calls and by several processes if need be:
 *
 * <pre>
 * control row ─► lane rows ─► positions, once ─► scan segments, each complete once ─► lane rows again ─► manifest, once
 * </pre>
 *
 * A stored step is not repeated, whichever process did it. A scan segment is valid if it was scanned after the
 * positions were fixed.
 */
public final class Checkpointer {

    private final Catalogs catalogs;
    private final CheckpointPorts ports;
    private final CheckpointSettings settings;

    /** Is told the progress of a checkpoint. Called from several threads. */
    @FunctionalInterface
    public interface Listener {

        /**
         * @param done how many scan segments are complete, scanned by any process
         * @param bytes stored by them
         */
        void scanned(int done, int segments, long items, long bytes);
    }

    /**
     * A checkpoint's progress.
     *
     * @param manifest empty if there was no time left; then call again
     */
    public record Outcome(String id, Optional<Manifest> manifest) {}

    /** @param catalogs those that the deployment folds; the checkpoint names the current one */
    public Checkpointer(Catalogs catalogs, CheckpointPorts ports, CheckpointSettings settings) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.settings = settings;
    }

    /**
     * Begins or continues a checkpoint.
     *
     * @param id of a new or begun checkpoint
     * @param attempt a name that no other process uses, for the written objects
     * @param stopAtMillis nothing is begun from this moment on
     * @return completes exceptionally when a store does not answer; call again
     */
    public CompletableFuture<Outcome> run(String id, String attempt, long stopAtMillis, Listener listener) {
        BooleanSupplier stop = () -> ports.clockMillis().getAsLong() >= stopAtMillis;
        return positions(id)
                .thenCompose(positions -> ports.writer()
                        .scanned(positions)
                        .thenCompose(known -> new Run(positions, attempt, stop, listener, known).scan()));
    }

    /** C1: positions are fixed before anything is scanned; a later call uses the stored ones. */
    private CompletableFuture<Positions> positions(String id) {
        return ports.writer()
                .positions(id)
                .thenCompose(stored -> stored.isPresent()
                        ? CompletableFuture.completedFuture(stored.get())
                        : read(id).thenCompose(fixed -> ports.writer().fix(fixed))
                                .thenCompose(done -> ports.writer().positions(id))
                                .thenApply(Optional::orElseThrow));
    }

    /** The control row first: a view that is active there is in every lane row created later. */
    private CompletableFuture<Positions> read(String id) {
        return ports.control().readControl().thenCompose(stored -> {
            ControlRow control = live(stored);
            return ports.control().readLanes().thenApply(lanes -> fixed(id, control, lanes));
        });
    }

    private static ControlRow live(Optional<ControlRow> stored) {
        ControlRow control = stored.orElseThrow(
                () -> new IllegalStateException(
                        "there is nothing to checkpoint: the control table has no control row, so nothing was ever folded here"));
        if (control.phase() != ControlRow.Phase.LIVE) {
            throw new IllegalStateException("the state is being restored (" + control.phase()
                    + "), so it is not complete: take a checkpoint when it is live");
        }
        return control;
    }

    private Positions fixed(String id, ControlRow control, List<LaneRow> lanes) {
        return new Positions(
                id,
                ports.clockMillis().getAsLong(),
                control,
                lanes,
                catalogs.current().hash(),
                catalogs.views().stream().collect(Collectors.toMap(View::version, View::name, (a, b) -> a)),
                settings.scanSegments(),
                settings.buckets());
    }

    /** One call. */
    private final class Run {

        private final Positions positions;
        private final String attempt;
        private final BooleanSupplier stop;
        private final Listener listener;
        private final Map<Integer, ScanSegment> done;

        Run(
                Positions positions,
                String attempt,
                BooleanSupplier stop,
                Listener listener,
                Map<Integer, ScanSegment> known) {
            this.positions = positions;
            this.attempt = attempt;
            this.stop = stop;
            this.listener = listener;
            this.done = new HashMap<>(known);
        }

        CompletableFuture<Outcome> scan() {
            List<Integer> left = IntStream.range(0, positions.scanSegments())
                    .filter(segment -> !done.containsKey(segment))
                    .boxed()
                    .toList();
            tell();
            return Flight.all(left, settings.parallelScans(), this::scan).thenCompose(scanned -> publish());
        }

        private CompletableFuture<Void> scan(int segment) {
            long objectBytes = settings.objectBytes(positions.buckets());
            return new SegmentScan(ports, positions, attempt, segment, objectBytes, stop)
                    .run()
                    .thenCompose(complete -> complete.isEmpty()
                            ? CompletableFuture.completedFuture(null)
                            : ports.writer().complete(positions, complete.get()).thenRun(() -> add(complete.get())));
        }

        private synchronized void add(ScanSegment segment) {
            done.put(segment.segment(), segment);
            tell();
        }

        private synchronized void tell() {
            long items = 0;
            long bytes = 0;
            for (ScanSegment segment : done.values()) {
                for (StoredObject object : segment.objects()) {
                    items += object.items();
                    bytes += object.bytes();
                }
            }
            listener.scanned(done.size(), positions.scanSegments(), items, bytes);
        }

        /** C2. The stored segments count: another process may have completed one that this process scanned too. */
        private CompletableFuture<Outcome> publish() {
            return ports.writer().scanned(positions).thenCompose(stored -> {
                if (stored.size() < positions.scanSegments()) {
                    return CompletableFuture.completedFuture(new Outcome(positions.id(), Optional.empty()));
                }
                return ports.control().readLanes().thenCompose(later -> {
                    Manifest manifest = manifest(stored, later);
                    return ports.writer()
                            .publish(manifest)
                            .thenApply(published -> new Outcome(positions.id(), Optional.of(manifest)));
                });
            });
        }

        private Manifest manifest(Map<Integer, ScanSegment> stored, List<LaneRow> later) {
            List<StoredObject> objects = new ArrayList<>();
            Map<String, Position> marks = new HashMap<>();
            for (ScanSegment segment : stored.values()) {
                objects.addAll(segment.objects());
                segment.marks().forEach((lane, mark) -> marks.merge(lane, mark, Position::max));
            }
            objects.sort(Comparator.comparingInt(StoredObject::bucket).thenComparing(StoredObject::key));
            Map<String, LaneRow> laterById = new HashMap<>();
            later.forEach(row -> laterById.put(row.lane().id(), row));
            return new Manifest(
                    positions,
                    AsOf.of(positions, marks, laterById, ports.clockMillis().getAsLong()),
                    later,
                    objects);
        }
    }
}
