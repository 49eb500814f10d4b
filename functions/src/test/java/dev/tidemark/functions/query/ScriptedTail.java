package dev.tidemark.functions.query;

import dev.tidemark.core.store.StreamTail;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** A stream of one lane, {@link QueryWorld#LANE}, of which is said what waits. */
final class ScriptedTail implements StreamTail {

    /** By lane id, the arrival of the first record that waits. */
    final Map<String, Long> waiting = new HashMap<>();

    boolean fails;

    /** How often it was asked what waits. */
    int asked;

    @Override
    public CompletableFuture<List<Lane>> lanes(String streamArn) {
        return CompletableFuture.completedFuture(List.of(QueryWorld.LANE));
    }

    @Override
    public CompletableFuture<OptionalLong> waitingSince(Lane lane, Position last) {
        asked++;
        Long since = waiting.get(lane.id());
        return fails
                ? CompletableFuture.failedFuture(new IllegalStateException("by script"))
                : CompletableFuture.completedFuture(since == null ? OptionalLong.empty() : OptionalLong.of(since));
    }
}
