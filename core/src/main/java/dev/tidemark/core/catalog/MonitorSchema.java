package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.MonitorKeys.Part;
import dev.tidemark.core.view.Training;
import java.util.List;

/** The part of {@link CatalogSchema} about what is watched of a model. */
final class MonitorSchema {

    private MonitorSchema() {}

    static void addTo(ObjectNode definitions) {
        predictions(definitions.putObject(MonitorKeys.PREDICTIONS));
        outcome(definitions.putObject(MonitorKeys.OUTCOME));
        slices(definitions.putObject(MonitorKeys.SLICES));
        monitor(definitions.putObject(MonitorKeys.MONITOR));
        checks(definitions.putObject(MonitorKeys.CHECKS));
        train(definitions.putObject(MonitorKeys.TRAIN));
    }

    private static void predictions(ObjectNode node) {
        CatalogSchema.object(node, "What the predictions of the model look like.", MonitorKeys.SOURCE);
        ObjectNode properties = CatalogSchema.properties(node);
        CatalogSchema.text(properties, MonitorKeys.SOURCE, Names.PATTERN, "Name of the source that has them.");
        CatalogSchema.condition(properties, "Which events of the source are predictions of this model.");
        CatalogSchema.time(properties.putObject(MonitorKeys.TIME), "The moment of the prediction. Default: ts.");
        duplicates(properties);
        for (Part part : Part.values()) {
            CatalogSchema.path(properties, part.key(), part.description());
        }
    }

    private static void outcome(ObjectNode node) {
        CatalogSchema.object(node, "What the outcomes of predictions look like.");
        ObjectNode properties = CatalogSchema.properties(node);
        CatalogSchema.text(
                properties,
                MonitorKeys.PAIR,
                Names.PATTERN,
                "Name of a pair of predictions (left) and outcomes (right).");
        CatalogSchema.text(
                properties,
                MonitorKeys.SOURCE,
                Names.PATTERN,
                "Name of the source whose outcomes carry their prediction. Default: that of the predictions.");
        CatalogSchema.condition(properties, "Which events of the source are outcomes of this model.");
        CatalogSchema.time(
                properties.putObject(MonitorKeys.TIME), "The moment of the prediction. Default: predicted_at.");
        duplicates(properties);
        CatalogSchema.path(properties, Part.VERSION.key(), "The prediction's version. Default: as in the predictions.");
        CatalogSchema.path(properties, Part.SCORE.key(), "The prediction's score. Default: as in the predictions.");
        CatalogSchema.path(properties, MonitorKeys.LABEL, "What came of it. Default: label.");
        CatalogSchema.path(properties, MonitorKeys.DELAY, "How many seconds the outcome took, if events say so.");
        enumeration(properties, MonitorKeys.TYPE, "Whether the label is yes or no, or a number.", MonitorReader.TYPES);
        ObjectNode thresholds = properties.putObject(MonitorKeys.THRESHOLDS);
        thresholds.put("description", "From which score on a prediction counts as a yes. Default: 0.5.");
        thresholds.put("type", "array").put("minItems", 1).putObject("items").put("type", "number");
        properties
                .putObject(MonitorKeys.ABSENT)
                .put("description", "A prediction without an outcome is a no, once 'within' has passed.")
                .put("const", 0);
        CatalogSchema.duration(
                properties, MonitorKeys.WITHIN, "24h", "How long after its prediction an outcome may come.");
        CatalogSchema.duration(properties, MonitorKeys.SETTLE, "1h", "How long after that it may take to arrive.");
        node.putObject("not").putArray("required").add(MonitorKeys.PAIR).add(MonitorKeys.SOURCE);
    }

    private static void duplicates(ObjectNode properties) {
        ArrayNode forms = properties
                .putObject(MonitorKeys.DROP_DUPLICATES)
                .put(
                        "description",
                        "Whether to drop what a producer sent again. Default: if the source has an event_id.")
                .putArray("anyOf");
        forms.addObject().put("type", "boolean");
        CatalogSchema.duplicates(forms.addObject(), MonitorReader.USUAL_DUPLICATES.maxIds());
    }

    private static void slices(ObjectNode node) {
        node.put("description", "Fields of the predictions by which quality is kept apart.");
        node.put("type", "array").put("minItems", 1).put("maxItems", MonitorReader.MAX_SLICES);
        ArrayNode forms = node.putObject("items").putArray("anyOf");
        CatalogSchema.pattern(forms.addObject(), CatalogSchema.PATH);
        ObjectNode form = forms.addObject();
        CatalogSchema.object(form, "The field, and how many of its values are listed.", MonitorKeys.FIELD);
        CatalogSchema.path(CatalogSchema.properties(form), MonitorKeys.FIELD, "The field.");
        CatalogSchema.integer(
                        CatalogSchema.properties(form),
                        MonitorKeys.MAX_GROUPS,
                        1,
                        FeatureReader.LARGEST_MAX_GROUPS,
                        "How many values are listed.")
                .put("default", MonitorReader.DEFAULT_SLICE_GROUPS);
    }

