package dev.tidemark.core.change;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FleetingLanes;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog.Entry;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Folds a manifest into the views that quarantined its records, by the fold of rules F1 to F10 in lanes of its own. The
 * marks of the items make it idempotent: it may be repeated, and run twice at once.
 */
public final class ManifestFold {

    private static final int BATCH_RECORDS = 500;

    private final Catalogs catalogs;
    private final RedrivePorts ports;
    private final FoldSettings settings;

    /** @param settings the generation is taken from the control row */
    public ManifestFold(Catalogs catalogs, RedrivePorts ports, FoldSettings settings) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.settings = settings;
    }

    /** Never completes exceptionally for a request that failed; the outcome says so. */
    public CompletableFuture<RedriveOutcome> fold(Manifest manifest, ControlRow control) {
        Progress progress = new Progress(manifest);
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (Map.Entry<String, Map<Lane, List<RawRecord>>> view :
                byViewAndLane(manifest).entrySet()) {
            String version = view.getKey();
            if (!control.folds(version)) {
                view.getValue().values().forEach(records -> progress.gone += records.size());
            } else if (catalogs.views().stream()
                    .noneMatch(known -> known.version().equals(version))) {
                progress.stop("this catalog does not define view version " + version);
            } else {
                BatchFold fold = new BatchFold(
                        catalogs, foldPorts(control, version), settings.withGeneration(control.generation()));
                for (Batch batch : batches(manifest, view.getValue())) {
                    chain = chain.thenCompose(ignored -> progress.isStopped
                            ? CompletableFuture.completedFuture(null)
                            : deliver(fold, batch, progress, Position.ORIGIN));
                }
            }
        }
        return chain.thenApply(ignored -> progress.outcome());
    }

    /** Again as long as that brings the lane on: a fold may take several deliveries, as from the stream (rules F9, T3). */
    private static CompletableFuture<Void> deliver(BatchFold fold, Batch batch, Progress progress, Position before) {
        return fold.fold(batch, Long.MAX_VALUE).thenCompose(outcome -> {
            progress.add(outcome);
            LaneRow row = outcome.lane();
            if (!outcome.isDone() && row != null && row.last().isAfter(before)) {
                return deliver(fold, batch, progress, row.last());
            }
            // After a failure nothing later may go into the same items (rule F4), so nothing later is folded at all.
            progress.isStopped |= !outcome.isDone();
            return CompletableFuture.completedFuture(null);
        });
    }

    /** In the order of the manifest, which is by position within a lane. */
    private static Map<String, Map<Lane, List<RawRecord>>> byViewAndLane(Manifest manifest) {
        Map<String, Map<Lane, List<RawRecord>>> views = new LinkedHashMap<>();
        for (Entry entry : manifest.entries()) {
            views.computeIfAbsent(entry.viewVersion(), version -> new LinkedHashMap<>())
                    .computeIfAbsent(entry.lane(), lane -> new ArrayList<>())
                    .add(entry.record());
        }
        return views;
    }

    private static List<Batch> batches(Manifest manifest, Map<Lane, List<RawRecord>> lanes) {
        List<Batch> batches = new ArrayList<>();
        lanes.forEach((lane, records) -> {
            for (int from = 0; from < records.size(); from += BATCH_RECORDS) {
                int to = Math.min(records.size(), from + BATCH_RECORDS);
                batches.add(new Batch(lane.ofRedrive(manifest.number()), records.subList(from, to)));
            }
        });
        return batches;
    }

    /** The manifest is the archive of its records, so there is nothing to append (rule F7 holds already). */
    private FoldPorts foldPorts(ControlRow control, String viewVersion) {
        return new FoldPorts(
                ports.items(),
                new FleetingLanes(control.generation(), Set.of(viewVersion), Map.of()),
                segment -> CompletableFuture.completedFuture(null),
                ManifestFold::refuse,
                Lineage.NEVER_RESHARDED,
                ports.pause(),
                ports.clockMillis(),
                ports.random());
    }

    /** Only what its view takes is put into a manifest, and the same view version decides the same way for ever. */
    private static CompletableFuture<Void> refuse(List<Quarantine.Entry> entries) {
        Quarantine.Entry entry = entries.get(0);
        return CompletableFuture.failedFuture(new IllegalStateException("a redriven record of view version "
                + entry.viewVersion() + " is bad after all: " + entry.reason().getMessage()
                + "; was it redriven by another release?"));
    }

    /** What happened so far. Batches run one after the other. */
    private static final class Progress {

        private final Manifest manifest;
        private final List<String> troubles = new ArrayList<>();
        private int gone;
        private long expiredBlocks;
        private volatile boolean isStopped;

        Progress(Manifest manifest) {
            this.manifest = manifest;
        }

        void add(BatchOutcome outcome) {
            expiredBlocks += outcome.counts().expired.sum();
            troubles.addAll(outcome.troubles());
            outcome.violations().forEach(violation -> troubles.add("protocol violation: " + violation));
        }

        void stop(String why) {
            troubles.add(why);
            isStopped = true;
        }

        RedriveOutcome outcome() {
            return new RedriveOutcome(
                    manifest.number(), manifest.entries().size(), gone, expiredBlocks, troubles, !isStopped);
        }
    }
}
