package dev.tidemark.core.store;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/** A lineage that answers at once. */
public final class InMemoryLineage implements Lineage {

    /** By lane id; lanes without an entry have no parents. */
    public final Map<String, List<Lane>> parents = new TreeMap<>();

    /** Whether nothing follows a position in a lane. */
    public BiPredicate<Lane, Position> drained = (lane, last) -> true;

    /** Whether nothing comes before a position in a lane. */
    public BiPredicate<Lane, Position> begins = (lane, first) -> true;

    @Override
    public CompletableFuture<Boolean> begins(Lane lane, Position first) {
        return CompletableFuture.completedFuture(begins.test(lane, first));
    }

    @Override
    public CompletableFuture<List<Lane>> parents(Lane lane) {
        return CompletableFuture.completedFuture(parents.getOrDefault(lane.id(), List.of()));
    }

    /** Those that name the lane as a parent; their streams are the lane's. */
    @Override
    public CompletableFuture<List<Lane>> children(Lane lane) {
        return CompletableFuture.completedFuture(parents.entrySet().stream()
                .filter(child -> child.getValue().contains(lane))
                .map(child -> new Lane(lane.streamArn(), lane.streamCreatedMillis(), Lane.shardIdOf(child.getKey())))
                .toList());
    }

    @Override
    public CompletableFuture<Boolean> drained(Lane lane, Position last) {
        return CompletableFuture.completedFuture(drained.test(lane, last));
    }
}
