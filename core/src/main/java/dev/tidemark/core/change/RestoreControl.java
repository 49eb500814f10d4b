package dev.tidemark.core.change;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.Phase;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.stream.Lane;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The control table as the replay of one lane must see it (rule R2), so that the normal batch fold can replay:
 *
 * <ul>
 * <li>the state is live if and only if it is in REPLAY, and the control row wants exactly the views of the lane row: a
 * replay activates nothing, because its activations would differ from the live fold's;
 * <li>the lane continues its row, which still waits for the live fold to do so (rule R3).
 * </ul>
 */
final class RestoreControl implements ControlStore {

    private final ControlStore store;
    private final Lane lane;
    private final @Nullable LaneRow after;

    /** Taken from the row last seen, so that a late writer does not set the flag again on a row that has lost it. */
    private volatile boolean awaitsOverlap = true;

    /** @param after the lane's row as the checkpoint saw it after its scan; null if there was none */
    RestoreControl(ControlStore store, Lane lane, @Nullable LaneRow after) {
        this.store = store;
        this.lane = lane;
        this.after = after;
    }

    @Override
    public CompletableFuture<Optional<ControlRow>> readControl() {
        return store.readLane(lane)
                .thenCompose(own ->
                        store.readControl().thenApply(stored -> Optional.of(seen(stored.orElseThrow(), own))));
    }

    private static ControlRow seen(ControlRow row, Optional<LaneRow> lane) {
        Phase phase = row.phase() == Phase.REPLAY ? Phase.LIVE : Phase.REPLAY;
        Map<String, ViewStatus> views = new HashMap<>();
        lane.ifPresentOrElse(
                known -> known.views().keySet().forEach(version -> views.put(version, ViewStatus.ACTIVE)),
                () -> views.putAll(row.views()));
        return new ControlRow(row.rev(), row.generation(), phase, views);
    }

    @Override
    public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
        return CompletableFuture.failedFuture(
                new IllegalStateException("a replay does not write the control row: " + next));
    }

    @Override
    public CompletableFuture<Optional<LaneRow>> readLane(Lane any) {
        return store.readLane(any).thenApply(stored -> stored.map(this::taken));
    }

    @Override
    public CompletableFuture<List<LaneRow>> readLanes() {
        return store.readLanes();
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
        return store.createLane(row.withAwaitsOverlap(true), controlRev).thenApply(this::taken);
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        return store.writeLane(counted(next).withAwaitsOverlap(awaitsOverlap)).thenApply(this::taken);
    }

    /**
     * T3: a replayed event that the ids have forgotten looks like a duplicate. The tiles hold it, and the counts are
     * taken from the live row at the same position; ids may have forgotten events only up to there.
     */
    private LaneRow counted(LaneRow next) {
        if (after == null || !next.last().equals(after.last())) {
            return next;
        }
        Map<String, ViewCounts> counts = new HashMap<>(next.counts());
        for (String version : next.views().keySet()) {
            if (after.views().containsKey(version)) {
                counts.put(version, after.countsOf(version));
            }
        }
        return next.withCounts(counts);
    }

    private Cas<LaneRow> taken(Cas<LaneRow> result) {
        return result instanceof Cas.Conflict<LaneRow> conflict && conflict.current() != null
                ? new Cas.Conflict<>(taken(conflict.current()))
                : result;
    }

    private LaneRow taken(LaneRow row) {
        if (row.lane().equals(lane)) {
            awaitsOverlap = row.awaitsOverlap();
        }
        return row.withAwaitsOverlap(false);
    }
}
