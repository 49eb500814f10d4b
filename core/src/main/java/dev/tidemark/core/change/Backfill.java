package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUps;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.FoldSink;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.LaneAncestors;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.store.BackfillLog.Done;
import dev.tidemark.core.store.BackfillLog.Plan;
import dev.tidemark.core.store.RedriveLog.Repairs;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Folds the records up to a view's activation in each lane (rules B1 and B2), while the live fold takes those after it.
 * Jobs may be interrupted, repeated and run side by side: they share lanes and plan, and the items' marks say what was
 * folded.
 */
public final class Backfill {

    private final Catalog catalog;
    private final ChangePorts ports;
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

    /** Is told the progress of a run, by several threads. */
    public interface Progress {

        /**
         * A view cannot be backfilled yet: its pairs do not count in some lanes before they fold a record that arrived later
         * than this (rule J4).
         */
        void warmsUp(View view, long untilMillis);

        /** @param lanes how many lanes a pass over the log has to fold, for these views */
        void pass(List<View> views, int lanes);

        /** @param records how many records of a lane were just folded */
        void folded(String laneId, int records);

        /** A lane is finished. */
        void done(String laneId);
    }

    /** @param catalog defines the views; its other views do not matter */
    public Backfill(Catalog catalog, ChangePorts ports, Settings settings) {
        this.catalog = catalog;
        this.ports = ports;
        this.settings = settings;
    }

    /**
     * B1: activates the views in every lane and stores the activation positions.
     *
     * @param views those that are not backfilling are ignored
     * @return the plans of the others, but for those that still warm up
     */
    public CompletableFuture<List<Plan>> plan(List<View> views) {
        return ports.control()
                .readControl()
                .thenApply(CatalogSwitch::live)
                .thenCompose(control ->
                        activated(views).thenCompose(rows -> plan(backfilling(views, control), control, rows)));
    }

    private CompletableFuture<List<LaneRow>> activated(List<View> views) {
        return new LaneActivation(ports.control(), views, ports.clockMillis().getAsLong()).everywhere();
    }

