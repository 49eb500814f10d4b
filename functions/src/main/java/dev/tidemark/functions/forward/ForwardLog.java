package dev.tidemark.functions.forward;

import dev.tidemark.core.stream.Batch;

/** Is told the outcome of every batch. Must not throw or keep records. */
@FunctionalInterface
public interface ForwardLog {

    void forwarded(Batch batch, ForwardOutcome outcome);
}
