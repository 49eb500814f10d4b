package dev.tidemark.core.history;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Takes one lane, or one redrive's part of it. Called by one thread at a time, which may be another one each time. */
public interface LaneSink extends AutoCloseable {

    /**
     * Takes records of one part of the lane.
     *
     * @param part its index among the parts that {@link Sink#open} was given
     * @param lane of the part
     * @param records as the part's items have them, in increasing position after those given before; not empty
     * @param knownMillis from when on each of them was known (rule T1): the running maximum of its lane's arrivals, or the
     *     time of its redrive
     * @return completes when the next ones may come, with whether they are wanted; a lane is left when no part wants more
     */
    CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis);

    /**
     * Records of the lane were read just now, whatever the parts take of them.
     *
     * @param knownMillis from when on each of them was known, as archived
     */
    default void read(long[] knownMillis) {}

    /**
     * All of the lane that belongs to the walk and is wanted was taken, or all of the redrive's part.
     *
     * @param reached the position of the last record that was read
     */
    default CompletableFuture<Void> end(Position reached) {
        return CompletableFuture.completedFuture(null);
    }

    /** Called once, at the end or after a failure. */
    @Override
    default void close() {}
}
