package dev.tidemark.core.change;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.BatchOutcome.Hold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.FoldSink;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.LanePart;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The phase REPLAY (rule R2): folds the archived records after the lane rows, up to the target; then the redrives. It
 * starts from the lane rows of the new generation, so it may be repeated and run twice at once. Its clock shows the
 * moment when the records became known, for rule F10 and the expiry of ids.
 */
final class RestoreFold implements FoldSink.Job {

    private static final int MAX_ATTEMPTS = 8;

    private final Catalogs catalogs;
    private final ChangePorts ports;
    private final RestoreSettings settings;
    private final long checkpointMillis;
    private final Map<String, LaneRow> after;
    private final ControlRow control;
    private final long targetMillis;
    private final RestoreListener listener;
    private final Set<String> lanes = ConcurrentHashMap.newKeySet();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lanesDone = new AtomicInteger();
    private final AtomicLong records = new AtomicLong();

    /** @param control the control row at the start of the replay */
    RestoreFold(
            Catalogs catalogs,
            ChangePorts ports,
            RestoreSettings settings,
            Manifest manifest,
            ControlRow control,
            RestoreListener listener) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.settings = settings;
        this.checkpointMillis = manifest.positions().timeMillis();
        this.after = LaneRow.byId(manifest.lanesAfter());
        this.control = control;
        ControlRow.Restore restore = control.restore();
        this.targetMillis = restore == null || restore.targetMillis() == null ? Long.MAX_VALUE : restore.targetMillis();
        this.listener = listener;
    }

    /** Completes with {@link Overtaken} if the phase is over. */
    CompletableFuture<Void> run() {
        FoldSink sink = new FoldSink(catalogs, settings.batchRecords(), targetMillis, this);
        return ports.control()
                .readLanes()
                .thenCompose(
                        rows -> Flight.inOrder(List.copyOf(catalogs.streams()), stream -> walk(stream, rows, sink)));
    }

    private CompletableFuture<Void> walk(String stream, List<LaneRow> rows, FoldSink sink) {
        Set<View> views = new HashSet<>();
        catalogs.readingsOf(stream).forEach(reading -> views.addAll(reading.views()));
        Range range = Range.ALL
                .after(rows, checkpointMillis)
                .until(targetMillis, targetMillis, Long.MAX_VALUE)
                .parallel(settings.lanesAtOnce(), Runnable::run);
        return History.ofLive(ports.past(), stream, views, rows, ports.lineage())
                .walk(range, sink)
                .thenApply(walked -> null);
    }

    @Override
    public void lanes(Set<String> laneIds) {
        lanes.addAll(laneIds);
    }

    @Override
    public boolean takes(LanePart part) {
        return !Lane.isRedrive(part.laneId())
                || control.folds(part.views().get(0).version());
    }

    @Override
    public FoldPorts ports(LanePart part, Lane lane, LongSupplier knownMillis) {
        if (Lane.isRedrive(part.laneId())) {
            return ports.foldOfRedrive(control, part, knownMillis);
        }
        RestoreControl rows = new RestoreControl(ports.control(), lane, after.get(lane.id()));
        return ports.fold(rows, ports.quarantine(), new ReplayLineage(), knownMillis);
    }

    @Override
    public FoldSettings settings() {
        int lanesAtOnce = Math.max(1, Math.min(settings.lanesAtOnce(), lanes.size()));
        return new FoldSettings(
                        control.generation(),
                        Math.max(1, settings.maxPutsInFlight() / lanesAtOnce),
                        MAX_ATTEMPTS,
                        settings.maxCacheBytes() / lanesAtOnce)
                .keepingHeadsFrom(ports.clockMillis().getAsLong());
    }

    /** A batch that reaches the position of the row after the scan ends there; that row's counts are taken over. */
    @Override
    public Position cut(LanePart part) {
        LaneRow row = after.get(part.laneId());
        return row == null ? Position.ORIGIN : row.last();
    }

    /** If a parent has records after the target, its child waits, as it did in the live fold. */
    @Override
    public boolean leaves(LanePart part, BatchOutcome outcome) {
        if (outcome.held() == Hold.NOT_LIVE) {
            throw new Overtaken();
        }
        return outcome.held() == Hold.WAITS_FOR_PARENT && targetMillis != Long.MAX_VALUE;
    }

    @Override
    public void folded(LanePart part, int some, long knownMillis) {
        if (Lane.isRedrive(part.laneId())) {
            listener.redriven(Lane.redriveOf(part.laneId()));
        } else {
            listener.replayed(records.addAndGet(some), lanesDone.get(), lanes.size(), knownMillis);
        }
    }

    @Override
    public void left(String laneId, boolean atEnd) {
        if (Lane.isRedrive(laneId)) {
            return;
        }
        if (atEnd) {
            ended.add(laneId);
        }
        listener.replayed(records.get(), lanesDone.incrementAndGet(), lanes.size(), Long.MIN_VALUE);
    }

    /**
     * A lane is final here when all its archived records are folded: no record of a child was archived before its
     * parents were drained (rule T3). For a lane without archived records the stream decides.
     */
    private final class ReplayLineage implements Lineage {

        @Override
        public CompletableFuture<List<Lane>> parents(Lane lane) {
            return ports.lineage().parents(lane);
        }

        /** None, so that no lane is marked as ended: the stream may continue where the archive ends. */
        @Override
        public CompletableFuture<List<Lane>> children(Lane lane) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletableFuture<Boolean> drained(Lane lane, Position last) {
            return lanes.contains(lane.id())
                    ? CompletableFuture.completedFuture(ended.contains(lane.id()))
                    : ports.lineage().drained(lane, last);
        }

        @Override
        public CompletableFuture<Boolean> begins(Lane lane, Position first) {
            return ports.lineage().begins(lane, first);
        }
    }
}
