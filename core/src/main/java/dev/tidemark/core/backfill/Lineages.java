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
     * All ancestors of some lanes, as far as they are among them.
     *
     * @param laneIds lanes that have rows
     */
    CompletableFuture<Map<String, Set<String>>> ancestors(Set<String> laneIds) {
        Map<String, Set<String>> found = new HashMap<>();
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (String laneId : laneIds) {
            Set<String> before = found.computeIfAbsent(laneId, key -> new HashSet<>());
            LaneRow row = rows.get(laneId);
            if (row != null) {
                chain = chain.thenCompose(ignored -> above(row, before, new HashSet<>()));
            }
        }
        return chain.thenApply(ignored -> {
            found.values().forEach(before -> before.retainAll(laneIds));
            return found;
        });
    }

    /** What a row has learnt need not be asked again, and the stream may have forgotten it. */
    private CompletableFuture<Void> above(LaneRow row, Set<String> before, Set<String> seen) {
        if (row.ancestors() != null) {
            before.addAll(row.ancestors().keySet());
            return CompletableFuture.completedFuture(null);
        }
        return lineage.parents(row.lane()).thenCompose(parents -> {
            CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
            for (Lane parent : parents) {
                LaneRow found = rows.get(parent.id());
                if (found != null && seen.add(parent.id())) {
                    before.add(parent.id());
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
