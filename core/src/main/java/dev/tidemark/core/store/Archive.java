package dev.tidemark.core.store;

import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The raw records of every batch, kept for replay. */
public interface Archive {

    /** Completes once the segment is durable; exceptionally when that is not certain. Appending twice is harmless. */
    CompletableFuture<Void> append(Segment segment);

    /**
     * The records of one batch.
     *
     * @param last the lane row's position when the batch began, and
     * @param count its count, so that a gap between segments shows
     */
    record Segment(Lane lane, Position last, long count, List<RawRecord> records) {}
}