    private static void monitor(ObjectNode node) {
        CatalogSchema.object(node, "What is wanted of the model, and over which windows.");
        ObjectNode properties = CatalogSchema.properties(node);
        ObjectNode windows = properties.putObject(MonitorKeys.WINDOWS);
        windows.put("description", "Over which windows. Default: 1h, 24h, 7d.");
        windows.put("type", "array").put("minItems", 1).put("uniqueItems", true);
        CatalogSchema.pattern(windows.putObject("items"), CatalogSchema.DURATION);
        CatalogSchema.duration(
                properties, MonitorKeys.HOP, null, "Width of the finest tile. Default: from the windows.");
        CatalogSchema.duration(
                properties,
                MonitorKeys.RETENTION,
                null,
                "How late an outcome may arrive. Default: within, settle and a day.");
        ObjectNode baseline = properties.putObject(MonitorKeys.BASELINE);
        baseline.put("description", "What inputs are compared with: a training set, or an earlier window.");
        ArrayNode forms = baseline.putArray("anyOf");
        forms.addObject().put("type", "string");
        ObjectNode form = forms.addObject();
        CatalogSchema.object(form, "The same window, earlier.", MonitorKeys.WINDOW, MonitorKeys.BEFORE);
        CatalogSchema.duration(CatalogSchema.properties(form), MonitorKeys.WINDOW, null, "One of the windows.");
        CatalogSchema.duration(CatalogSchema.properties(form), MonitorKeys.BEFORE, null, "How long ago it ended.");
        CatalogSchema.scalar(
                properties.putObject(MonitorKeys.CHAMPION).put("description", "The version whose checks matter."));
        ObjectNode challengers = properties.putObject(MonitorKeys.CHALLENGERS);
        challengers.put("description", "Versions whose scores of the same are compared with those that were used.");
        challengers.put("type", "array").put("uniqueItems", true).put("minItems", 1);
        challengers.put("maxItems", MonitorReader.MAX_CHALLENGERS);
        CatalogSchema.scalar(challengers.putObject("items"));
        properties.putObject(MonitorKeys.CHECKS).put("$ref", "#/definitions/checks");
    }

    private static void checks(ObjectNode node) {
        CatalogSchema.object(node, "What is wanted; a check that does not hold has a cause.");
        ObjectNode properties = CatalogSchema.properties(node);
        for (List<String> names : List.of(CheckReader.AT_THRESHOLD, CheckReader.OF_SCORES, CheckReader.OF_NUMBERS)) {
            for (String name : names) {
                ObjectNode check = check(properties, name, "Bounds of the " + name.replace('_', ' ') + ".");
                number(check, MonitorKeys.AT_LEAST, "The least.");
                number(check, MonitorKeys.AT_MOST, "The greatest.");
                if (names.equals(CheckReader.AT_THRESHOLD)) {
                    number(check, MonitorKeys.THRESHOLD, "At which threshold. Default: the outcome's first.");
                }
            }
        }
        number(
                check(properties, CheckReader.CALIBRATION, "How far scores may be from rates.", MonitorKeys.ECE),
                MonitorKeys.ECE,
                "The greatest expected calibration error.");
        number(
                check(
                        properties,
                        CheckReader.COVERAGE,
                        "How many outcomes must be known.",
                        MonitorKeys.LABELLED_AT_LEAST),
                MonitorKeys.LABELLED_AT_LEAST,
                "The least share of predictions.");
        ObjectNode nulls = check(properties, CheckReader.NULLS, "How many nulls an input may have.");
        number(nulls, MonitorKeys.TIMES_BASELINE, "Times the baseline's share. Default: 1.");
        number(nulls, MonitorKeys.PLUS, "And this. Default: 0.01.");
        ObjectNode drift = check(properties, CheckReader.DRIFT, "How far inputs may move.");
        number(drift, MonitorKeys.PSI, "The greatest population stability index. Default: 0.2.");
        number(drift, MonitorKeys.SIGNIFICANCE, "The probability of an alarm when nothing has changed. Default: 0.01.");
        ArrayNode forms = drift.putObject(MonitorKeys.OF_FEATURES)
                .put("description", "Which inputs. Default: all.")
                .putArray("anyOf");
        forms.addObject().put("const", "all");
        forms.addObject().put("type", "array").putObject("items").put("type", "string");
    }

