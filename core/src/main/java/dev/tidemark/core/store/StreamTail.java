package dev.tidemark.core.store;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * What a stream holds after its lanes' positions. A failed future means that this is unknown now; it may fail soon,
 * because no answer should wait long for this.
 */
public interface StreamTail {

    /** Where the stream must not be asked. */
    StreamTail UNKNOWN = new StreamTail() {
        @Override
        public CompletableFuture<List<Lane>> lanes(String streamArn) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("the stream is not asked here"));
        }

        @Override
        public CompletableFuture<OptionalLong> waitingSince(Lane lane, Position last) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("the stream is not asked here"));
        }
    };

    /**
     * The lanes of all shards that the stream lists, closed ones included. The list may be some minutes old; but once
     * {@link #waitingSince} has reached the end of a lane, it has the child lanes.
     */
    CompletableFuture<List<Lane>> lanes(String streamArn);

    /**
     * The arrival of the first record after a position that the lane folds, milliseconds since the epoch; empty if
     * there is none now.
     *
     * @param last {@link Position#ORIGIN} asks about any record
     */
    CompletableFuture<OptionalLong> waitingSince(Lane lane, Position last);
}
