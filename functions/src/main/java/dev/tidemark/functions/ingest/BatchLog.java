package dev.tidemark.functions.ingest;

import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.stream.Batch;

/** Is told the outcome of every batch. Must not throw or keep records. */
@FunctionalInterface
public interface BatchLog {

    void folded(Batch batch, BatchOutcome outcome);
}
