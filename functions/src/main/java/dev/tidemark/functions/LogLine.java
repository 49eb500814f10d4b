package dev.tidemark.functions;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.aws.Environment;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A line of the log: one JSON object with {@code timestamp}, {@code level} and {@code message}, as Lambda's log levels
 * want it. Metric members are also declared in CloudWatch's embedded metric format, so one line is both log and
 * metrics, and no call publishes them.
 *
 * <p>The format is a handful of members, so it is written here. AWS's library for it brings its own sinks, agents and
 * environment detection, and Powertools brings AspectJ and a logging stack with the start-up time of both; neither
 * would put log and metrics into one line.
 */
public final class LogLine {

    /** Levels as Lambda names them. */
    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /** Writes the members of a line. */
    public interface Body {
        void writeTo(LogLine line) throws IOException;
    }

    private static final JsonFactory JSON = new JsonFactory();

    /** Of the process, like the log itself. */
    private static final String NAMESPACE = Environment.METRIC_NAMESPACE.in(System.getenv());

    private final JsonGenerator out;
    private final Map<List<String>, List<Metric>> metrics = new LinkedHashMap<>();
    private List<String> dimensions = List.of();

    private LogLine(JsonGenerator out) {
        this.out = out;
    }

    /** The line, without the line feed. */
    public static String of(long nowMillis, Level level, String message, Body body) {
        StringWriter text = new StringWriter(1_024);
        try (JsonGenerator out = JSON.createGenerator(text)) {
            LogLine line = new LogLine(out);
            out.writeStartObject();
            out.writeStringField("timestamp", Instant.ofEpochMilli(nowMillis).toString());
            out.writeStringField("level", level.name());
            out.writeStringField("message", message);
            body.writeTo(line);
            line.announceMetrics(nowMillis);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    /** For members that are neither texts, numbers nor metrics. */
    public JsonGenerator json() {
        return out;
    }

    public void text(String name, String value) throws IOException {
        out.writeStringField(name, value);
    }

    public void number(String name, long value) throws IOException {
        out.writeNumberField(name, value);
    }

    public void texts(String name, List<String> values) throws IOException {
        out.writeArrayFieldStart(name);
        for (String value : values) {
            out.writeString(value);
        }
        out.writeEndArray();
    }

    /** The metrics that follow are counted by these members, which must be texts of few different values. */
    public void dimensions(String... names) {
        dimensions = List.of(names);
    }

    public void metric(Metric metric, long value) throws IOException {
        out.writeNumberField(metric.id(), value);
        announce(metric, dimensions);
    }

    public void metric(Metric metric, double value) throws IOException {
        out.writeNumberField(metric.id(), value);
        announce(metric, dimensions);
    }

    /** Counts a metric of this line by other members too. */
    public void metricAlsoBy(Metric metric, String... names) {
        announce(metric, List.of(names));
    }

    private void announce(Metric metric, List<String> by) {
        metrics.computeIfAbsent(by, key -> new ArrayList<>()).add(metric);
    }

    private void announceMetrics(long nowMillis) throws IOException {
        if (metrics.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("_aws");
        out.writeNumberField("Timestamp", nowMillis);
        out.writeArrayFieldStart("CloudWatchMetrics");
        for (Map.Entry<List<String>, List<Metric>> directive : metrics.entrySet()) {
            out.writeStartObject();
            out.writeStringField("Namespace", NAMESPACE);
            out.writeArrayFieldStart("Dimensions");
            out.writeStartArray();
            for (String name : directive.getKey()) {
                out.writeString(name);
            }
            out.writeEndArray();
            out.writeEndArray();
            out.writeArrayFieldStart("Metrics");
            for (Metric metric : directive.getValue()) {
                out.writeStartObject();
                out.writeStringField("Name", metric.id());
                out.writeStringField("Unit", metric.unit());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
    }
}
