package dev.tidemark.functions.audit;

import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import dev.tidemark.functions.Metric;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/** One line of JSON per view and audit, and one per model that is watched; they are also its metrics. */
final class JsonAuditLog {

    private static final String GENERATION = "generation";
    private static final String VIEW = "view";
    private static final String MODEL = "model";

    /** CloudWatch limits the length of a line. */
    private static final int MAX_NAMED = 50;

    private final PrintStream out;
    private final String generation;
    private final LongSupplier clockMillis;

    JsonAuditLog(PrintStream out, String generation, LongSupplier clockMillis) {
        this.out = out;
        this.generation = generation;
        this.clockMillis = clockMillis;
    }

    /** All entities of the view's sample were audited. */
    void audited(View view, int entities, AuditReport report) {
        Level level = report.count(Difference.Kind.FAULT) > 0 ? Level.ERROR : Level.INFO;
        print(level, "state audited", view, line -> {
            metrics(line, entities, 0, report, 0);
            faults(line, report);
        });
    }

    /** None was audited, for lack of time. */
    void stopped(View view, int entities) {
        print(
                Level.WARN,
                "audit stopped for lack of time",
                view,
                line -> metrics(line, 0, entities, AuditReport.NONE, 0));
    }

    /** None was audited, because the archive cannot be trusted. */
    void damaged(View view, int entities, DamagedArchive damage) {
        print(Level.ERROR, "audit impossible", view, line -> {
            metrics(line, 0, entities, AuditReport.NONE, 1);
            line.texts("damage", List.of(String.valueOf(damage.getMessage())));
        });
    }

    /** Logged vectors of a model, by version. */
    void compared(Monitor monitor, Map<String, ClientSample> byVersion) {
        long differing = sum(byVersion, ClientSample::differing);
        print(differing > 0 ? Level.ERROR : Level.INFO, "logged vectors compared", monitor, line -> {
            vectors(line, sum(byVersion, ClientSample::compared), sum(byVersion, ClientSample::skipped), differing);
            line.texts(
                    "differences",
                    byVersion.entrySet().stream()
                            .filter(one -> one.getValue().differing() > 0)
                            .map(one -> one.getKey() + ": " + one.getValue().shown())
                            .toList());
        });
    }

    /** None was compared, for lack of time. */
    void notCompared(Monitor monitor) {
        print(
                Level.WARN,
                "comparison of logged vectors stopped for lack of time",
                monitor,
                line -> vectors(line, 0, 0, 0));
    }

    /** None was compared, because the archive cannot be trusted. */
    void incomparable(Monitor monitor, DamagedArchive damage) {
        print(Level.ERROR, "comparison of logged vectors impossible", monitor, line -> {
            vectors(line, 0, 0, 0);
            line.texts("damage", List.of(String.valueOf(damage.getMessage())));
        });
    }

    private static long sum(Map<String, ClientSample> byVersion, ToLongFunction<ClientSample> number) {
        return byVersion.values().stream().mapToLong(number).sum();
    }

    private static void vectors(LogLine line, long compared, long skipped, long differing) throws IOException {
        line.metric(Metric.AUDITED_VECTORS, compared);
        line.metric(Metric.AUDIT_VECTORS_SKIPPED, skipped);
        line.metric(Metric.AUDIT_VECTORS_DIFFERING, differing);
        line.metricAlsoBy(Metric.AUDIT_VECTORS_DIFFERING, GENERATION);
    }

    private void print(Level level, String message, Monitor monitor, LogLine.Body body) {
        out.println(LogLine.of(clockMillis.getAsLong(), level, message, line -> {
            line.text(GENERATION, generation);
            line.text(MODEL, monitor.model());
            line.dimensions(GENERATION, MODEL);
            body.writeTo(line);
        }));
    }

    private void print(Level level, String message, View view, LogLine.Body body) {
        out.println(LogLine.of(clockMillis.getAsLong(), level, message, line -> {
            line.text(GENERATION, generation);
            line.text(VIEW, view.name());
            line.text("version", view.version());
            line.dimensions(GENERATION, VIEW);
            body.writeTo(line);
        }));
    }

    private static void metrics(LogLine line, int entities, int left, AuditReport report, int damage)
            throws IOException {
        line.metric(Metric.AUDITED_ENTITIES, entities);
        line.metric(Metric.AUDIT_ENTITIES_LEFT, left);
        line.metric(Metric.AUDITED_ITEMS, report.items());
        for (Difference.Kind kind : Difference.Kind.values()) {
            line.metric(metric(kind), report.count(kind));
        }
        // The template knows no views, and its alarms must cover all of them.
        line.metricAlsoBy(Metric.AUDIT_ENTITIES_LEFT, GENERATION);
        line.metricAlsoBy(Metric.AUDIT_FAULTS, GENERATION);
        line.metric(Metric.ARCHIVE_DAMAGE, damage);
        line.metricAlsoBy(Metric.ARCHIVE_DAMAGE, GENERATION);
        line.number("records", report.records());
        line.text("checkpoint", String.join(" ", report.begins()));
    }

    private static Metric metric(Difference.Kind kind) {
        return switch (kind) {
            case LATE -> Metric.AUDIT_LATE;
            case DUPLICATE -> Metric.AUDIT_DUPLICATES;
            case DEFINITION -> Metric.AUDIT_DEFINITIONS;
            case FAULT -> Metric.AUDIT_FAULTS;
        };
    }

    private static void faults(LogLine line, AuditReport report) throws IOException {
        List<Difference> faults = report.differences().stream()
                .filter(difference -> difference.kind() == Difference.Kind.FAULT)
                .limit(MAX_NAMED)
                .toList();
        line.json().writeArrayFieldStart("faults");
        for (Difference fault : faults) {
            line.json().writeStartObject();
            line.text("entity", fault.entity());
            line.text("item", fault.item());
            line.text("position", fault.position());
            line.text("text", fault.text());
            line.json().writeEndObject();
        }
        line.json().writeEndArray();
    }
}
