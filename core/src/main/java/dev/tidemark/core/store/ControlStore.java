package dev.tidemark.core.store;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Lane;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The control table: the control row and the lane rows. Reads are strongly consistent. */
public interface ControlStore {

    /** An empty one that cannot be written. */
    ControlStore EMPTY = new EmptyControlStore();

    CompletableFuture<Optional<ControlRow>> readControl();

    /** Writes the control row if the stored one has rev {@code next.rev() - 1}, or none is stored and rev is 1. */
    CompletableFuture<Cas<ControlRow>> writeControl(ControlRow next);

    CompletableFuture<Optional<LaneRow>> readLane(Lane lane);

    /** Every lane row. */
    CompletableFuture<List<LaneRow>> readLanes();

    /**
     * Creates a lane row (rev 1) in one transaction with a check that the control row still has the given rev (rule
     * L1). A conflict without a current lane row means that the control row has moved on.
     */
    CompletableFuture<Cas<LaneRow>> createLane(LaneRow row, long controlRev);

    /** Writes a lane row if the stored one has rev {@code next.rev() - 1}. */
    CompletableFuture<Cas<LaneRow>> writeLane(LaneRow next);
}
