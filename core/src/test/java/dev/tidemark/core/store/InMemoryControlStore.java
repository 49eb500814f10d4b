package dev.tidemark.core.store;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Lane;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A control table that answers at once. */
public final class InMemoryControlStore implements ControlStore {

    public @Nullable ControlRow control;
    public final Map<String, LaneRow> lanes = new TreeMap<>();

    /** Faults of the coming lane writes, first first; none when empty. */
    public final Deque<Fault> laneFaults = new ArrayDeque<>();

    /** Older lane rows that reads see instead, once each, as an eventually consistent read may. */
    public final Map<String, LaneRow> staleLanes = new TreeMap<>();

    /** Runs before each birth of a lane. */
    public Runnable beforeLaneCreate = () -> {};

    /** Runs before each lane write, so that a test can let another writer in between. */
    public Runnable beforeLaneWrite = () -> {};

    @Override
    public synchronized CompletableFuture<Optional<ControlRow>> readControl() {
        return CompletableFuture.completedFuture(Optional.ofNullable(control));
    }

    @Override
    public synchronized CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
        long rev = control == null ? 0 : control.rev();
        if (next.rev() != rev + 1) {
            return CompletableFuture.completedFuture(new Cas.Conflict<>(control));
        }
        control = next;
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }

    @Override
    public synchronized CompletableFuture<Optional<LaneRow>> readLane(Lane lane) {
        LaneRow stale = staleLanes.remove(lane.id());
        return CompletableFuture.completedFuture(Optional.ofNullable(stale == null ? lanes.get(lane.id()) : stale));
    }

    @Override
    public synchronized CompletableFuture<List<LaneRow>> readLanes() {
        return CompletableFuture.completedFuture(List.copyOf(lanes.values()));
    }

    @Override
    public synchronized CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
        beforeLaneCreate.run();
        LaneRow current = lanes.get(row.lane().id());
        if (current != null) {
            return CompletableFuture.completedFuture(new Cas.Conflict<>(current));
        }
        if (control == null || control.rev() != controlRev) {
            return CompletableFuture.completedFuture(new Cas.Conflict<>(null));
        }
        lanes.put(row.lane().id(), row);
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }

    @Override
    public synchronized CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        beforeLaneWrite.run();
        Fault fault = laneFaults.isEmpty() ? Fault.NONE : laneFaults.removeFirst();
        if (fault == Fault.REFUSED) {
            return CompletableFuture.completedFuture(new Cas.Refused<>(new TimeoutException("throttled")));
        }
        Cas<LaneRow> result = fault == Fault.REQUEST_LOST ? new Cas.Stored<>() : apply(next);
        return CompletableFuture.completedFuture(
                fault == Fault.NONE ? result : new Cas.Unknown<>(new TimeoutException(fault.name())));
    }

    private Cas<LaneRow> apply(LaneRow next) {
        LaneRow current = lanes.get(next.lane().id());
        if (current == null || next.rev() != current.rev() + 1) {
            return new Cas.Conflict<>(current);
        }
        lanes.put(next.lane().id(), next);
        return new Cas.Stored<>();
    }
}
