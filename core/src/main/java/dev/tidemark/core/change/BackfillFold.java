package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.FoldSink;
import dev.tidemark.core.history.LanePart;
import dev.tidemark.core.store.BackfillLog.Done;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Folds the records up to the views' activations into the backfill's own lanes (rule B1), and notes each finished lane.
 * The clock is the wall clock: no window reads a block that is about to be deleted (rule F10), and the ids in a
 * backfill's lane expire only some time after they were written (rule T3).
 */
final class BackfillFold implements FoldSink.Job {

    private final ChangePorts ports;
    private final FoldSettings settings;
    private final ControlRow control;
    private final Map<String, LaneRow> rows;
    private final Map<String, Set<String>> done;
    private final Backfill.Progress progress;

    /**
     * @param rows of the lanes, by id
     * @param done view version to the ids of its finished lanes
     */
    BackfillFold(
            ChangePorts ports,
            FoldSettings settings,
            ControlRow control,
            Map<String, LaneRow> rows,
            Map<String, Set<String>> done,
            Backfill.Progress progress) {
        this.ports = ports;
        this.settings = settings.withGeneration(control.generation());
        this.control = control;
        this.rows = rows;
        this.done = done;
        this.progress = progress;
    }

    /** The views for which a lane is not finished. */
    private List<View> undone(LanePart part) {
        String laneId = Lane.liveOf(part.laneId());
        return part.views().stream()
                .filter(view -> !done.getOrDefault(view.version(), Set.of()).contains(laneId))
                .toList();
    }

    @Override
    public boolean takes(LanePart part) {
        return Lane.isRedrive(part.laneId()) || !undone(part).isEmpty();
    }

    @Override
    public FoldPorts ports(LanePart part, Lane lane, LongSupplier knownMillis) {
        if (Lane.isRedrive(part.laneId())) {
            return ports.foldOfRedrive(control, part, ports.clockMillis());
        }
        Set<String> versions = undone(part).stream().map(View::version).collect(Collectors.toSet());
        FleetingLanes lanes = new FleetingLanes(control.generation(), versions, ancestors(part));
        return isRemembered(part)
                ? ports.fold(
                        lanes.remembering(), BackfillFold::isQuarantined, Lineage.NEVER_RESHARDED, ports.clockMillis())
                : ports.fold(lanes, this::quarantine, Lineage.NEVER_RESHARDED, ports.clockMillis());
    }

    @Override
    public FoldSettings settings() {
        return settings;
    }

    /** With their latest arrivals. If a row is missing, as after a restore, the ancestor's ids are always read. */
    private Map<String, Long> ancestors(LanePart part) {
        Map<String, Long> arrivals = new HashMap<>();
        for (String ancestor : part.ancestors()) {
            LaneRow row = rows.get(Lane.liveOf(ancestor));
            arrivals.put(ancestor, row == null ? Long.MAX_VALUE : row.maxArrivalMillis());
        }
        return arrivals;
    }

    /** J4: whether the part's pairs are the live fold's, and the backfill only remembers its halves. */
    private static boolean isRemembered(LanePart part) {
        return !part.countsAfter().isEmpty();
    }

    /** The live fold has done that. */
    private static CompletableFuture<Void> isQuarantined(List<Quarantine.Entry> entries) {
        return CompletableFuture.completedFuture(null);
    }

    /** Under the live lane, so that it can be redriven like any other. */
    private CompletableFuture<Void> quarantine(List<Quarantine.Entry> entries) {
        return ports.quarantine()
                .put(entries.stream()
                        .map(entry -> new Quarantine.Entry(
                                entry.view(), entry.viewVersion(), entry.lane().live(), entry.record(), entry.reason()))
                        .toList());
    }

    @Override
    public void folded(LanePart part, int records, long knownMillis) {
        if (!Lane.isRedrive(part.laneId())) {
            progress.folded(Lane.liveOf(part.laneId()), records);
        }
    }

    @Override
    public CompletableFuture<Void> ended(LanePart part, long records) {
        if (Lane.isRedrive(part.laneId()) || isRemembered(part)) {
            return CompletableFuture.completedFuture(null);
        }
        LaneRow row = Objects.requireNonNull(rows.get(Lane.liveOf(part.laneId())));
        return Flight.inOrder(undone(part), view -> {
            Position activatedAfter = Objects.requireNonNull(row.countsAfter(view.version()));
            Done note = new Done(
                    row.lane().id(),
                    activatedAfter,
                    records,
                    ports.clockMillis().getAsLong());
            return ports.backfills().finish(control.generation(), view.version(), note);
        });
    }

    private boolean isBackfilled(LaneRow row) {
        return done.keySet().stream().anyMatch(version -> {
            Position countsAfter = row.countsAfter(version);
            return countsAfter != null && countsAfter.isAfter(Position.ORIGIN);
        });
    }

    @Override
    public void left(String laneId, boolean atEnd) {
        if (!Lane.isRedrive(laneId) && isBackfilled(Objects.requireNonNull(rows.get(laneId)))) {
            progress.done(laneId);
        }
    }
}
