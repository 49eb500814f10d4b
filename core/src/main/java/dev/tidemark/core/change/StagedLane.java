package dev.tidemark.core.change;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.stream.Lane;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The row of one lane while what it says is not yet in the state table. Thread-safe. */
final class StagedLane implements ControlStore {

    private final ControlRow control;
    private LaneRow row;

    /** @param row as it is stored */
    StagedLane(ControlRow control, LaneRow row) {
        this.control = control;
        this.row = row;
    }

    synchronized LaneRow row() {
        return row;
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
        return CompletableFuture.completedFuture(
                Optional.of(row).filter(one -> one.lane().equals(lane)));
    }

    @Override
    public synchronized CompletableFuture<List<LaneRow>> readLanes() {
        return CompletableFuture.completedFuture(List.of(row));
    }

    @Override
    public synchronized CompletableFuture<Cas<LaneRow>> createLane(LaneRow next, long controlRev) {
        return CompletableFuture.completedFuture(new Cas.Conflict<>(row));
    }

    @Override
    public synchronized CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        if (next.rev() != row.rev() + 1) {
            return CompletableFuture.completedFuture(new Cas.Conflict<>(row));
        }
        row = next;
        return CompletableFuture.completedFuture(new Cas.Stored<>());
    }
}
