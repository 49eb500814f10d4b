package dev.tidemark.functions.monitor;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.s3.S3MonitorLog;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.functions.Deployment;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The handler that the state machine calls to look at every model that has a monitor. It logs what it finds, which is its
 * metrics too, and answers what has changed since it was last remembered: {@code {"changes": […]}}. The state machine tells
 * EventBridge, and then calls it with that answer, to remember it: so a change is told at least once.
 *
 * <p>It throws if a store does not answer, or if a report cannot be made, all other models having been looked at; while there
 * is a change to be told, that comes first.
 */
public final class MonitorFunction implements RequestHandler<Map<String, Object>, Map<String, Object>> {

    /** Of the answer, and of the input that is to be remembered. */
    static final String CHANGES = "changes";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Map<String, String>>> STATES = new TypeReference<>() {};

    private final QualityReports reports;
    private final MonitorLog memory;
    private final JsonMonitorLog log;
    private final InstantSource clock;

    /** For Lambda: everything from the environment. */
    public MonitorFunction() {
        this(Deployment.onLambda());
    }

    /** For another deployment; everything else is as on Lambda. */
    public MonitorFunction(Deployment deployment) {
        this(deployment, System.out);
    }

    /**
     * The same.
     *
     * @param log takes a line for each model that was looked at
     */
    public MonitorFunction(Deployment deployment, PrintStream log) {
        this(
                QualityReports.of(deployment),
                S3MonitorLog.ofModels(
                        deployment.clients().s3(),
                        deployment.value(Environment.BUCKET),
                        deployment.value(Environment.GENERATION),
                        Backoff.system()),
                new JsonMonitorLog(log, deployment.value(Environment.GENERATION), System::currentTimeMillis),
                InstantSource.system());
    }

    /** @param memory what was found when it had last changed */
    MonitorFunction(QualityReports reports, MonitorLog memory, JsonMonitorLog log, InstantSource clock) {
        this.reports = reports;
        this.memory = memory;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        if (input.get(CHANGES) instanceof List<?> changes) {
            changes.forEach(this::remember);
            return Map.of(CHANGES, List.of());
        }
        QualityReports.At now = reports.at(clock.millis());
        List<Map<String, Object>> changes = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (Monitor monitor : now.catalog().monitors()) {
            try {
                QualityReport report = now.of(monitor);
                log.monitored(report);
                change(report).ifPresent(changes::add);
            } catch (Unanswerable e) {
                log.failed(monitor, e);
                failed.add(monitor.model());
            }
        }
        if (!failed.isEmpty() && changes.isEmpty()) {
            throw new IllegalStateException(
                    "The quality of these models cannot be told: " + failed + ". The log says why, and what to do.");
        }
        return Map.of(CHANGES, changes);
    }

    /** What has changed since it was remembered: the state of any version, or the cause of its failure. */
    private Optional<Map<String, Object>> change(QualityReport report) {
        String model = report.monitor().model();
        Map<String, Map<String, String>> states = new LinkedHashMap<>();
        report.versions().forEach(version -> states.put(version.version(), state(version)));
        Map<String, Map<String, String>> before =
                memory.newest(model, 0).join().map(found -> read(found.text())).orElse(Map.of());
        if (states.equals(before)) {
            return Optional.empty();
        }
        List<Map<String, Object>> versions = new ArrayList<>();
        for (OfVersion version : report.versions()) {
            versions.add(detail(report, version, before.getOrDefault(version.version(), Map.of())));
        }
        return Optional.of(Map.of(
                "model",
                model,
                "hash",
                report.monitor().modelHash(),
                "at",
                Instant.ofEpochMilli(report.atMillis()).toString(),
                "status",
                report.status().word(),
                "versions",
                versions,
                "states",
                states));
    }

    private static Map<String, String> state(OfVersion version) {
        return Map.of(
                "status",
                version.status().word(),
                "cause",
                version.cause() == null ? "" : version.cause().kind().word());
    }

    private static Map<String, Object> detail(QualityReport report, OfVersion version, Map<String, String> before) {
        Map<String, Object> detail = new LinkedHashMap<>(state(version));
        detail.put("version", version.version());
        detail.put("champion", version.version().equals(report.monitor().champion()));
        detail.put("was", before.getOrDefault("status", ""));
        detail.put(
                "checks",
                version.checks().stream()
                        .filter(check -> check.status() != QualityReport.Status.PASS)
                        .map(check -> Map.of(
                                "check", check.check().name(),
                                "window", check.check().window().text(),
                                "status", check.status().word(),
                                "text", check.text()))
                        .toList());
        detail.put(
                "evidence",
                version.cause() == null
                        ? List.of()
                        : version.cause().evidence().stream()
                                .map(one -> Map.of("kind", one.kind().word(), "text", one.text()))
                                .toList());
        return detail;
    }

    private void remember(Object change) {
        if (!(change instanceof Map<?, ?> told)
                || !(told.get("model") instanceof String model)
                || !(told.get("at") instanceof String at)
                || told.get("states") == null) {
            throw new IllegalArgumentException("no change to remember: " + change);
        }
        try {
            memory.write(model, Instant.parse(at).toEpochMilli(), JSON.writeValueAsString(told.get("states")))
                    .join();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no states to remember: " + change, e);
        }
    }

    private static Map<String, Map<String, String>> read(String json) {
        try {
            return JSON.readValue(json, STATES);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was remembered of a model is no JSON: " + json, e);
        }
    }
}
