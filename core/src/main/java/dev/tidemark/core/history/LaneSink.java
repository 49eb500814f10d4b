package dev.tidemark.core.history;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Takes one lane, or one redrive's part of it. Called by one thread at a time, not always the same. */
public interface LaneSink extends AutoCloseable {

    /**
     * Takes records of one part of the lane.
     *
     * @param part its index among the parts that {@link Sink#open} was given
     * @param lane of the part
     * @param records as folded into the part's items, in increasing position after those given before; not empty
     * @param knownMillis when each of them became known (rule T1): the running maximum of its lane's arrivals, or the
     *     time of its redrive
     * @return completes when the sink is ready for more, with whether it wants more; a lane is left when no part wants
     *     more
     */
    CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis);

    /**
     * Records of the lane were read, whether or not a part takes them.
     *
     * @param knownMillis when each of them became known, as archived
     */
    default void read(long[] knownMillis) {}

    /**
     * The lane's wanted records in the walk's range were taken, or the redrive's part was.
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
