package dev.tidemark.functions.forward;

import dev.tidemark.core.stream.Batch;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import dev.tidemark.functions.Metric;
import java.io.PrintStream;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** One line of JSON per batch, which is also its metrics; and one for each reason for which records were refused. */
final class JsonForwardLog implements ForwardLog {

    private static final String STREAM = "stream";
    private static final String REASON = "reason";

    private final PrintStream out;
    private final LongSupplier clockMillis;

    JsonForwardLog(PrintStream out, LongSupplier clockMillis) {
        this.out = out;
        this.clockMillis = clockMillis;
    }

    @Override
    public void forwarded(Batch batch, ForwardOutcome outcome) {
        long nowMillis = clockMillis.getAsLong();
        boolean isDone = outcome.firstFailed() == null;
        String message = isDone ? "batch forwarded" : "batch not forwarded";
        out.println(LogLine.of(nowMillis, isDone ? Level.INFO : Level.WARN, message, line -> {
            line.text(STREAM, batch.lane().streamName());
            line.text("shard", batch.lane().shardId());
            line.text("lane", batch.lane().id());
            line.text("first", batch.first().text());
            line.text("last", batch.last().text());
            if (outcome.firstFailed() != null) {
                line.text("firstFailed", outcome.firstFailed());
            }
            line.number("records", batch.records().size());
            line.dimensions(STREAM);
            line.metric(Metric.FORWARDED, outcome.forwarded());
            line.metric(Metric.FORWARD_REFUSED, outcome.refusedTotal());
            line.metric(Metric.FORWARD_FAILURES, outcome.failures());
        }));
        new TreeMap<>(outcome.refused())
                .forEach((reason, count) ->
                        out.println(LogLine.of(nowMillis, Level.WARN, "records not forwarded", line -> {
                            line.text(STREAM, batch.lane().streamName());
                            line.text(REASON, reason.name());
                            line.text("lane", batch.lane().id());
                            line.dimensions(STREAM, REASON);
                            line.metric(Metric.FORWARD_REFUSED, count);
                        })));
    }
}