    /**
     * Folds what is missing, and declares the views complete when nothing is (B2). Leaves out those that still warm up.
     *
     * @param views all started
     * @return the resulting control row; completes exceptionally when the archive is damaged, a store does not answer,
     *     or a record cannot be folded. Another call always continues
     */
    public CompletableFuture<ControlRow> run(List<View> views, Progress progress) {
        return ports.control().readControl().thenApply(CatalogSwitch::live).thenCompose(control -> {
            views.forEach(view -> checkStarted(view, control));
            List<View> open = backfilling(views, control);
            if (open.isEmpty()) {
                return CompletableFuture.completedFuture(control);
            }
            return activated(open)
                    .thenCompose(rows -> plan(open, control, rows).thenCompose(plans -> {
                        List<View> ready = new ArrayList<>();
                        for (View view : open) {
                            warmsUp(view, rows)
                                    .ifPresentOrElse(until -> progress.warmsUp(view, until), () -> ready.add(view));
                        }
                        return ready.isEmpty()
                                ? CompletableFuture.completedFuture(control)
                                : fold(ready, control, rows, progress)
                                        .thenCompose(archived -> complete(ready, archived));
                    }));
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
        boolean remembers = views.stream().anyMatch(View::remembers);
        return ports.redrives()
                .known()
                .thenCompose(known -> Flight.inOrder(views, view -> {
                    Map<String, Position> acts =
                            positions(view, rows, row -> row.views().get(view.version()));
                    return ancestors(view, acts.keySet(), rows, remembers)
                            .thenCompose(ancestors -> ports.redrives()
                                    .settle(new Repairs(view.name(), view.version(), acts, known.last(), ancestors)))
                            .thenAccept(settled -> {});
                }))
                .thenCompose(settled -> propose(
                        views.stream()
                                .filter(view -> warmsUp(view, rows).isEmpty())
                                .toList(),
                        control,
                        rows));
    }

    private OptionalLong warmsUp(View view, List<LaneRow> rows) {
        String stream = streamOf(view);
        return WarmUps.untilMillis(
                rows.stream()
                        .filter(row -> row.lane().streamName().equals(stream))
                        .toList(),
                view.version());
    }

    private CompletableFuture<List<Plan>> propose(List<View> views, ControlRow control, List<LaneRow> rows) {
        List<Plan> plans = views.stream()
                .map(view -> new Plan(control.generation(), view.name(), view.version(), activations(view, rows)))
                .toList();
        return Flight.inOrder(plans, plan -> ports.backfills().propose(plan).thenAccept(proposed -> {}))
                .thenApply(proposed -> plans);
    }

    /**
     * The ancestors of each lane; none where no view needs them. Stored, because the stream forgets them. For ids those that the
     * backfill folds itself (T3), for pairs all, also those that have no row yet (J4).
     */
    private CompletableFuture<Map<String, Set<String>>> ancestors(
            View view, Set<String> laneIds, List<LaneRow> rows, boolean remembers) {
        Map<String, Lane> lanes = new HashMap<>();
        rows.stream()
                .filter(row -> laneIds.contains(row.lane().id()))
                .forEach(row -> lanes.put(row.lane().id(), row.lane()));
        return remembers
                ? new LaneAncestors(ports.lineage(), rows)
                        .of(lanes, ancestor -> view.pairs() != null || laneIds.contains(ancestor))
                : CompletableFuture.completedFuture(Map.of());
    }

    /** What is to be backfilled of each lane, up to where, by lane id. */
    private Map<String, Position> activations(View view, List<LaneRow> rows) {
        return positions(view, rows, row -> row.countsAfter(view.version()));
    }

    /** A position of a view in each lane, by lane id; without lanes where it is before the first record. */
    private Map<String, Position> positions(
            View view, List<LaneRow> rows, Function<LaneRow, @Nullable Position> position) {
        String stream = streamOf(view);
        Map<String, Position> activations = new HashMap<>();
        for (LaneRow row : rows) {
            if (row.lane().streamName().equals(stream)) {
                Position activatedAfter = position.apply(row);
                if (activatedAfter == null) {
                    throw new IllegalStateException("lane " + row.lane().id() + " does not fold view '" + view.name()
                            + "' (version " + view.version() + ") although it was started; was it given up meanwhile?");
                }
                if (activatedAfter.isAfter(Position.ORIGIN)) {
                    activations.put(row.lane().id(), activatedAfter);
                }
            }
        }
        return activations;
    }

    /**
     * Stream by stream: first the records up to the activations, then earlier redrives of these same versions (rule
     * Q1). A state restored from a checkpoint that did not know a version lacks its redrives. Their records are
     * claimed, so no other job folds them.
     *
     * @return the ids of all archived lanes
     */
    private CompletableFuture<Set<String>> fold(
            List<View> views, ControlRow control, List<LaneRow> rows, Progress progress) {
        Map<String, List<View>> streams =
                views.stream().collect(Collectors.groupingBy(this::streamOf, LinkedHashMap::new, Collectors.toList()));
        Set<String> archived = new HashSet<>();
        return done(views, control).thenCompose(done -> {
            FoldSink sink = new FoldSink(
                    Catalogs.of(catalog),
                    settings.batchRecords(),
                    Long.MAX_VALUE,
                    new BackfillFold(ports, settings.fold(), control, LaneRow.byId(rows), done, progress));
            Range range = Range.ALL.reachingRows().parallel(settings.lanesAtOnce(), Runnable::run);
            return Flight.inOrder(List.copyOf(streams.keySet()), stream -> {
                        List<View> ofStream = Objects.requireNonNull(streams.get(stream));
                        progress.pass(ofStream, undone(ofStream, rows, done));
                        return History.ofBackfills(ports.past(), stream, ofStream, rows)
                                .thenCompose(history -> history.walk(range, sink))
                                .thenAccept(walked -> archived.addAll(walked.archived()));
                    })
                    .thenApply(folded -> archived);
        });
    }

    /** View version to the ids of its finished lanes. */
    private CompletableFuture<Map<String, Set<String>>> done(List<View> views, ControlRow control) {
        Map<String, Set<String>> done = new ConcurrentHashMap<>();
        return Flight.inOrder(
                        views,
                        view -> ports.backfills()
                                .done(control.generation(), view.version())
                                .thenAccept(lanes -> done.put(view.version(), Set.copyOf(lanes.keySet()))))
                .thenApply(read -> done);
    }

    private int undone(List<View> views, List<LaneRow> rows, Map<String, Set<String>> done) {
        Set<String> lanes = new HashSet<>();
        for (View view : views) {
            Set<String> in = done.getOrDefault(view.version(), Set.of());
            activations(view, rows).keySet().stream()
                    .filter(laneId -> !in.contains(laneId))
                    .forEach(lanes::add);
        }
        return lanes.size();
    }

    /** B2: every lane folds the views, and its records up to the activation are folded. */
    private CompletableFuture<ControlRow> complete(List<View> views, Set<String> archived) {
        return ports.control()
                .readControl()
                .thenApply(CatalogSwitch::live)
                .thenCompose(control -> ports.control()
                        .readLanes()
                        .thenCompose(rows -> {
                            checkKnown(archived, rows);
                            return checkCovered(views, control, rows);
                        })
                        .thenCompose(covered ->
                                CatalogSwitch.write(ports.control(), row -> ready(row, control.generation(), views))));
    }

    /**
     * A lane is archived only after its row was created, and only a row says where the live fold takes over (rule L3).
     */
    private static void checkKnown(Set<String> archived, List<LaneRow> rows) {
        Set<String> unknown = new TreeSet<>(archived);
        rows.forEach(row -> unknown.remove(row.lane().id()));
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("the archive holds lanes of which the control table has no row, so nobody "
                    + "folds them on: " + String.join(", ", unknown)
                    + ". Restore the state from a checkpoint, or fold into an empty one");
        }
    }

    private CompletableFuture<Void> checkCovered(List<View> views, ControlRow control, List<LaneRow> rows) {
        return Flight.inOrder(
                views,
                view -> ports.backfills()
                        .done(control.generation(), view.version())
                        .thenAccept(done -> rows.stream()
                                .filter(row -> row.generation().equals(control.generation())
                                        && row.lane().streamName().equals(streamOf(view)))
                                .forEach(row -> checkCovered(
                                        view, row, done.get(row.lane().id())))));
    }

    private static void checkCovered(View view, LaneRow row, @Nullable Done done) {
        Position activatedAfter = row.countsAfter(view.version());
        boolean covered = activatedAfter != null
                && !row.isWarmingUp(view.version())
                && (activatedAfter.equals(Position.ORIGIN)
                        || (done != null && done.activatedAfter().equals(activatedAfter)));
        if (!covered) {
            throw new IllegalStateException("lane " + row.lane().id() + " is not covered in view '" + view.name()
                    + "' (version " + view.version() + "): "
                    + (activatedAfter == null
                            ? "it does not fold it"
                            : "what lies up to " + activatedAfter.text() + " is not in")
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

    private String streamOf(View view) {
        return catalog.sourceOf(view).stream();
    }
}
