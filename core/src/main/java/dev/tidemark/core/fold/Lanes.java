package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneDecisions;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUps;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the lane row under which a batch is folded; creates it, and brings it in line with the control row. */
final class Lanes {

    /** Other invocations may write the same rows; with each lost race a lane made progress, so a handful is plenty. */
    private static final int MAX_ROUNDS = 8;

    private final ControlStore control;
    private final FoldSettings settings;
    private final Ancestry ancestry;
    private final LaneEnds ends;
    private final Set<String> known;

    /** The very first deployment activates its own catalog; later changes are an operator's decision. */
    private final ControlRow first;

    /** The views for which it matters what the lane's ancestors remember. */
    private final Set<String> remembering;

    /** How long views of pairs warm up, by version. */
    private final Map<String, Long> warmUpMillis;

    Lanes(ControlStore control, Lineage lineage, LongSupplier clockMillis, FoldSettings settings, Catalogs catalogs) {
        this.control = control;
        this.settings = settings;
        this.known = versions(catalogs.views());
        List<View> remembering =
                catalogs.views().stream().filter(View::remembers).toList();
        this.remembering = versions(remembering);
        this.warmUpMillis = View.warmUpMillis(catalogs.views());
        this.first = Activation.next(null, versions(catalogs.current().views()), settings.generation())
                .orElseThrow();
        this.ancestry = new Ancestry(control, lineage, keptMillis(remembering));
        this.ends = new LaneEnds(control, lineage, clockMillis);
    }

    private static Set<String> versions(List<View> views) {
        return views.stream().map(View::version).collect(Collectors.toUnmodifiableSet());
    }

    private static long keptMillis(List<View> views) {
        return views.stream().mapToLong(View::rememberedMillis).max().orElse(0);
    }

    /**
     * @param row to fold under; null if the batch is held back
     * @param held why it is held back; null if it is not
     */
    record Opened(@Nullable LaneRow row, BatchOutcome.@Nullable Hold held) {

        static CompletableFuture<Opened> hold(BatchOutcome.Hold held) {
            return CompletableFuture.completedFuture(new Opened(null, held));
        }
    }

    /** @param troubles collects why writes failed */
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
            return control.writeControl(first).thenCompose(result -> again(lane, result, troubles, round));
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
        if (!LaneDecisions.knowsAll(laneRow, known)) {
            return Opened.hold(BatchOutcome.Hold.UNKNOWN_VIEW);
        }
        if (lacksAncestors(laneRow)) {
            return findAncestors(laneRow, troubles, round);
        }
        return WarmUps.isOpen(laneRow, warmUpMillis) ? warmUp(laneRow, troubles, round) : ready(laneRow, troubles);
    }

    private CompletableFuture<Opened> ready(LaneRow row, Troubles troubles) {
        return ends.noteParents(row, troubles).thenApply(noted -> new Opened(row, null));
    }

    /** J4: from here on the row says when the pairs of its views begin to count. */
    private CompletableFuture<Opened> warmUp(LaneRow row, Troubles troubles, int round) {
        Set<String> ancestors =
                Objects.requireNonNull(row.ancestors(), "ancestors").keySet();
        return control.readLanes().thenCompose(rows -> {
            List<LaneRow> before = rows.stream()
                    .filter(one -> ancestors.contains(one.lane().id()))
                    .toList();
            Optional<LaneRow> begun = WarmUps.begun(row, warmUpMillis, before);
            return begun.isEmpty()
                    ? ready(row, troubles)
                    : control.writeLane(begun.get()).thenCompose(result -> again(row.lane(), result, troubles, round));
        });
    }

    /** T3, J2: from here on what the ancestors remember counts too. */
    private CompletableFuture<Opened> findAncestors(LaneRow row, Troubles troubles, int round) {
        return ancestors(row, troubles).thenCompose(found -> {
            if (found.waitsFor() != null) {
                troubles.add("lane " + row.lane().id() + " waits until lane "
                        + found.waitsFor().id() + ", from which its shard descends, is folded to its end");
            }
            if (found.ancestors() == null) {
                return Opened.hold(BatchOutcome.Hold.WAITS_FOR_PARENT);
            }
            return control.writeLane(row.withAncestors(found.ancestors()))
                    .thenCompose(result -> again(row.lane(), result, troubles, round));
        });
    }

    private CompletableFuture<Ancestry.Found> ancestors(LaneRow row, Troubles troubles) {
        return ancestry.of(row.lane()).exceptionally(error -> {
            troubles.add("finding the lanes that lane " + row.lane().id() + " descends from", error);
            return Ancestry.Found.UNKNOWN;
        });
    }

    /** Whether a view needs the lane's ancestors and the row does not have them. */
    private boolean lacksAncestors(LaneRow row) {
        return row.ancestors() == null && row.views().keySet().stream().anyMatch(remembering::contains);
    }

    /** Whatever the write's outcome, what counts is the stored row: read again. */
    private <T> CompletableFuture<Opened> again(Lane lane, Cas<T> result, Troubles troubles, int round) {
        Cas.failure(result).ifPresent(cause -> troubles.add("writing the control table", cause));
        return result instanceof Cas.Refused
                ? Opened.hold(BatchOutcome.Hold.CONTROL_UNAVAILABLE)
                : open(lane, troubles, round + 1);
    }

    /** R2: only functions of the live generation fold. */
    private boolean isLive(ControlRow row) {
        return row.phase() == ControlRow.Phase.LIVE && row.generation().equals(settings.generation());
    }
}
