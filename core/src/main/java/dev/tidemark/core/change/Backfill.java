package dev.tidemark.core.change;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.RepairedRecords;
import dev.tidemark.core.store.BackfillLog.Done;
import dev.tidemark.core.store.BackfillLog.Plan;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.store.RedriveLog.Repairs;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Folds what lies before a view's acts (rules B1 and B2), while the live fold takes what lies after them. Jobs may be
 * interrupted at any point, repeated, and run beside each other: they work in the same lanes, after the same plan, and the
 * marks of the items tell them what is in.
 */
public final class Backfill {

    private final Catalog catalog;
    private final BackfillPorts ports;
    private final Settings settings;

    /**
     * How a backfill behaves, apart from what it computes.
     *
     * @param fold as the ingest function's; the generation is taken from the control row
     * @param lanesAtOnce how many lanes are read at once
     * @param batchRecords how many records are folded at once: each item is written once per batch
     */
    public record Settings(FoldSettings fold, int lanesAtOnce, int batchRecords) {

        public static final Settings DEFAULT = new Settings(FoldSettings.DEFAULT, 4, 10_000);

        public Settings {
            if (lanesAtOnce < 1 || batchRecords < 1) {
                throw new IllegalArgumentException(
                        lanesAtOnce + " lanes at once, " + batchRecords + " records in a batch");
            }
        }
    }

    /** Told how far a run is; from several threads. */
    public interface Progress {

        /** @param lanes how many lanes a pass over the log has to fold, for these views */
        void pass(List<View> views, int lanes);

        /** @param records how many records of a lane were folded just now */
        void folded(String laneId, int records);

        /** All of a lane is in. */
        void done(String laneId);
    }

    /** @param catalog defines the views; what the others of it are does not matter */
    public Backfill(Catalog catalog, BackfillPorts ports, Settings settings) {
        this.catalog = catalog;
        this.ports = ports;
        this.settings = settings;
    }

    /**
     * B1: sees to it that every lane has an act for the views, and writes down which.
     *
     * @param views those of them that are not backfilling are passed over
     * @return the plans of those that are
     */
    public CompletableFuture<List<Plan>> plan(List<View> views) {
        return ports.control()
                .readControl()
                .thenApply(CatalogSwitch::live)
                .thenCompose(control -> LaneActivation.everywhere(ports.control())
                        .thenCompose(rows -> plan(backfilling(views, control), control, rows)));
    }

    /**
     * Folds what is not in yet, and declares the views complete when all is (B2).
     *
     * @param views all started
     * @return the control row as it is then; completes exceptionally when the archive is not whole, a store does not
     *     answer, or a record cannot be folded; whatever happened, it may be called again and goes on
     */
    public CompletableFuture<ControlRow> run(List<View> views, Progress progress) {
        return ports.control().readControl().thenApply(CatalogSwitch::live).thenCompose(control -> {
            views.forEach(view -> checkStarted(view, control));
            List<View> open = backfilling(views, control);
            if (open.isEmpty()) {
                return CompletableFuture.completedFuture(control);
            }
            return LaneActivation.everywhere(ports.control())
                    .thenCompose(
                            rows -> plan(open, control, rows).thenCompose(plans -> fold(open, plans, rows, progress)))
                    .thenCompose(ignored -> redriven(open, control))
                    .thenCompose(ignored -> complete(open));
        });
    }

    private static void checkStarted(View view, ControlRow control) {
        if (!control.folds(view.version())) {
            throw new IllegalStateException("view '" + view.name() + "' (version " + view.version() + ") is "
                    + (control.views().containsKey(view.version())
                            ? "retired, for ever; change its definition"
                            : "not started; `tidemark backfill start` does that"));
        }
    }

    private static List<View> backfilling(List<View> views, ControlRow control) {
        return views.stream()
                .filter(view -> control.views().get(view.version()) == ViewStatus.BACKFILLING)
                .toList();
    }

    private CompletableFuture<List<Plan>> plan(List<View> views, ControlRow control, List<LaneRow> rows) {
        return ports.redrives().known().thenCompose(known -> {
            List<Plan> plans = new ArrayList<>();
            CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
            for (View view : views) {
                Map<String, Position> acts = Acts.of(view, catalog.sourceOf(view).stream(), rows);
                Plan plan = new Plan(control.generation(), view.name(), view.version(), acts);
                chain = chain.thenCompose(ignored -> ancestors(views, acts.keySet(), rows))
                        .thenCompose(ancestors -> ports.redrives()
                                .settle(new Repairs(view.name(), view.version(), acts, known.last(), ancestors)))
                        .thenCompose(ignored -> ports.log().propose(plan))
                        .thenAccept(plans::add);
            }
            return chain.thenApply(ignored -> plans);
        });
    }

    /** T3: the lanes before each lane; none where no view needs to know. Settled, because the stream forgets them. */
    private CompletableFuture<Map<String, Set<String>>> ancestors(
            List<View> views, Set<String> laneIds, List<LaneRow> rows) {
        return views.stream().allMatch(view -> view.duplicates() == null)
                ? CompletableFuture.completedFuture(Map.of())
                : new Lineages(ports.lineage(), rows).ancestors(laneIds);
    }

