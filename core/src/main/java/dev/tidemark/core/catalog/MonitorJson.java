package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is watched of a model, as canonical JSON: members of the model's definition. Views are made of it again. */
final class MonitorJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private MonitorJson() {}

    static ObjectNode of(
            MonitorReader.Predictions predictions,
            MonitorReader.@Nullable Outcomes outcomes,
            List<MonitorReader.SliceField> slices,
            MonitorReader.Settings settings) {
        ObjectNode node = NODES.objectNode();
        predictions(node.putObject("predictions"), predictions);
        if (outcomes != null) {
            outcome(node.putObject("outcome"), outcomes);
        }
        if (!slices.isEmpty()) {
            ArrayNode elements = node.putArray("slices");
            slices.forEach(one -> elements.addObject().put("field", one.path()).put("max_groups", one.maxGroups()));
        }
        monitor(node.putObject("monitor"), settings);
        return node;
    }

    private static void predictions(ObjectNode node, MonitorReader.Predictions predictions) {
        node.put("source", predictions.source().text(""));
        node.put("where", predictions.where());
        time(node, predictions.time());
        node.put("model", predictions.model());
        node.put("version", predictions.version());
        node.put("score", predictions.score());
        node.put("hash", predictions.hash());
        node.put("features", predictions.features());
        node.put("keys", predictions.keys());
    }

    private static void outcome(ObjectNode node, MonitorReader.Outcomes outcomes) {
        MonitorReader.Carried carried = outcomes.carried();
        node.put(carried == null ? "pair" : "source", outcomes.source().text(""));
        node.put("where", outcomes.where());
        if (carried != null) {
            time(node, carried.time());
            node.put("version", outcomes.version());
            node.put("score", outcomes.score());
            if (outcomes.delay() != null) {
                node.put("delay", outcomes.delay());
            }
        }
        node.put("label", outcomes.labelPath());
        node.put("type", MonitorReader.TYPES.get(outcomes.isBinary() ? 0 : 1));
        if (outcomes.isBinary()) {
            outcomes.thresholds().forEach(node.withArray("thresholds")::add);
        }
        if (outcomes.isAbsent()) {
            node.put("absent", 0);
        }
        node.put("within", Window.formatDuration(outcomes.withinMillis()));
        node.put("settle", Window.formatDuration(outcomes.settleMillis()));
    }

    private static void time(ObjectNode node, MonitorReader.Time time) {
        if (time.format() == null) {
            node.put("time", time.field());
        } else {
            node.putObject("time").put("field", time.field()).put("format", time.format());
        }
    }

    private static void monitor(ObjectNode node, MonitorReader.Settings settings) {
        settings.windows().forEach(window -> node.withArray("windows").add(window.text()));
        if (settings.hop() != null) {
            node.put("hop", settings.hop().text(""));
        }
        node.put("retention", Window.formatDuration(settings.retentionMillis()));
        if (settings.baseline() instanceof Monitor.TrainingSet set) {
            node.put("baseline", set.path());
        } else if (settings.baseline() instanceof Monitor.Earlier earlier) {
            node.putObject("baseline")
                    .put("window", earlier.window().text())
                    .put("before", Window.formatDuration(earlier.beforeMillis()));
        }
        if (settings.champion() != null) {
            node.put("champion", settings.champion());
        }
        ObjectNode checks = node.putObject("checks");
        settings.checks().forEach(check -> check(checks, check));
    }

    private static void check(ObjectNode checks, Monitor.Check check) {
        ObjectNode node = checks.putObject(check.name());
        node.put("window", check.window().text());
        if (check instanceof Monitor.Bound bound) {
            if (bound.threshold() != null) {
                node.put("threshold", bound.threshold());
            }
            if (bound.atLeast() != null) {
                node.put("at_least", bound.atLeast());
            }
            if (bound.atMost() != null) {
                node.put(bound.number().equals(CheckReader.ECE) ? CheckReader.ECE : "at_most", bound.atMost());
            }
        } else if (check instanceof Monitor.Drift drift) {
            node.put("psi", drift.psi()).put("significance", drift.significance());
            if (drift.features() != null) {
                drift.features().forEach(node.putArray("features")::add);
            }
        } else if (check instanceof Monitor.Nulls nulls) {
            node.put("times_baseline", nulls.times()).put("plus", nulls.plus());
        } else if (check instanceof Monitor.Coverage coverage) {
            node.put("labelled_at_least", coverage.atLeast());
        }
    }
}