    private static void train(ObjectNode node) {
        CatalogSchema.object(node, "How the model is trained again, with what came of its predictions.");
        ObjectNode properties = CatalogSchema.properties(node);
        ObjectNode rows = object(properties, MonitorKeys.ROWS, "Which predictions it learns from.");
        CatalogSchema.duration(rows, MonitorKeys.LAST, "30d", "How far back they reach.");
        rows.putObject(MonitorKeys.MATURED)
                .put("description", "Whether a row waits until its outcome can no longer change in time.")
                .put("type", "boolean")
                .put("default", true);
        ObjectNode sample =
                object(rows, MonitorKeys.SAMPLE, "Which share of the rows is kept, by label. Default: all.");
        number(sample, MonitorKeys.YES, "Of those with a yes.");
        number(sample, MonitorKeys.NO, "Of those with a no.");
        number(sample, MonitorKeys.ALL, "Of all, if labels are numbers.");
        CatalogSchema.duration(
                properties,
                MonitorKeys.HOLDOUT,
                null,
                "The newest rows, which judge a candidate. Default: a tenth of 'last'.");
        CatalogSchema.duration(properties, MonitorKeys.EVERY, null, "How often a run starts by schedule.");
        ObjectNode when = properties.putObject(MonitorKeys.WHEN);
        when.put("description", "Causes of the monitor that start a run.");
        when.put("type", "array").put("minItems", 1).put("uniqueItems", true);
        Training.CAUSES.forEach(when.putObject("items").putArray("enum")::add);
        CatalogSchema.integer(
                        properties,
                        MonitorKeys.AT_LEAST,
                        1,
                        (int) TrainingReader.MOST_AT_LEAST,
                        "How many rows must be new since the cut of the last run.")
                .put("default", TrainingReader.DEFAULT_AT_LEAST);
        CatalogSchema.duration(properties, MonitorKeys.REST, null, "How long no run starts after the end of one.");
        ObjectNode command = properties.putObject(MonitorKeys.COMMAND);
        command.put("description", "The training step of the local run: a program and its arguments.");
        ArrayNode forms = command.putArray("anyOf");
        forms.addObject().put("type", "string");
        ObjectNode words = forms.addObject();
        words.put("type", "array").put("minItems", 1).put("maxItems", TrainingReader.MAX_COMMAND);
        CatalogSchema.scalar(words.putObject("items"));
        ObjectNode gate = object(properties, MonitorKeys.GATE, "What a candidate must be.");
        ObjectNode loss = object(gate, MonitorKeys.PAIRED_LOSS, "How its loss compares with the champion's.");
        number(loss, MonitorKeys.WORSE_BY_AT_MOST, "By how much it may be greater. Default: 0.");
        number(loss, MonitorKeys.CONFIDENCE, "How certain that must be. Default: 0.95.");
        number(gate, MonitorKeys.ECE, "The greatest expected calibration error. Default: any.");
        enumeration(
                gate, MonitorKeys.SLICES, "In which slices it must not be worse for certain.", List.of("all", "none"));
        ObjectNode promote = object(properties, MonitorKeys.PROMOTE, "What happens before and after it is promoted.");
        CatalogSchema.duration(
                promote, MonitorKeys.SHADOW, null, "How long its scores are logged beside the champion's before.");
        CatalogSchema.duration(promote, MonitorKeys.WATCH, null, "How long it is watched afterwards.");
    }

    private static ObjectNode object(ObjectNode properties, String key, String description) {
        ObjectNode node = properties.putObject(key);
        CatalogSchema.object(node, description);
        return CatalogSchema.properties(node);
    }

    private static ObjectNode check(ObjectNode checks, String name, String description, String... required) {
        ObjectNode check = checks.putObject(name);
        CatalogSchema.object(check, description, required);
        ObjectNode properties = CatalogSchema.properties(check);
        CatalogSchema.duration(
                properties, MonitorKeys.WINDOW, null, "One of the windows. Default: 24h, or the longest.");
        return properties;
    }

    private static void number(ObjectNode properties, String key, String description) {
        properties.putObject(key).put("description", description).put("type", "number");
    }

    private static void enumeration(ObjectNode properties, String key, String description, List<String> values) {
        ObjectNode node = properties.putObject(key).put("description", description);
        values.forEach(node.putArray("enum")::add);
        node.put("default", values.get(0));
    }
}
