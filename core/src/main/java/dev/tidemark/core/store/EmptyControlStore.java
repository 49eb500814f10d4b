package dev.tidemark.core.store;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Lane;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The control table of a state into which nothing was folded. */
final class EmptyControlStore implements ControlStore {

    private static final String READ_ONLY = "whoever reads an empty control table writes nothing";

    @Override
    public CompletableFuture<Optional<ControlRow>> readControl() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletableFuture<Optional<LaneRow>> readLane(Lane lane) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletableFuture<List<LaneRow>> readLanes() {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next) {
        throw new UnsupportedOperationException(READ_ONLY);
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev) {
        throw new UnsupportedOperationException(READ_ONLY);
    }

    @Override
    public CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next) {
        throw new UnsupportedOperationException(READ_ONLY);
    }
}
