package dev.tidemark.functions.ingest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldCounts;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.functions.CountsJson;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import dev.tidemark.functions.Metric;
import java.io.IOException;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * One line of JSON per batch, which is also its metrics: lane, positions, counts; never a payload or an entity key.
 * CloudWatch takes one value of a dimension per line, so a view with late, too late, duplicate or bad events gets a
 * separate line, and so does a view of pairs, and each quarantine reason.
 *
 * <p>Thread-safe. The units are those that DynamoDB has charged since the line before; they belong to the batch where
 * one batch is folded at a time, as on Lambda.
 */
public final class JsonBatchLog implements BatchLog {

    private static final String STREAM = "stream";
    private static final String VIEW = "view";
    private static final String REASON = "reason";
    private static final String HELD = "held";

    private final PrintStream out;
    private final CapacityCounter capacity;
    private final LongSupplier clockMillis;
    private double readUnitsBefore;
    private double writeUnitsBefore;

    /** @param capacity what the stores of the fold are metered with */
    public JsonBatchLog(PrintStream out, CapacityCounter capacity, LongSupplier clockMillis) {
        this.out = out;
        this.capacity = capacity;
        this.clockMillis = clockMillis;
    }

    @Override
    public synchronized void folded(Batch batch, BatchOutcome outcome) {
        long nowMillis = clockMillis.getAsLong();
        String message = outcome.isDone() ? "batch folded" : "batch not done";
        out.println(LogLine.of(nowMillis, level(outcome), message, line -> {
            writeLane(line, batch, outcome);
            line.dimensions(STREAM);
            writeFates(line, outcome.total());
            writeProgress(line, batch, outcome, nowMillis);
            writeWork(line, outcome.counts());
            writeUnits(line);
            writeViews(line.json(), outcome.added());
            line.texts("troubles", outcome.troubles());
            line.texts("violated", outcome.violations());
        }));
        outcome.added().forEach((view, counts) -> attend(nowMillis, batch, view, counts));
    }

    private static Level level(BatchOutcome outcome) {
        if (!outcome.violations().isEmpty()) {
            return Level.ERROR;
        }
        return outcome.isDone() ? Level.INFO : Level.WARN;
    }

    private static void writeLane(LogLine line, Batch batch, BatchOutcome outcome) throws IOException {
        line.text(STREAM, batch.lane().streamName());
        line.text("shard", batch.lane().shardId());
        line.text("lane", batch.lane().id());
        line.text("first", batch.first().text());
        line.text("last", batch.last().text());
        LaneRow row = outcome.lane();
        if (row != null) {
            line.text("position", row.last().text());
            line.number("laneRecords", row.count());
        }
        if (outcome.firstFailed() != null) {
            line.text("firstFailed", outcome.firstFailed());
        }
    }

    private static void writeFates(LogLine line, ViewCounts counts) throws IOException {
        line.metric(Metric.FOLDED, counts.folded());
        line.metric(Metric.FILTERED, counts.filtered());
        line.metric(Metric.LATE, counts.late());
        line.metric(Metric.TOO_LATE, counts.tooLate());
        line.metric(Metric.DUPLICATES, counts.duplicates());
        writeBeforeSeam(line, counts);
        line.metric(Metric.QUARANTINED, counts.quarantinedTotal());
        line.metric(Metric.OUTSIDE_SHARD, counts.quarantined().getOrDefault(InvalidEvent.Reason.OUTSIDE_SHARD, 0L));
    }

    /** Most sources have no seam; imported rows are not folded here. */
    private static void writeBeforeSeam(LogLine line, ViewCounts counts) throws IOException {
        if (counts.beforeSeam() > 0) {
            line.metric(Metric.BEFORE_SEAM, counts.beforeSeam());
        }
    }

    private static void writeProgress(LogLine line, Batch batch, BatchOutcome outcome, long nowMillis)
            throws IOException {
        line.metric(Metric.RECORDS, batch.records().size());
        line.metric(Metric.REDELIVERED, outcome.counts().redelivered.sum());
        line.metric(Metric.BATCHES_NOT_DONE, outcome.isDone() ? 0 : 1);
        line.metric(Metric.BATCHES_STUCK, outcome.isStuck() ? 1 : 0);
        line.metric(Metric.BATCHES_HELD, outcome.held() == null ? 0 : 1);
        if (outcome.held() != null) {
            line.text(HELD, outcome.held().name());
            line.metricAlsoBy(Metric.BATCHES_HELD, STREAM, HELD);
        }
        line.metric(Metric.VIOLATIONS, outcome.violations().size());
        LaneRow row = outcome.lane();
        if (row != null && row.maxArrivalMillis() != Long.MIN_VALUE) {
            line.metric(Metric.LAG, Math.max(0, nowMillis - row.maxArrivalMillis()));
        }
    }

