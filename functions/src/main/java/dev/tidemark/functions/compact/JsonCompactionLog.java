package dev.tidemark.functions.compact;

import dev.tidemark.core.archive.CompactionReport;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import dev.tidemark.functions.Metric;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/** One line of JSON per compaction of a stream, which is also its metrics. */
final class JsonCompactionLog {

    private static final String STREAM = "stream";

    /** CloudWatch limits the length of a line. */
    private static final int MAX_NAMED = 50;

    private final PrintStream out;
    private final LongSupplier clockMillis;

    JsonCompactionLog(PrintStream out, LongSupplier clockMillis) {
        this.out = out;
        this.clockMillis = clockMillis;
    }

    void compacted(String stream, CompactionReport report) {
        Level level = report.damage().isEmpty() ? Level.INFO : Level.ERROR;
        out.println(LogLine.of(clockMillis.getAsLong(), level, "archive compacted", line -> {
            line.text(STREAM, stream);
            line.dimensions(STREAM);
            line.metric(Metric.SEGMENTS_MERGED, report.segmentsMerged());
            line.metric(Metric.SEGMENTS_WRITTEN, report.segmentsWritten());
            line.metric(Metric.MERGES_LEFT, report.overtaken() + report.notStarted());
            line.metric(Metric.ARCHIVE_DAMAGE, report.damage().size());
            line.number("records", report.records());
            line.texts(
                    "damage",
                    report.damage().stream()
                            .limit(MAX_NAMED)
                            .map(DamagedArchive::getMessage)
                            .map(String::valueOf)
                            .toList());
        }));
    }
}
