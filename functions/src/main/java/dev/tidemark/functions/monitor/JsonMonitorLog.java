package dev.tidemark.functions.monitor;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.monitor.QualityJson;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityReport.CheckResult;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.monitor.QualityReport.Status;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import dev.tidemark.functions.Metric;
import java.io.IOException;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/** One line of JSON per model, which is also its metrics. */
final class JsonMonitorLog {

    private static final String GENERATION = "generation";
    private static final String MODEL = "model";

    private final PrintStream out;
    private final String generation;
    private final LongSupplier clockMillis;

    JsonMonitorLog(PrintStream out, String generation, LongSupplier clockMillis) {
        this.out = out;
        this.generation = generation;
        this.clockMillis = clockMillis;
    }

    /** A report was made. */
    void monitored(QualityReport report) {
        Level level = report.status() == Status.FAIL ? Level.WARN : Level.INFO;
        print(level, "model monitored", report.monitor(), line -> {
            line.text("status", report.status().word());
            line.metric(Metric.MONITOR_CHECKS_FAILED, count(report, Status.FAIL));
            line.metric(Metric.MONITOR_CHECKS_UNKNOWN, count(report, Status.UNKNOWN));
            // The template knows no models, and its alarm must cover all of them.
            line.metricAlsoBy(Metric.MONITOR_CHECKS_FAILED, GENERATION);
            line.json().writeArrayFieldStart("versions");
            for (OfVersion version : report.versions()) {
                version(line.json(), version);
            }
            line.json().writeEndArray();
        });
    }

    /** No report could be made. */
    void failed(Monitor monitor, Unanswerable why) {
        print(Level.ERROR, "model not monitored", monitor, line -> {
            line.text("problem", why.describe());
            line.text("remedy", why.remedy());
        });
    }

    private void print(Level level, String message, Monitor monitor, LogLine.Body body) {
        out.println(LogLine.of(clockMillis.getAsLong(), level, message, line -> {
            line.text(GENERATION, generation);
            line.text(MODEL, monitor.model());
            line.dimensions(GENERATION, MODEL);
            body.writeTo(line);
        }));
    }

    private static long count(QualityReport report, Status status) {
        return report.deciding().stream()
                .flatMap(version -> version.checks().stream())
                .filter(check -> check.status() == status)
                .count();
    }

    private static void version(JsonGenerator out, OfVersion version) throws IOException {
        out.writeStartObject();
        out.writeStringField("version", version.version());
        out.writeStringField("status", version.status().word());
        out.writeArrayFieldStart("checks");
        for (CheckResult check : version.checks()) {
            out.writeString(check.check().name() + " " + check.check().window().text() + " "
                    + check.status().word() + ": " + check.text());
        }
        out.writeEndArray();
        QualityJson.cause(out, version.cause());
        out.writeEndObject();
    }
}
