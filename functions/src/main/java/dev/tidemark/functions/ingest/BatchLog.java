package dev.tidemark.functions.ingest;

import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.stream.Batch;

/** Is told what became of every batch. Must not throw, and must not keep records. */
@FunctionalInterface
public interface BatchLog {

    void folded(Batch batch, BatchOutcome outcome);
}