    private static void writeWork(LogLine line, FoldCounts counts) throws IOException {
        line.metric(Metric.ITEMS_WRITTEN, counts.itemsWritten.sum());
        line.metric(Metric.ITEMS_FAILED, counts.itemsFailed.sum());
        line.metric(Metric.FENCES_LOST, counts.fencesLost.sum());
        line.metric(Metric.RETRIES, counts.retries.sum());
        line.metric(Metric.BLOCKS_EXPIRED, counts.expired.sum());
        line.metric(Metric.LOOK_UPS_NOT_FOUND, counts.notFound.sum());
        line.metric(Metric.ARCHIVE_FAILURES, counts.archiveFailures.sum());
    }

    private void writeUnits(LogLine line) throws IOException {
        double readUnits = capacity.readUnits();
        double writeUnits = capacity.writeUnits();
        line.metric(Metric.READ_UNITS, readUnits - readUnitsBefore);
        line.metric(Metric.WRITE_UNITS, writeUnits - writeUnitsBefore);
        readUnitsBefore = readUnits;
        writeUnitsBefore = writeUnits;
    }

    /** Only for readers of the log; as metrics, most views' lines would add nothing. */
    private static void writeViews(JsonGenerator json, Map<String, ViewCounts> views) throws IOException {
        json.writeObjectFieldStart("views");
        for (Map.Entry<String, ViewCounts> view : new TreeMap<>(views).entrySet()) {
            json.writeFieldName(view.getKey());
            CountsJson.write(json, view.getValue());
        }
        json.writeEndObject();
    }

    private static void writePlace(LogLine line, Batch batch, String view) throws IOException {
        line.text(STREAM, batch.lane().streamName());
        line.text(VIEW, view);
        line.text("lane", batch.lane().id());
        line.dimensions(STREAM, VIEW);
    }

    private void writePairs(long nowMillis, Batch batch, String view, PairCounts pairs) {
        out.println(LogLine.of(nowMillis, Level.INFO, "halves of pairs", line -> {
            writePlace(line, batch, view);
            Map<Metric, Long> all = new EnumMap<>(Metric.class);
            all.put(Metric.PAIR_LEFTS, pairs.lefts());
            all.put(Metric.PAIRED, pairs.paired());
            all.put(Metric.PAIR_SUPERSEDED, pairs.superseded());
            all.put(Metric.PAIR_OUTCOME_LATE, pairs.outcomeLate());
            all.put(Metric.PAIR_WAITING, pairs.waiting());
            all.put(Metric.PAIR_TAKEN, pairs.taken());
            all.put(Metric.PAIR_OVERFLOWN, pairs.overflown());
            for (Map.Entry<Metric, Long> metric : all.entrySet()) {
                line.metric(metric.getKey(), metric.getValue());
                line.metricAlsoBy(metric.getKey(), STREAM);
            }
        }));
    }

    private void attend(long nowMillis, Batch batch, String view, ViewCounts counts) {
        if (!counts.pairs().equals(PairCounts.NONE)) {
            writePairs(nowMillis, batch, view, counts.pairs());
        }
        long quarantined = counts.quarantinedTotal();
        if (counts.late() + counts.tooLate() + counts.duplicates() + counts.beforeSeam() + quarantined == 0) {
            return;
        }
        out.println(LogLine.of(nowMillis, Level.INFO, "events not folded, or late", line -> {
            writePlace(line, batch, view);
            line.metric(Metric.LATE, counts.late());
            line.metric(Metric.TOO_LATE, counts.tooLate());
            line.metric(Metric.DUPLICATES, counts.duplicates());
            writeBeforeSeam(line, counts);
            line.metric(Metric.QUARANTINED, quarantined);
        }));
        for (Map.Entry<InvalidEvent.Reason, Long> reason : counts.quarantined().entrySet()) {
            out.println(LogLine.of(nowMillis, Level.WARN, "records quarantined", line -> {
                line.text(STREAM, batch.lane().streamName());
                line.text(VIEW, view);
                line.text(REASON, reason.getKey().name());
                line.text("lane", batch.lane().id());
                line.dimensions(STREAM, VIEW, REASON);
                line.metric(Metric.QUARANTINED, reason.getValue());
            }));
        }
    }
}
