package dev.tidemark.core.redrive;

import dev.tidemark.core.port.Cas;
import dev.tidemark.core.port.ControlRow;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.stream.Lane;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lane rows for one fold of a manifest into one view, forgotten afterwards: what a manifest holds is known and small, so
 * whoever goes on with it starts at its first record again, and the marks of the items tell what is in them.
 */
final class FleetingLanes implements ControlStore {

    private final ControlRow control;
    private final Map<Lane, LaneRow> lanes = new HashMap<>();

    /** @param viewVersion the only view that is folded */
    FleetingLanes(String generation, String viewVersion) {
        this.control =
                new ControlRow(1, generation, ControlRow.Phase.LIVE, Map.of(viewVersion, ControlRow.ViewStatus.ACTIVE));
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
        return write(row);
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
