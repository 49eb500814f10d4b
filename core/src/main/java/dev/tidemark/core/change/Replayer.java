package dev.tidemark.core.change;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.LaneStart;
import dev.tidemark.core.archive.StreamLog;
import dev.tidemark.core.async.Flight;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.CheckpointStore.Positions;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The phase REPLAY (rule R2): what the archive holds behind the lane rows, up to the target, by the fold of every day; then
 * the redrives' manifests. It goes on from the lane rows of the new generation, so it may be repeated and run twice at once.
 */
final class Replayer {

    private final Catalogs catalogs;
    private final RestorePorts ports;
    private final RestoreSettings settings;
    private final Positions positions;
    private final Map<String, LaneRow> after;
    private final ControlRow control;
    private final long targetMillis;
    private final RestoreListener listener;
    private final Map<String, ReplayedLane> lanes = new HashMap<>();
    private final AtomicLong records = new AtomicLong();
    private final AtomicInteger lanesDone = new AtomicInteger();

    /** @param control the row under which it replays */
    Replayer(
            Catalogs catalogs,
            RestorePorts ports,
            RestoreSettings settings,
            Manifest manifest,
            ControlRow control,
            RestoreListener listener) {
        this.catalogs = catalogs;
        this.ports = ports;
        this.settings = settings;
        this.positions = manifest.positions();
        this.after = manifest.lanesAfter().stream()
                .collect(Collectors.toMap(row -> row.lane().id(), Function.identity()));
        this.control = control;
        ControlRow.Restore restore = control.restore();
        this.targetMillis = restore == null || restore.targetMillis() == null ? Long.MAX_VALUE : restore.targetMillis();
        this.listener = listener;
    }

    /** Completes with {@link Overtaken} if the phase is over. */
    CompletableFuture<Void> replay() {
        return ports.control()
                .readLanes()
                .thenCompose(rows -> Flight.all(List.copyOf(catalogs.streams()), 1, stream -> open(stream, rows)))
                .thenCompose(opened -> round(List.copyOf(lanes.values())))
                .thenCompose(replayed -> redrives());
    }

    private CompletableFuture<Void> open(String stream, List<LaneRow> rows) {
        Map<String, LaneStart> starts = new HashMap<>();
        for (LaneRow row : rows) {
            if (row.lane().streamName().equals(stream)) {
                starts.put(row.lane().id(), LaneStart.of(row));
            }
        }
        return StreamLog.open(ports.archive(), stream, starts, fromMillis(stream, starts), Long.MAX_VALUE)
                .thenAccept(log -> {
                    for (LaneLog lane : log.lanes()) {
                        lanes.put(
                                lane.laneId(),
                                new ReplayedLane(lane, targetMillis, cut(lane.laneId()), this::fold, this::progress));
                    }
                });
    }

    /**
     * From when on records after the positions can have arrived: of a lane that was known not before its latest, of
     * another one as long ago as the stream keeps records. A lane that ended long ago makes the listing long, but nothing
     * else tells that it ended, and a segment that is not listed is overlooked.
     */
    private long fromMillis(String stream, Map<String, LaneStart> starts) {
        long retentionMillis = 0;
        for (Catalogs.Reading reading : catalogs.readingsOf(stream)) {
            for (View view : reading.views()) {
                retentionMillis = Math.max(retentionMillis, view.streamRetentionMillis());
            }
        }
        return starts.values().stream()
                .mapToLong(LaneStart::maxArrivalMillis)
                .reduce(positions.timeMillis() - retentionMillis, Math::min);
    }

    /** The fold of one lane. Its clock is the arrival of what it folds. */
    private ReplayedLane.Fold fold(Lane lane) {
        return new LaneFold(
                catalogs,
                ports,
                settings,
                control.generation(),
                lane,
                after.get(lane.id()),
                new ReplayLineage(),
                lanesAtOnce());
    }

