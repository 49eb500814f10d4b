package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.MonitorKeys.Part;
import dev.tidemark.core.tile.SeenIds;
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
        predictions(node.putObject(MonitorKeys.PREDICTIONS), predictions);
        if (outcomes != null) {
            outcome(node.putObject(MonitorKeys.OUTCOME), outcomes);
        }
        if (!slices.isEmpty()) {
            ArrayNode elements = node.putArray(MonitorKeys.SLICES);
            slices.forEach(one -> elements.addObject()
                    .put(MonitorKeys.FIELD, one.path())
                    .put(MonitorKeys.MAX_GROUPS, one.maxGroups()));
        }
        monitor(node.putObject(MonitorKeys.MONITOR), settings);
        return node;
    }

    private static void predictions(ObjectNode node, MonitorReader.Predictions predictions) {
        node.put(MonitorKeys.SOURCE, predictions.source().text(""));
        node.put(MonitorKeys.WHERE, predictions.where());
        time(node, predictions.time());
        duplicates(node, predictions.duplicates());
        predictions.paths().forEach((part, path) -> node.put(part.key(), path));
    }

    private static void outcome(ObjectNode node, MonitorReader.Outcomes outcomes) {
        MonitorReader.Carried carried = outcomes.carried();
        node.put(
                carried == null ? MonitorKeys.PAIR : MonitorKeys.SOURCE,
                outcomes.source().text(""));
        node.put(MonitorKeys.WHERE, outcomes.where());
        if (carried != null) {
            time(node, carried.time());
            duplicates(node, carried.duplicates());
            node.put(MonitorKeys.WITHIN, Window.formatDuration(outcomes.withinMillis()));
            node.put(Part.VERSION.key(), outcomes.version());
            node.put(Part.SCORE.key(), outcomes.score());
            if (outcomes.delay() != null) {
                node.put(MonitorKeys.DELAY, outcomes.delay());
            }
        }
        node.put(MonitorKeys.LABEL, outcomes.labelPath());
        node.put(MonitorKeys.TYPE, MonitorReader.TYPES.get(outcomes.isBinary() ? 0 : 1));
        if (outcomes.isBinary()) {
            outcomes.thresholds().forEach(node.withArray(MonitorKeys.THRESHOLDS)::add);
        }
        if (outcomes.isAbsent()) {
            node.put(MonitorKeys.ABSENT, 0);
        }
        node.put(MonitorKeys.SETTLE, Window.formatDuration(outcomes.settleMillis()));
    }

    private static void time(ObjectNode node, MonitorReader.Time time) {
        if (time.format() == null && time.zone() == null) {
            node.put(MonitorKeys.TIME, time.field());
            return;
        }
        ObjectNode written = node.putObject(MonitorKeys.TIME).put(MonitorKeys.FIELD, time.field());
        if (time.format() != null) {
            written.put(MonitorKeys.FORMAT, time.format());
        }
        if (time.zone() != null) {
            written.put(MonitorKeys.ZONE, time.zone());
        }
    }

    /** Also that there are none, which is no default where events have an id. */
    private static void duplicates(ObjectNode node, SeenIds.@Nullable Rule duplicates) {
        if (duplicates == null) {
            node.put(MonitorKeys.DROP_DUPLICATES, false);
        } else {
            CatalogJson.duplicates(node.putObject(MonitorKeys.DROP_DUPLICATES), duplicates);
        }
    }

    private static void monitor(ObjectNode node, MonitorReader.Settings settings) {
        settings.windows().forEach(window -> node.withArray(MonitorKeys.WINDOWS).add(window.text()));
        if (settings.hop() != null) {
            node.put(MonitorKeys.HOP, settings.hop().text(""));
        }
        node.put(MonitorKeys.RETENTION, Window.formatDuration(settings.retentionMillis()));
        if (settings.baseline() instanceof Monitor.TrainingSet set) {
            node.put(MonitorKeys.BASELINE, set.path());
        } else if (settings.baseline() instanceof Monitor.Earlier earlier) {
            node.putObject(MonitorKeys.BASELINE)
                    .put(MonitorKeys.WINDOW, earlier.window().text())
                    .put(MonitorKeys.BEFORE, Window.formatDuration(earlier.beforeMillis()));
        }
        if (settings.champion() != null) {
            node.put(MonitorKeys.CHAMPION, settings.champion());
        }
        settings.challengers()
                .forEach(version -> node.withArray(MonitorKeys.CHALLENGERS).add(version));
        ObjectNode checks = node.putObject(MonitorKeys.CHECKS);
        settings.checks().forEach(check -> check(checks, check));
    }

    private static void check(ObjectNode checks, Monitor.Check check) {
        ObjectNode node = checks.putObject(check.name());
        node.put(MonitorKeys.WINDOW, check.window().text());
        if (check instanceof Monitor.Bound bound) {
            if (bound.threshold() != null) {
                node.put(MonitorKeys.THRESHOLD, bound.threshold());
            }
            if (bound.atLeast() != null) {
                node.put(MonitorKeys.AT_LEAST, bound.atLeast());
            }
            if (bound.atMost() != null) {
                node.put(
                        bound.number().equals(MonitorKeys.ECE) ? MonitorKeys.ECE : MonitorKeys.AT_MOST, bound.atMost());
            }
        } else if (check instanceof Monitor.Drift drift) {
            node.put(MonitorKeys.PSI, drift.psi()).put(MonitorKeys.SIGNIFICANCE, drift.significance());
            if (drift.features() != null) {
                drift.features().forEach(node.putArray(MonitorKeys.OF_FEATURES)::add);
            }
        } else if (check instanceof Monitor.Nulls nulls) {
            node.put(MonitorKeys.TIMES_BASELINE, nulls.times()).put(MonitorKeys.PLUS, nulls.plus());
        } else if (check instanceof Monitor.Coverage coverage) {
            node.put(MonitorKeys.LABELLED_AT_LEAST, coverage.atLeast());
        }
    }
}
