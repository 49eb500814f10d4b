package dev.tidemark.core.backfill;

import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.port.Lineage;
import dev.tidemark.core.stream.Lane;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Which lanes come before which, for views that drop duplicates (rule T3). */
final class Lineages {

    private final Lineage lineage;
    private final Map<String, LaneRow> rows = new HashMap<>();

    Lineages(Lineage lineage, List<LaneRow> rows) {
        this.lineage = lineage;
        rows.forEach(row -> this.rows.put(row.lane().id(), row));
    }

    /**
     * All ancestors of some lanes, as far as they are among them, with the latest arrival of their records.
     *
     * @param laneIds lanes that have rows
     */
    CompletableFuture<Map<String, Map<String, Long>>> ancestors(Set<String> laneIds) {
        Map<String, Map<String, Long>> found = new HashMap<>();
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (String laneId : laneIds) {
            Map<String, Long> before = found.computeIfAbsent(laneId, key -> new HashMap<>());
            LaneRow row = rows.get(laneId);
            if (row != null) {
                chain = chain.thenCompose(ignored -> above(row, before, new HashSet<>()));
            }
        }
        return chain.thenApply(ignored -> {
            found.values().forEach(before -> before.keySet().retainAll(laneIds));
            return found;
        });
    }

    /** What a row has learnt need not be asked again, and the stream may have forgotten it. */
    private CompletableFuture<Void> above(LaneRow row, Map<String, Long> before, Set<String> seen) {
        if (row.ancestors() != null) {
            before.putAll(row.ancestors());
            return CompletableFuture.completedFuture(null);
        }
        return lineage.parents(row.lane()).thenCompose(parents -> {
            CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
            for (Lane parent : parents) {
                LaneRow found = rows.get(parent.id());
                if (found != null && seen.add(parent.id())) {
                    before.put(parent.id(), found.maxArrivalMillis());
                    chain = chain.thenCompose(ignored -> above(found, before, seen));
                }
            }
            return chain;
        });
    }

    /** The lanes in an order in which each comes after its ancestors. */
    static List<String> parentsFirst(Collection<String> laneIds, Map<String, Map<String, Long>> ancestors) {
        List<String> order = new ArrayList<>(laneIds);
        // A lane has all the ancestors of its ancestors, and itself none of them among its own.
        order.sort((a, b) -> {
            int byDepth = Integer.compare(
                    ancestors.getOrDefault(a, Map.of()).size(),
                    ancestors.getOrDefault(b, Map.of()).size());
            return byDepth != 0 ? byDepth : a.compareTo(b);
        });
        return order;
    }
}
