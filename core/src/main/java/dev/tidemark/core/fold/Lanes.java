package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.port.Cas;
import dev.tidemark.core.port.ControlRow;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.view.View;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the lane row under which a batch is folded; creates it, and brings it in line with the control row. */
final class Lanes {

    /** Other invocations may write the same rows; each lost race has made progress, so a handful is plenty. */
    private static final int MAX_ROUNDS = 8;

    private final ControlStore control;
    private final FoldSettings settings;
    private final Set<String> known;

    Lanes(ControlStore control, FoldSettings settings, Catalog catalog) {
        this.control = control;
        this.settings = settings;
        this.known = catalog.views().stream().map(View::version).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * @param row to fold under; null if the batch is held back
     * @param held why it is held back; null if it is not
     */
    record Opened(@Nullable LaneRow row, BatchOutcome.@Nullable Hold held) {

        static CompletableFuture<Opened> ready(LaneRow row) {
            return CompletableFuture.completedFuture(new Opened(row, null));
        }

        static CompletableFuture<Opened> hold(BatchOutcome.Hold held) {
            return CompletableFuture.completedFuture(new Opened(null, held));
        }
    }

    /** @param troubles is told why a write failed */
    CompletableFuture<Opened> open(Lane lane, Troubles troubles) {
        return open(lane, troubles, 1);
    }

    private CompletableFuture<Opened> open(Lane lane, Troubles troubles, int round) {
        if (round > MAX_ROUNDS) {
            return Opened.hold(BatchOutcome.Hold.CONTROL_UNAVAILABLE);
        }
        CompletableFuture<Optional<ControlRow>> controlRow = control.readControl();
        CompletableFuture<Optional<LaneRow>> laneRow = control.readLane(lane);
        return CompletableFuture.allOf(controlRow, laneRow)
                .thenCompose(read -> decide(
                        lane, controlRow.join().orElse(null), laneRow.join().orElse(null), troubles, round));
    }

    private CompletableFuture<Opened> decide(
            Lane lane, @Nullable ControlRow controlRow, @Nullable LaneRow laneRow, Troubles troubles, int round) {
        if (controlRow == null) {
            return control.writeControl(first()).thenCompose(result -> again(lane, result, troubles, round));
        }
        if (!isLive(controlRow)) {
            return Opened.hold(BatchOutcome.Hold.NOT_LIVE);
        }
        if (laneRow == null) {
            LaneRow born = LaneDecisions.born(lane, controlRow);
            return control.createLane(born, controlRow.rev())
                    .thenCompose(result -> again(lane, result, troubles, round));
        }
        if (!laneRow.generation().equals(settings.generation())) {
            return Opened.hold(BatchOutcome.Hold.NOT_LIVE);
        }
        Optional<LaneRow> reconciled = LaneDecisions.reconcile(laneRow, controlRow);
        if (reconciled.isPresent()) {
            return control.writeLane(reconciled.get()).thenCompose(result -> again(lane, result, troubles, round));
        }
        return LaneDecisions.knowsAll(laneRow, known)
                ? Opened.ready(laneRow)
                : Opened.hold(BatchOutcome.Hold.UNKNOWN_VIEW);
    }

    /** Whatever became of the write, what counts is what is stored now: read again. */
    private <T> CompletableFuture<Opened> again(Lane lane, Cas<T> result, Troubles troubles, int round) {
        Cas.failure(result).ifPresent(cause -> troubles.add("writing the control table", cause));
        return result instanceof Cas.Refused
                ? Opened.hold(BatchOutcome.Hold.CONTROL_UNAVAILABLE)
                : open(lane, troubles, round + 1);
    }

    /** The first deployment of all activates its own catalog; later changes are an operator's decision. */
    private ControlRow first() {
        return new ControlRow(
                1,
                settings.generation(),
                ControlRow.Phase.LIVE,
                known.stream().collect(Collectors.toMap(v -> v, v -> ControlRow.ViewStatus.ACTIVE)));
    }

    /** R2: only the live generation is folded into, and only by functions that were told to. */
    private boolean isLive(ControlRow row) {
        return row.phase() == ControlRow.Phase.LIVE && row.generation().equals(settings.generation());
    }

    /** L2, for a row as another writer left it. */
    boolean mayFold(LaneRow row) {
        return LaneDecisions.knowsAll(row, known);
    }
}
