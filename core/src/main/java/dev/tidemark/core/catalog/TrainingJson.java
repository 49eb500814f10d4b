package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.window.Window;
import java.util.Locale;

/** How a model is trained again, as canonical JSON: a member of the model's definition. */
final class TrainingJson {

    private TrainingJson() {}

    static ObjectNode of(Training training) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        rows(node.putObject(MonitorKeys.ROWS), training.rows());
        duration(node, MonitorKeys.HOLDOUT, training.rows().holdoutMillis());
        duration(node, MonitorKeys.EVERY, training.everyMillis() == null ? 0 : training.everyMillis());
        training.when().forEach(cause -> node.withArray(MonitorKeys.WHEN).add(cause));
        node.put(MonitorKeys.AT_LEAST, training.atLeast());
        duration(node, MonitorKeys.REST, training.restMillis());
        training.command().forEach(word -> node.withArray(MonitorKeys.COMMAND).add(word));
        gate(node.putObject(MonitorKeys.GATE), training.gate());
        ObjectNode promote = node.putObject(MonitorKeys.PROMOTE);
        duration(promote, MonitorKeys.SHADOW, training.promote().shadowMillis());
        duration(promote, MonitorKeys.WATCH, training.promote().watchMillis());
        return node;
    }

    private static void rows(ObjectNode node, Training.Rows rows) {
        duration(node, MonitorKeys.LAST, rows.lastMillis());
        node.put(MonitorKeys.MATURED, rows.isMatured());
        ObjectNode sample = node.putObject(MonitorKeys.SAMPLE);
        if (rows.isBinary()) {
            sample.put(MonitorKeys.YES, rows.yes()).put(MonitorKeys.NO, rows.no());
        } else {
            sample.put(MonitorKeys.ALL, rows.yes());
        }
    }

    private static void gate(ObjectNode node, Training.Gate gate) {
        node.putObject(MonitorKeys.PAIRED_LOSS)
                .put(MonitorKeys.WORSE_BY_AT_MOST, gate.worseByAtMost())
                .put(MonitorKeys.CONFIDENCE, gate.confidence());
        if (gate.ece() != null) {
            node.put(MonitorKeys.ECE, gate.ece());
        }
        node.put(MonitorKeys.SLICES, gate.slices().name().toLowerCase(Locale.ROOT));
    }

    /** What takes no time is left out. */
    private static void duration(ObjectNode node, String key, long millis) {
        if (millis > 0) {
            node.put(key, Window.formatDuration(millis));
        }
    }
}
