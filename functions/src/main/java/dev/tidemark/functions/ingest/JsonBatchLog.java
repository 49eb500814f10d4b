package dev.tidemark.functions.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldCounts;
import dev.tidemark.core.port.ViewCounts;
import dev.tidemark.core.stream.Batch;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** One line of JSON per batch: lane, positions, counts; never a payload or an entity key. */
public final class JsonBatchLog implements BatchLog {

    private final JsonFactory json = new JsonFactory();
    private final PrintStream out;

    public JsonBatchLog(PrintStream out) {
        this.out = out;
    }

    @Override
    public void folded(Batch batch, BatchOutcome outcome) {
        StringWriter line = new StringWriter(512);
        try (JsonGenerator generator = json.createGenerator(line)) {
            write(generator, batch, outcome);
        } catch (IOException e) {
            throw new UncheckedIOException("a string writer does no I/O", e);
        }
        out.println(line);
    }

    private static void write(JsonGenerator line, Batch batch, BatchOutcome outcome) throws IOException {
        line.writeStartObject();
        line.writeStringField("level", outcome.violations().isEmpty() ? outcome.isDone() ? "INFO" : "WARN" : "ERROR");
        line.writeStringField("message", outcome.isDone() ? "batch folded" : "batch not done");
        line.writeStringField("stream", batch.lane().streamName());
        line.writeStringField("shard", batch.lane().shardId());
        line.writeStringField("lane", batch.lane().id());
        line.writeStringField("first", batch.first().text());
        line.writeStringField("last", batch.last().text());
        if (outcome.firstFailed() != null) {
            line.writeStringField("firstFailed", outcome.firstFailed());
        }
        if (outcome.held() != null) {
            line.writeStringField("held", outcome.held().name());
        }
        writeFates(line, outcome.total());
        writeCounts(line, outcome.counts());
        writeTexts(line, "troubles", outcome.troubles());
        writeTexts(line, "violations", outcome.violations());
        line.writeEndObject();
    }

    private static void writeTexts(JsonGenerator line, String name, List<String> texts) throws IOException {
        line.writeArrayFieldStart(name);
        for (String text : texts) {
            line.writeString(text);
        }
        line.writeEndArray();
    }

    private static void writeFates(JsonGenerator line, ViewCounts counts) throws IOException {
        line.writeNumberField("folded", counts.folded());
        line.writeNumberField("filtered", counts.filtered());
        line.writeNumberField("late", counts.late());
        line.writeNumberField("tooLate", counts.tooLate());
        line.writeNumberField("quarantined", counts.quarantinedTotal());
        line.writeNumberField("duplicates", counts.duplicates());
    }

    private static void writeCounts(JsonGenerator line, FoldCounts counts) throws IOException {
        line.writeNumberField("records", counts.records.sum());
        line.writeNumberField("redelivered", counts.redelivered.sum());
        line.writeNumberField("itemsWritten", counts.itemsWritten.sum());
        line.writeNumberField("itemsFailed", counts.itemsFailed.sum());
        line.writeNumberField("fencesLost", counts.fencesLost.sum());
        line.writeNumberField("retries", counts.retries.sum());
        line.writeNumberField("expired", counts.expired.sum());
    }
}
