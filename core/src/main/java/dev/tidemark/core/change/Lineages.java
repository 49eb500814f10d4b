package dev.tidemark.core.change;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Lane;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
                chain = chain.thenCompose(ignored -> above(row.lane(), before));
            }
        }
        return chain.thenApply(ignored -> {
            found.values().forEach(before -> before.retainAll(laneIds));
            return found;
        });
    }

    /**
     * What a row has learnt need not be asked again, and the stream may have forgotten it. A row leaves out what was too
     * old for the views of its time, but the rows of those before it know; of a shard without any record there is no row.
     */
    private CompletableFuture<Void> above(Lane lane, Set<String> before) {
        LaneRow row = rows.get(lane.id());
        return row == null || row.ancestors() == null
                ? lineage.parents(lane).thenCompose(parents -> add(parents, before))
                : add(
                        row.ancestors().keySet().stream()
                                .map(rows::get)
                                .filter(Objects::nonNull)
                                .map(LaneRow::lane)
                                .toList(),
                        before);
    }

    private CompletableFuture<Void> add(List<Lane> lanes, Set<String> before) {
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (Lane lane : lanes) {
            if (before.add(lane.id())) {
                chain = chain.thenCompose(ignored -> above(lane, before));
            }
        }
        return chain;
    }
}