    /** Where the replay of a lane must end a batch. */
    private Position cut(String laneId) {
        LaneRow row = after.get(laneId);
        return row == null ? Position.ORIGIN : row.last();
    }

    private int lanesAtOnce() {
        return Math.max(1, Math.min(settings.lanesAtOnce(), lanes.size()));
    }

    private void progress(int folded, long reachedMillis) {
        listener.replayed(records.addAndGet(folded), lanesDone.get(), lanes.size(), reachedMillis);
    }

    /** Lanes that wait for their parents are taken up again when the others have come to their end. */
    private CompletableFuture<Void> round(List<ReplayedLane> left) {
        return Flight.all(left, settings.lanesAtOnce(), this::run).thenCompose(done -> {
            List<ReplayedLane> waiting =
                    left.stream().filter(lane -> !lane.isDone()).toList();
            if (waiting.isEmpty() || waiting.size() < left.size()) {
                return waiting.isEmpty() ? CompletableFuture.completedFuture(null) : round(waiting);
            }
            // With a target, a parent that goes on behind it keeps its child waiting, as it did in the live fold.
            return targetMillis != Long.MAX_VALUE
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(new IllegalStateException("the replay can go no further: "
                            + String.join(
                                    "; ",
                                    waiting.stream().map(ReplayedLane::trouble).toList())));
        });
    }

    private CompletableFuture<Void> run(ReplayedLane lane) {
        return lane.run(settings.batchRecords()).thenAccept(done -> {
            if (lane.isDone()) {
                lanesDone.incrementAndGet();
                progress(0, lane.reachedMillis());
            }
        });
    }

    /** Q1: what is known of a redrive is known from its time on. */
    private CompletableFuture<Void> redrives() {
        return ports.redrives().known().thenCompose(known -> {
            List<Long> numbers = new ArrayList<>();
            for (long number = 1; number <= known.last(); number++) {
                numbers.add(number);
            }
            return Flight.all(numbers, 1, this::redrive);
        });
    }

    private CompletableFuture<Void> redrive(long number) {
        return ports.redrives().read(number).thenCompose(manifest -> {
            if (manifest.timeMillis() > targetMillis) {
                return CompletableFuture.completedFuture(null);
            }
            return redrive(manifest).thenRun(() -> listener.redriven(number));
        });
    }

    private CompletableFuture<Void> redrive(RedriveLog.Manifest manifest) {
        RedrivePorts redrive = new RedrivePorts(
                ports.items(), ports.control(), ports.redrives(), ports.pause(), manifest::timeMillis, ports.random());
        return new ManifestFold(catalogs, redrive, LaneFold.settings(settings, control.generation(), 1))
                .fold(manifest, control)
                .thenAccept(outcome -> {
                    if (!outcome.isDone()) {
                        throw new IllegalStateException("redrive " + manifest.number() + " could not be folded again: "
                                + String.join("; ", outcome.troubles()));
                    }
                });
    }

    /**
     * A lane is final here when all that the archive has of it is folded: nothing of a child was archived before its
     * parents were drained (rule T3). A lane that the archive does not know is judged by the stream.
     */
    private final class ReplayLineage implements Lineage {

        @Override
        public CompletableFuture<List<Lane>> parents(Lane lane) {
            return ports.lineage().parents(lane);
        }

        /** None, so that no lane is said to have ended: where the archive ends, the stream may go on. */
        @Override
        public CompletableFuture<List<Lane>> children(Lane lane) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletableFuture<Boolean> drained(Lane lane, Position last) {
            @Nullable ReplayedLane known = lanes.get(lane.id());
            return known == null
                    ? ports.lineage().drained(lane, last)
                    : CompletableFuture.completedFuture(known.isAtEndOfArchive());
        }

        @Override
        public CompletableFuture<Boolean> begins(Lane lane, Position first) {
            return ports.lineage().begins(lane, first);
        }
    }
}