    private CompletableFuture<Void> fold(List<View> views, List<Plan> plans, List<LaneRow> rows, Progress progress) {
        List<String> versions = plans.stream().map(Plan::viewVersion).toList();
        return RepairedRecords.read(ports.redrives(), versions).thenCompose(repaired -> {
            CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
            for (Map.Entry<PassKey, List<View>> pass :
                    passes(views, plans, repaired).entrySet()) {
                chain = chain.thenCompose(ignored -> new BackfillPass(
                                catalog, ports, settings, rows, pass.getKey(), pass.getValue(), progress)
                        .run());
            }
            return chain;
        });
    }

    /**
     * What one pass over a stream's archive has in common.
     *
     * @param repaired what stands in archived payloads' places
     */
    record PassKey(String stream, String generation, Map<String, Position> acts, RepairedRecords repaired) {}

    /** Views that want the same records in the same shape share a pass. */
    private Map<PassKey, List<View>> passes(List<View> views, List<Plan> plans, Map<String, RepairedRecords> repaired) {
        Map<PassKey, List<View>> passes = new LinkedHashMap<>();
        for (int i = 0; i < views.size(); i++) {
            Plan plan = plans.get(i);
            PassKey key = new PassKey(
                    catalog.sourceOf(views.get(i)).stream(),
                    plan.generation(),
                    plan.acts(),
                    Objects.requireNonNull(repaired.get(plan.viewVersion())));
            passes.computeIfAbsent(key, absent -> new ArrayList<>()).add(views.get(i));
        }
        return passes;
    }

    /**
     * Q1: what was redriven for these very versions, in a state that folded them already. If this state was restored from
     * a checkpoint that did not know a version, the restore left its redrives out, and nobody else comes to fold them:
     * their records are claimed. Where they are in, the marks say so.
     */
    private CompletableFuture<Void> redriven(List<View> views, ControlRow control) {
        Set<String> versions = views.stream().map(View::version).collect(Collectors.toSet());
        RedrivePorts redrive = new RedrivePorts(
                ports.items(), ports.control(), ports.redrives(), ports.pause(), ports.clockMillis(), ports.random());
        ManifestFold fold = new ManifestFold(Catalogs.of(catalog), redrive, settings.fold());
        return ports.redrives().known().thenCompose(known -> {
            CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
            for (long number = 1; number <= known.last(); number++) {
                long next = number;
                chain = chain.thenCompose(ignored -> ports.redrives().read(next))
                        .thenCompose(manifest -> redriven(fold, manifest, versions, control));
            }
            return chain;
        });
    }

    private static CompletableFuture<Void> redriven(
            ManifestFold fold, RedriveLog.Manifest manifest, Set<String> versions, ControlRow control) {
        List<RedriveLog.Entry> entries = manifest.entries().stream()
                .filter(entry -> versions.contains(entry.viewVersion()))
                .toList();
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return fold.fold(new RedriveLog.Manifest(manifest.number(), manifest.timeMillis(), entries), control)
                .thenAccept(outcome -> {
                    if (!outcome.isDone()) {
                        throw new IllegalStateException("redrive " + manifest.number() + " could not be folded again: "
                                + String.join("; ", outcome.troubles()) + ". What is folded stays; run it again");
                    }
                });
    }

    /** B2: every lane folds the views, and what lies before its act is in. */
    private CompletableFuture<ControlRow> complete(List<View> views) {
        return ports.control()
                .readControl()
                .thenApply(CatalogSwitch::live)
                .thenCompose(control -> ports.control()
                        .readLanes()
                        .thenCompose(rows -> checkCovered(views, control, rows))
                        .thenCompose(ignored ->
                                CatalogSwitch.write(ports.control(), row -> ready(row, control.generation(), views))));
    }

    private CompletableFuture<Void> checkCovered(List<View> views, ControlRow control, List<LaneRow> rows) {
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (View view : views) {
            chain = chain.thenCompose(ignored -> ports.log().done(control.generation(), view.version()))
                    .thenAccept(done -> rows.stream()
                            .filter(row -> row.generation().equals(control.generation())
                                    && row.lane().streamName().equals(catalog.sourceOf(view).stream()))
                            .forEach(row ->
                                    checkCovered(view, row, done.get(row.lane().id()))));
        }
        return chain;
    }

    private static void checkCovered(View view, LaneRow row, @Nullable Done done) {
        Position act = row.views().get(view.version());
        boolean covered = act != null
                && (act.equals(Position.ORIGIN) || (done != null && done.act().equals(act)));
        if (!covered) {
            throw new IllegalStateException("lane " + row.lane().id() + " is not covered in view '" + view.name()
                    + "' (version " + view.version() + "): "
                    + (act == null ? "it does not fold it" : "what lies up to " + act.text() + " is not in")
                    + ". Run the backfill again; if that does not help, the control table "
                    + "was changed by hand");
        }
    }

    private static Optional<ControlRow> ready(ControlRow row, String generation, List<View> views) {
        if (!row.generation().equals(generation)) {
            throw new IllegalStateException("the state was restored meanwhile: run the backfill again");
        }
        Map<String, ViewStatus> next = new HashMap<>(row.views());
        views.forEach(view -> next.replace(view.version(), ViewStatus.BACKFILLING, ViewStatus.READY));
        return next.equals(row.views()) ? Optional.empty() : Optional.of(row.withViews(next));
    }
}
