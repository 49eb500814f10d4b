package dev.tidemark.core.store;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The parents and children of lanes whose shards were split and merged. A failed future means that this is unknown now.
 */
public interface Lineage {

    /** For shards that are never split or merged. */
    Lineage NEVER_RESHARDED = new Lineage() {
        @Override
        public CompletableFuture<List<Lane>> parents(Lane lane) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletableFuture<List<Lane>> children(Lane lane) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletableFuture<Boolean> drained(Lane lane, Position last) {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public CompletableFuture<Boolean> begins(Lane lane, Position first) {
            return CompletableFuture.completedFuture(false);
        }
    };

    /**
     * The lanes of the shards that this lane's shard was split or merged from: none for an original shard, up to two
     * otherwise. None also for a shard that the stream no longer lists.
     */
    CompletableFuture<List<Lane>> parents(Lane lane);

    /** The lanes of the shards that this lane's shard was split into or merged to; none if the stream lists none. */
    CompletableFuture<List<Lane>> children(Lane lane);

    /**
     * Whether a lane will never have a record after a position: its shard is closed, or the stream no longer lists it,
     * and no record follows. False if that is not certain.
     *
     * @param last {@link Position#ORIGIN} asks about any record
     */
    CompletableFuture<Boolean> drained(Lane lane, Position last);

    /** Whether a lane has no record before a position, among those that its stream still holds. */
    CompletableFuture<Boolean> begins(Lane lane, Position first);
}
