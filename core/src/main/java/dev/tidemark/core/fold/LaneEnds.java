package dev.tidemark.core.fold;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Marks closed lanes as ended in their rows, so that their silence is not taken for lag. A lane never hears that its
 * shard was closed, so its child lanes mark it. The fold does not depend on it: what fails is tried again later.
 * Thread-safe.
 */
final class LaneEnds {

    /** Kinesis allows five reads of a shard per second, and the mapping needs most of them. */
    static final long ASK_AGAIN_MILLIS = 60_000;

    private final ControlStore control;
    private final Lineage lineage;
    private final LongSupplier clockMillis;

    /** By lane id: when to check its parents again. */
    private final Map<String, Long> againMillis = new ConcurrentHashMap<>();

    LaneEnds(ControlStore control, Lineage lineage, LongSupplier clockMillis) {
        this.control = control;
        this.lineage = lineage;
        this.clockMillis = clockMillis;
    }

    /**
     * Marks a lane's parents that have ended.
     *
     * @param row of the lane; while it has folded nothing, its parents are not checked
     * @return completes, never exceptionally, when nothing is left to do for now
     */
    CompletableFuture<Void> noteParents(LaneRow row, Troubles troubles) {
        Lane lane = row.lane();
        long nowMillis = clockMillis.getAsLong();
        if (row.last().equals(Position.ORIGIN) || nowMillis < againMillis.getOrDefault(lane.id(), Long.MIN_VALUE)) {
            return CompletableFuture.completedFuture(null);
        }
        againMillis.put(lane.id(), nowMillis + ASK_AGAIN_MILLIS);
        return lineage.parents(lane)
                .thenCompose(parents -> all(parents, parent -> note(parent, row)))
                .handle((allEnded, error) -> {
                    if (error != null) {
                        troubles.add("finding out whether the parents of lane " + lane.id() + " have ended", error);
                    } else if (allEnded) {
                        againMillis.put(lane.id(), Long.MAX_VALUE);
                    }
                    return null;
                });
    }

    /** @return whether the parent's row says that it has ended, or it has none that could */
    private CompletableFuture<Boolean> note(Lane parent, LaneRow child) {
        return control.readLane(parent).thenCompose(stored -> {
            if (stored.isEmpty() || stored.get().ended()) {
                return CompletableFuture.completedFuture(true);
            }
            LaneRow row = stored.get();
            if (!row.generation().equals(child.generation())) {
                return CompletableFuture.completedFuture(false);
            }
            return hasEnded(row, child)
                    .thenCompose(ended -> ended
                            ? control.writeLane(row.atItsEnd()).thenApply(result -> result instanceof Cas.Stored)
                            : CompletableFuture.completedFuture(false));
        });
    }

    /**
     * If the parent were marked as ended while its child has folded nothing, records waiting in the child would count
     * as no lane's lag.
     */
    private CompletableFuture<Boolean> hasEnded(LaneRow row, LaneRow child) {
        return lineage.children(row.lane()).thenCompose(children -> {
            CompletableFuture<Boolean> allFold =
                    children.isEmpty() ? CompletableFuture.completedFuture(false) : all(children, this::hasFolded);
            return allFold.thenCompose(known -> known && !isAncestor(row.lane(), child)
                    ? lineage.drained(row.lane(), row.last())
                    : CompletableFuture.completedFuture(known));
        });
    }

    /** A lane gets its ancestors once they are folded to their end (rule T3). */
    private static boolean isAncestor(Lane lane, LaneRow of) {
        return of.ancestors() != null && of.ancestors().containsKey(lane.id());
    }

    private CompletableFuture<Boolean> hasFolded(Lane lane) {
        return control.readLane(lane)
                .thenApply(row -> row.isPresent() && row.get().last().isAfter(Position.ORIGIN));
    }

    /** Asks of each lane. */
    private interface Question {
        CompletableFuture<Boolean> ask(Lane lane);
    }

    private static CompletableFuture<Boolean> all(List<Lane> lanes, Question question) {
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (Lane lane : lanes) {
            all = all.thenCombine(question.ask(lane), Boolean::logicalAnd);
        }
        return all;
    }
}
