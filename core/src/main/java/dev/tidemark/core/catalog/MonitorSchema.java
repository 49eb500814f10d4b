package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The part of {@link CatalogSchema} about what is watched of a model. */
final class MonitorSchema {

    private MonitorSchema() {}

    static void addTo(ObjectNode definitions) {
        predictions(definitions.putObject("predictions"));
        outcome(definitions.putObject("outcome"));
        slices(definitions.putObject("slices"));
        monitor(definitions.putObject("monitor"));
        checks(definitions.putObject("checks"));
    }

    private static void predictions(ObjectNode node) {
        CatalogSchema.object(node, "What the predictions of the model look like.", "source");
        ObjectNode properties = CatalogSchema.properties(node);
        CatalogSchema.text(properties, "source", Names.PATTERN, "Name of the source that has them.");
        CatalogSchema.condition(properties, "Which events of the source are predictions of this model.");
        CatalogSchema.time(properties.putObject("time"), "The moment of the prediction. Default: ts.");
        CatalogSchema.path(properties, "model", "The name of the model. Default: model.");
        CatalogSchema.path(properties, "version", "Which version predicted. Default: version.");
        CatalogSchema.path(properties, "score", "What was predicted. Default: score.");
        CatalogSchema.path(properties, "hash", "The hash of the vector's definition. Default: hash.");
        CatalogSchema.path(properties, "features", "The object that holds the vector, by names. Default: features.");
        CatalogSchema.path(properties, "keys", "The object that holds the model's keys. Default: keys.");
    }

    private static void outcome(ObjectNode node) {
        CatalogSchema.object(node, "What the outcomes of predictions look like.");
        ObjectNode properties = CatalogSchema.properties(node);
        CatalogSchema.text(
                properties, "pair", Names.PATTERN, "Name of a pair of predictions (left) and outcomes (right).");
        CatalogSchema.text(
                properties,
                "source",
                Names.PATTERN,
                "Name of the source whose outcomes carry their prediction. Default: that of the predictions.");
        CatalogSchema.condition(properties, "Which events of the source are outcomes of this model.");
        CatalogSchema.time(properties.putObject("time"), "The moment of the prediction. Default: predicted_at.");
        CatalogSchema.path(properties, "version", "The prediction's version. Default: as in the predictions.");
        CatalogSchema.path(properties, "score", "The prediction's score. Default: as in the predictions.");
        CatalogSchema.path(properties, "label", "What came of it. Default: label.");
        CatalogSchema.path(properties, "delay", "How many seconds the outcome took, if events say so.");
        enumeration(properties, "type", "Whether the label is yes or no, or a number.", MonitorReader.TYPES);
        ObjectNode thresholds = properties.putObject("thresholds");
        thresholds.put("description", "From which score on a prediction counts as a yes. Default: 0.5.");
        thresholds.put("type", "array").put("minItems", 1).putObject("items").put("type", "number");
        properties
                .putObject("absent")
                .put("description", "A prediction without an outcome is a no, once 'within' has passed.")
                .put("const", 0);
        CatalogSchema.duration(properties, "within", "24h", "How long after its prediction an outcome may come.");
        CatalogSchema.duration(properties, "settle", "1h", "How long after that it may take to arrive.");
        node.putObject("not").putArray("required").add("pair").add("source");
    }

    private static void slices(ObjectNode node) {
        node.put("description", "Fields of the predictions by which quality is kept apart.");
        node.put("type", "array").put("minItems", 1).put("maxItems", MonitorReader.MAX_SLICES);
        ArrayNode forms = node.putObject("items").putArray("anyOf");
        CatalogSchema.pattern(forms.addObject(), CatalogSchema.PATH);
        ObjectNode form = forms.addObject();
        CatalogSchema.object(form, "The field, and how many of its values are listed.", "field");
        CatalogSchema.path(CatalogSchema.properties(form), "field", "The field.");
        CatalogSchema.integer(
                        CatalogSchema.properties(form),
                        "max_groups",
                        1,
                        FeatureReader.LARGEST_MAX_GROUPS,
                        "How many values are listed.")
                .put("default", MonitorReader.DEFAULT_SLICE_GROUPS);
    }

