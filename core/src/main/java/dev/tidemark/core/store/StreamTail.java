package dev.tidemark.core.store;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * What a stream holds behind the positions up to which its lanes are folded. Futures that fail say that nobody knows
 * now; they may fail soon, because no answer should wait long for this.
 */
public interface StreamTail {

    /** For where the stream is not to be asked. */
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
     * {@link #waitingSince} has come to the end of a lane, it has those that came of it.
     */
    CompletableFuture<List<Lane>> lanes(String streamArn);

    /**
     * The arrival of the first record after a position that the lane folds, milliseconds since the epoch; empty if there
     * is none at the moment.
     *
     * @param last {@link Position#ORIGIN} asks for any record at all
     */
    CompletableFuture<OptionalLong> waitingSince(Lane lane, Position last);
}
