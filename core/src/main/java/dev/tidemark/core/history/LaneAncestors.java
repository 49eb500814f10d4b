package dev.tidemark.core.history;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Lane;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The ancestors of lanes, for views that drop duplicates or read pairs (rules T3, J2). */
public final class LaneAncestors {

    private final Lineage lineage;
    private final Map<String, LaneRow> rows;

    public LaneAncestors(Lineage lineage, List<LaneRow> rows) {
        this.lineage = lineage;
        this.rows = LaneRow.byId(rows);
    }

    /**
     * All ancestors of some lanes.
     *
     * @param lanes by id
     * @param among of an ancestor's id: whether it counts
     */
    public CompletableFuture<Map<String, Set<String>>> of(Map<String, Lane> lanes, Predicate<String> among) {
        Map<String, Set<String>> found = new ConcurrentHashMap<>();
        return Flight.inOrder(List.copyOf(lanes.entrySet()), lane -> {
                    Set<String> before = new HashSet<>();
                    return above(lane.getValue(), before).thenRun(() -> {
                        before.removeIf(among.negate());
                        found.put(lane.getKey(), before);
                    });
                })
                .thenApply(done -> found);
    }

    /**
     * Ancestors in a row need not be looked up again, and the stream may have forgotten them. A row omits those that
     * were too old for the views of its time, but the rows of its ancestors have them. A shard without records has no
     * row.
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
        List<Lane> fresh = lanes.stream().filter(lane -> before.add(lane.id())).toList();
        return Flight.inOrder(fresh, lane -> above(lane, before));
    }
}
