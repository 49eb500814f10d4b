package dev.tidemark.core.change;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.StreamLog;
import dev.tidemark.core.async.Loop;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FleetingLanes;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.history.LaneOrder;
import dev.tidemark.core.store.BackfillLog.Done;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** One reading of a stream's archive for views that want the same records. Used once. */
final class BackfillPass {

    private final Catalog catalog;
    private final BackfillPorts ports;
    private final Backfill.Settings settings;
    private final List<LaneRow> rows;
    private final Backfill.PassKey key;
    private final List<View> views;
    private final Backfill.Progress progress;
    private final Map<String, CompletableFuture<Void>> ends = new HashMap<>();

    /** @param views nothing but what the key says differs between their records */
    BackfillPass(
            Catalog catalog,
            BackfillPorts ports,
            Backfill.Settings settings,
            List<LaneRow> rows,
            Backfill.PassKey key,
            List<View> views,
            Backfill.Progress progress) {
        this.catalog = catalog;
        this.ports = ports;
        this.settings = settings;
        this.rows = rows;
        this.key = key;
        this.views = views;
        this.progress = progress;
    }

    CompletableFuture<Void> run() {
        return undone().thenCompose(undone -> {
            progress.pass(views, undone.size());
            return StreamLog.open(ports.archive(), key.stream(), Map.of(), Long.MIN_VALUE, Long.MAX_VALUE)
                    .thenCompose(log -> fold(logs(log, undone), ancestors(), undone));
        });
    }

    /** Lane id to the views that are not done there. */
    private CompletableFuture<Map<String, List<View>>> undone() {
        Map<String, List<View>> undone = new TreeMap<>();
        key.acts().keySet().forEach(laneId -> undone.put(laneId, new ArrayList<>()));
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (View view : views) {
            chain = chain.thenCompose(ignored -> ports.log().done(key.generation(), view.version()))
                    .thenAccept(done -> undone.forEach((laneId, open) -> {
                        if (!done.containsKey(laneId)) {
                            open.add(view);
                        }
                    }));
        }
        return chain.thenApply(ignored -> {
            undone.values().removeIf(List::isEmpty);
            return undone;
        });
    }

    /**
     * The logs to be read. Every lane must have a row, because only a row says that the live fold takes over (rule L3); a
     * lane is archived only after its row was born.
     */
    private Map<String, LaneLog> logs(StreamLog log, Map<String, List<View>> undone) {
        log.expect(rows);
        Set<String> known = rows.stream().map(row -> row.lane().id()).collect(Collectors.toSet());
        Map<String, LaneLog> logs = new TreeMap<>();
        for (LaneLog lane : log.lanes()) {
            if (!known.contains(lane.laneId())) {
                throw new IllegalStateException("the archive holds lane " + lane.laneId() + " of stream '"
                        + key.stream()
                        + "', but the control table has no row of it, so nobody folds it on: restore the "
                        + "state from a checkpoint, or fold into an empty one");
            }
            if (undone.containsKey(lane.laneId())) {
                logs.put(lane.laneId(), lane);
            }
        }
        for (String laneId : undone.keySet()) {
            if (!logs.containsKey(laneId)) {
                throw new IllegalStateException("nothing of lane " + laneId + " of stream '" + key.stream()
                        + "' is in the archive, although its row says that records up to "
                        + Objects.requireNonNull(key.acts().get(laneId)).text() + " are done");
            }
        }
        return logs;
    }

    /**
     * A few lanes at once; where ids are remembered, a lane's ancestors first (rule T3). Lanes are taken in an order in
     * which each comes after its ancestors, so that of those that were taken at least one has nobody to wait for.
     */
    private CompletableFuture<Void> fold(
            Map<String, LaneLog> logs, Map<String, Map<String, Long>> ancestors, Map<String, List<View>> undone) {
        Map<String, Set<String>> before = new HashMap<>();
        ancestors.forEach((laneId, ofLane) -> before.put(laneId, ofLane.keySet()));
        Queue<String> waiting = new ArrayDeque<>(LaneOrder.parentsFirst(before));
        waiting.retainAll(logs.keySet());
        waiting.forEach(laneId -> ends.put(laneId, new CompletableFuture<>()));
        List<CompletableFuture<Void>> workers = new ArrayList<>();
        for (int i = 0; i < settings.lanesAtOnce(); i++) {
            workers.add(Loop.whileTrue(() -> takeLane(waiting, logs, ancestors, undone)));
        }
        return CompletableFuture.allOf(workers.toArray(CompletableFuture[]::new));
    }

