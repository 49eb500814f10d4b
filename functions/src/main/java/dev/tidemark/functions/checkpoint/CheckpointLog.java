package dev.tidemark.functions.checkpoint;

import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.Metric;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/** One line of JSON per invocation, which is also its metrics. */
final class CheckpointLog {

    private static final String GENERATION = "generation";

    private final PrintStream out;
    private final String generation;
    private final LongSupplier clockMillis;

    CheckpointLog(PrintStream out, String generation, LongSupplier clockMillis) {
        this.out = out;
        this.generation = generation;
        this.clockMillis = clockMillis;
    }

    void checkpoint(Checkpointer.Outcome outcome, int deleted) {
        boolean isDone = outcome.manifest().isPresent();
        long nowMillis = clockMillis.getAsLong();
        String message = isDone ? "checkpoint complete" : "checkpoint goes on";
        out.println(LogLine.of(nowMillis, LogLine.Level.INFO, message, line -> {
            line.text("checkpoint", outcome.id());
            line.text(GENERATION, generation);
            line.dimensions(GENERATION);
            line.metric(Metric.CHECKPOINTS, isDone ? 1 : 0);
            if (isDone) {
                var manifest = outcome.manifest().orElseThrow();
                line.metric(Metric.CHECKPOINT_ITEMS, manifest.items());
                line.metric(Metric.CHECKPOINT_BYTES, manifest.bytes());
                line.metric(Metric.CHECKPOINT_DURATION, nowMillis - manifest.timeMillis());
                line.metric(Metric.CHECKPOINTS_DELETED, deleted);
            }
        }));
    }
}
