package dev.tidemark.core.fold;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds a lane's ancestors that may have counted an event which is sent again to the lane (rule T3). They must be
 * final, because a duplicate is decided once, and a parent's records need not be delivered before its child's.
 */
final class Ancestry {

    private final ControlStore control;
    private final Lineage lineage;
    private final long keptMillis;

    /** @param keptMillis the longest time for which a view remembers ids, in arrivals */
    Ancestry(ControlStore control, Lineage lineage, long keptMillis) {
        this.control = control;
        this.lineage = lineage;
        this.keptMillis = keptMillis;
    }

    /**
     * @param ancestors null unless they are known to be final
     * @param waitsFor the ancestor that is not final yet, if that is the reason
     */
    record Found(
            @Nullable Map<String, Long> ancestors, @Nullable Lane waitsFor) {

        static final Found UNKNOWN = new Found(null, null);
    }

    CompletableFuture<Found> of(Lane lane) {
        Search search = new Search();
        return search.above(lane)
                .thenApply(all -> all
                        ? new Found(search.thatMatter(), null)
                        : new Found(null, Objects.requireNonNull(search.waitsFor)));
    }

    /** One walk up the lineage, one request at a time. */
    private final class Search {

        private final Map<String, Long> found = new HashMap<>();
        private final Set<String> seen = new HashSet<>();
        private @Nullable Lane waitsFor;

        /** @return false if an ancestor is not final */
        private CompletableFuture<Boolean> above(Lane lane) {
            return lineage.parents(lane).thenCompose(parents -> each(parents, 0));
        }

        private CompletableFuture<Boolean> each(List<Lane> parents, int index) {
            if (index == parents.size()) {
                return CompletableFuture.completedFuture(true);
            }
            return visit(parents.get(index))
                    .thenCompose(
                            isFinal -> isFinal ? each(parents, index + 1) : CompletableFuture.completedFuture(false));
        }

        /** The row first: whatever happens meanwhile, the shard's records after its position are those left to do. */
        private CompletableFuture<Boolean> visit(Lane parent) {
            if (!seen.add(parent.id())) {
                return CompletableFuture.completedFuture(true);
            }
            return control.readLane(parent).thenCompose(stored -> {
                LaneRow row = stored.orElse(null);
                return lineage.drained(parent, row == null ? Position.ORIGIN : row.last())
                        .thenCompose(drained -> drained ? add(parent, row) : stop(parent));
            });
        }

        private CompletableFuture<Boolean> stop(Lane parent) {
            waitsFor = parent;
            return CompletableFuture.completedFuture(false);
        }

        private CompletableFuture<Boolean> add(Lane parent, @Nullable LaneRow row) {
            if (row != null && row.maxArrivalMillis() != Long.MIN_VALUE) {
                found.put(parent.id(), row.maxArrivalMillis());
            }
            if (row == null || row.ancestors() == null) {
                return above(parent);
            }
            found.putAll(row.ancestors());
            return CompletableFuture.completedFuture(true);
        }

        /** A lane's records arrive after its parents' latest, except that arrivals go back a little. */
        private Map<String, Long> thatMatter() {
            long newest =
                    found.values().stream().mapToLong(Long::longValue).max().orElse(0);
            found.values().removeIf(maxArrivalMillis -> newest - maxArrivalMillis > keptMillis);
            return found;
        }
    }
}
