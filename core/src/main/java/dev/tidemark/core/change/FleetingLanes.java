package dev.tidemark.core.change;

import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUp;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.stream.Lane;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lane rows of a redrive or backfill, kept only while it runs. Its lanes have a fixed content, so a repeated run starts
 * again at their first record, and the items' marks say what was folded.
 */
final class FleetingLanes implements ControlStore {

    private final ControlRow control;
    private final Map<String, Long> ancestors;
    private final Map<String, WarmUp> warmUps;
    private final Map<Lane, LaneRow> lanes = new HashMap<>();

    /**
     * @param viewVersions the views that are folded, from each lane's first record on
     * @param ancestors the {@link LaneRow#ancestors} of every row
     */
    FleetingLanes(String generation, Set<String> viewVersions, Map<String, Long> ancestors) {
        this(Activation.next(null, viewVersions, generation).orElseThrow(), ancestors, Map.of());
    }

    private FleetingLanes(ControlRow control, Map<String, Long> ancestors, Map<String, WarmUp> warmUps) {
        this.control = control;
        this.ancestors = Map.copyOf(ancestors);
        this.warmUps = Map.copyOf(warmUps);
    }

    /** New lanes of the same views, which only remember halves there: they make no pairs (rule J4). */
    FleetingLanes remembering() {
        Map<String, WarmUp> endless = new HashMap<>();
        control.views().keySet().forEach(version -> endless.put(version, new WarmUp(Long.MAX_VALUE, null)));
        return new FleetingLanes(control, ancestors, endless);
    }

    @Override
    public CompletableFuture<Optional<ControlRow>> readControl() {
        return CompletableFuture.completedFuture(Optional.of(control));
    }

    @Override
    public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
        return CompletableFuture.completedFuture(new Cas.Conflict<>(control));
    }

    @Override
    public synchronized CompletableFuture<Optional<LaneRow>> readLane(Lane lane) {
        return CompletableFuture.completedFuture(Optional.ofNullable(lanes.get(lane)));
    }

    @Override
    public synchronized CompletableFuture<List<LaneRow>> readLanes() {
        return CompletableFuture.completedFuture(List.copyOf(lanes.values()));
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
        return write(new LaneRow(
                row.lane(),
                row.rev(),
                row.last(),
                row.count(),
                row.maxArrivalMillis(),
                row.generation(),
                row.views(),
                row.counts(),
                ancestors,
                row.awaitsOverlap(),
                row.ended(),
                warmUps));
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        return write(next);
    }

    private synchronized CompletableFuture<Cas<LaneRow>> write(LaneRow next) {
        @Nullable LaneRow current = lanes.get(next.lane());
        if (next.rev() != (current == null ? 1 : current.rev() + 1)) {
            return CompletableFuture.completedFuture(new Cas.Conflict<>(current));
        }
        lanes.put(next.lane(), next);
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }
}
