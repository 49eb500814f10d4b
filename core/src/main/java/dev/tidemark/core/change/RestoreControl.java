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
 * The control table as the replay of one lane must see it (rule R2), so that it is the fold of every day that replays:
 *
 * <ul>
 *   <li>the state is live iff it is in REPLAY, and the control row wants just the views that the lane row has: nothing is
 *       activated, because what a replay activated would begin elsewhere than it did in the live fold;
 *   <li>the lane joins what is there, and its row goes on waiting for the live fold to do so (rule R3).
 * </ul>
 */
final class RestoreControl implements ControlStore {

    private final ControlStore store;
    private final Lane lane;
    private final @Nullable LaneRow after;

    /** As the row says that was last seen, so that whoever is late puts the mark on no row that has lost it. */
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
     * T3: where ids have forgotten an event that is replayed, it looks like a duplicate. Its tiles have it; the counts are
     * those of the live row at the same position, up to which alone ids may have forgotten anything.
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