    private static void monitor(ObjectNode node) {
        CatalogSchema.object(node, "What is wanted of the model, and over which windows.");
        ObjectNode properties = CatalogSchema.properties(node);
        ObjectNode windows = properties.putObject("windows");
        windows.put("description", "Over which windows. Default: 1h, 24h, 7d.");
        windows.put("type", "array").put("minItems", 1).put("uniqueItems", true);
        CatalogSchema.pattern(windows.putObject("items"), CatalogSchema.DURATION);
        CatalogSchema.duration(properties, "hop", null, "Width of the finest tile. Default: from the windows.");
        CatalogSchema.duration(
                properties, "retention", null, "How late an outcome may arrive. Default: within, settle and a day.");
        ObjectNode baseline = properties.putObject("baseline");
        baseline.put("description", "What inputs are compared with: a training set, or an earlier window.");
        ArrayNode forms = baseline.putArray("anyOf");
        forms.addObject().put("type", "string");
        ObjectNode form = forms.addObject();
        CatalogSchema.object(form, "The same window, earlier.", "window", "before");
        CatalogSchema.duration(CatalogSchema.properties(form), "window", null, "One of the windows.");
        CatalogSchema.duration(CatalogSchema.properties(form), "before", null, "How long ago it ended.");
        CatalogSchema.scalar(properties.putObject("champion").put("description", "The version whose checks matter."));
        properties.putObject("checks").put("$ref", "#/definitions/checks");
    }

    private static void checks(ObjectNode node) {
        CatalogSchema.object(node, "What is wanted; a check that does not hold has a cause.");
        ObjectNode properties = CatalogSchema.properties(node);
        for (List<String> names : List.of(CheckReader.AT_THRESHOLD, CheckReader.OF_SCORES, CheckReader.OF_NUMBERS)) {
            for (String name : names) {
                ObjectNode check = check(properties, name, "Bounds of the " + name.replace('_', ' ') + ".");
                number(check, "at_least", "The least.");
                number(check, "at_most", "The greatest.");
                if (names.equals(CheckReader.AT_THRESHOLD)) {
                    number(check, "threshold", "At which threshold. Default: the outcome's first.");
                }
            }
        }
        number(
                check(properties, CheckReader.CALIBRATION, "How far scores may be from rates.", CheckReader.ECE),
                CheckReader.ECE,
                "The greatest expected calibration error.");
        number(
                check(properties, CheckReader.COVERAGE, "How many outcomes must be known.", "labelled_at_least"),
                "labelled_at_least",
                "The least share of predictions.");
        ObjectNode nulls = check(properties, CheckReader.NULLS, "How many nulls an input may have.");
        number(nulls, "times_baseline", "Times the baseline's share. Default: 1.");
        number(nulls, "plus", "And this. Default: 0.01.");
        ObjectNode drift = check(properties, CheckReader.DRIFT, "How far inputs may move.");
        number(drift, "psi", "The greatest population stability index. Default: 0.2.");
        number(drift, "significance", "The probability of an alarm when nothing has changed. Default: 0.01.");
        ArrayNode forms = drift.putObject("features")
                .put("description", "Which inputs. Default: all.")
                .putArray("anyOf");
        forms.addObject().put("const", "all");
        forms.addObject().put("type", "array").putObject("items").put("type", "string");
    }

    private static ObjectNode check(ObjectNode checks, String name, String description, String... required) {
        ObjectNode check = checks.putObject(name);
        CatalogSchema.object(check, description, required);
        ObjectNode properties = CatalogSchema.properties(check);
        CatalogSchema.duration(properties, "window", null, "One of the windows. Default: 24h, or the longest.");
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