    /** @return false when none is left */
    private CompletableFuture<Boolean> takeLane(
            Queue<String> waiting,
            Map<String, LaneLog> logs,
            Map<String, Map<String, Long>> ancestors,
            Map<String, List<View>> undone) {
        String laneId;
        synchronized (waiting) {
            laneId = waiting.poll();
        }
        if (laneId == null) {
            return CompletableFuture.completedFuture(false);
        }
        Map<String, Long> before = ancestors.getOrDefault(laneId, Map.of());
        CompletableFuture<Void> end = end(laneId);
        return CompletableFuture.allOf(before.keySet().stream()
                        .filter(ends::containsKey)
                        .map(this::end)
                        .toArray(CompletableFuture[]::new))
                .thenCompose(ignored -> lane(
                        Objects.requireNonNull(logs.get(laneId)), before, Objects.requireNonNull(undone.get(laneId))))
                .whenComplete((ignored, failure) -> {
                    if (failure == null) {
                        end.complete(null);
                    } else {
                        // Whoever waits for this lane must not begin, and must not wait for ever.
                        end.completeExceptionally(failure);
                        stop(waiting);
                    }
                })
                .thenApply(ignored -> true);
    }

    private CompletableFuture<Void> end(String laneId) {
        return Objects.requireNonNull(ends.get(laneId));
    }

    private static void stop(Queue<String> waiting) {
        synchronized (waiting) {
            waiting.clear();
        }
    }

    private CompletableFuture<Void> lane(LaneLog log, Map<String, Long> before, List<View> open) {
        Position act = Objects.requireNonNull(key.acts().get(log.laneId()));
        BatchFold fold =
                new BatchFold(catalog, foldPorts(before, open), settings.fold().withGeneration(key.generation()));
        return new LaneBackfill(
                        log, act, key.repaired().of(log.laneId()), fold, ports, settings.batchRecords(), progress)
                .run()
                .thenCompose(records -> finish(log.laneId(), act, records, open))
                .thenRun(() -> progress.done(log.laneId()));
    }

    private CompletableFuture<Void> finish(String laneId, Position act, long records, List<View> open) {
        Done done = new Done(laneId, act, records, ports.clockMillis().getAsLong());
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (View view : open) {
            chain = chain.thenCompose(ignored -> ports.log().finish(key.generation(), view.version(), done));
        }
        return chain;
    }

    /**
     * The records come from the archive, so there is nothing to append (rule F7 holds already). The clock is the wall
     * clock: a block that is about to be deleted is looked at by no window any more (rule F10), and ids in a lane of a
     * backfill expire only some time after they were written (rule T3).
     */
    private FoldPorts foldPorts(Map<String, Long> before, List<View> open) {
        Map<String, Long> ancestors = new HashMap<>();
        before.forEach((laneId, arrival) -> ancestors.put(Lane.backfillOf(laneId), arrival));
        Set<String> versions = open.stream().map(View::version).collect(Collectors.toSet());
        return new FoldPorts(
                ports.items(),
                new FleetingLanes(key.generation(), versions, ancestors),
                segment -> CompletableFuture.completedFuture(null),
                this::quarantine,
                Lineage.NEVER_RESHARDED,
                ports.pause(),
                ports.clockMillis(),
                ports.random());
    }

    /** Under the live lane, so that it can be redriven like any other. */
    private CompletableFuture<Void> quarantine(List<Quarantine.Entry> entries) {
        return ports.quarantine()
                .put(entries.stream()
                        .map(entry -> new Quarantine.Entry(
                                entry.view(), entry.viewVersion(), entry.lane().live(), entry.record(), entry.reason()))
                        .toList());
    }

    /** For each lane the lanes before it, as settled, with their latest arrivals, by id. */
    private Map<String, Map<String, Long>> ancestors() {
        Map<String, Long> arrivals = new HashMap<>();
        rows.forEach(row -> arrivals.put(row.lane().id(), row.maxArrivalMillis()));
        Map<String, Map<String, Long>> all = new HashMap<>();
        for (String laneId : key.acts().keySet()) {
            Map<String, Long> before = new HashMap<>();
            // Of a row that is not there, as after a restore, the ids are asked for however late it is.
            key.repaired()
                    .ancestors(laneId)
                    .forEach(ancestor -> before.put(ancestor, arrivals.getOrDefault(ancestor, Long.MAX_VALUE)));
            all.put(laneId, before);
        }
        return all;
    }
}
