package dev.tidemark.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The views that a model's monitor is, written anew from docs/catalog.md and only for what the samples use: binary labels of
 * outcomes that carry their prediction, of a model whose vector has at most twelve values, each of which has a profile.
 */
final class MonitorDefinitions {

    private static final int MOST_INPUTS = 12;

    private final String model;
    private final Map<String, Object> body;
    private final Map<String, Object> predictions;
    private final Map<String, Object> monitor;
    private final Map<String, Object> read;
    private final Map<String, Object> views = new LinkedHashMap<>();

    private MonitorDefinitions(String model, Map<String, Object> body, Map<String, Object> read) {
        this.model = model;
        this.body = body;
        this.read = read;
        this.predictions = Definitions.map(Definitions.required(body, "predictions"));
        this.monitor = Definitions.map(Definitions.required(body, "monitor"));
    }

    /**
     * Views as a user would write them, by name.
     *
     * @param read the catalog's own views, as written
     */
    static Map<String, Object> of(String model, Map<String, Object> body, Map<String, Object> read) {
        MonitorDefinitions made = new MonitorDefinitions(model, body, read);
        made.ofPredictions();
        if (body.containsKey("outcome")) {
            made.ofOutcomes(Definitions.map(Definitions.required(body, "outcome")));
        }
        return made.views;
    }

    private void ofPredictions() {
        Map<String, Object> versions = new LinkedHashMap<>();
        versions.put("$rows", feature("count"));
        versions.put("$by_version", counted("version", 50));
        slices().forEach((name, slice) -> versions.put("$slice_" + name, counted(slice, 50)));
        predictions("versions", "model", versions);
        Map<String, Object> inputs = new LinkedHashMap<>();
        inputs.put("$rows", feature("count"));
        inputs.put("$by_hash", counted("hash", 50));
        inputs.put("$score", scores());
        keys().forEach(key ->
                inputs.put("$distinct_" + key, feature("distinct", Map.of("input", "keys." + key, "optional", true))));
        if (body.containsKey("outcome")) {
            slices().forEach((name, slice) -> inputs.put("$slice_" + name, counted(slice, 50)));
        }
        vector().forEach(name -> inputs.put(name, feature("profile", Map.of("input", "features.\"" + name + "\""))));
        predictions("inputs", "version", inputs);
    }

    private void ofOutcomes(Map<String, Object> outcome) {
        Map<String, Object> measures = new LinkedHashMap<>();
        measures.put("$rows", feature("count"));
        measures.put("$score", scores());
        for (String function : List.of("confusion", "log_loss", "brier", "calibration", "auc")) {
            measures.put(
                    "$" + function, feature(function, Map.of("input", "score", "label", "label", "optional", true)));
        }
        if (!outcome.keySet().stream().allMatch(List.of("within", "settle", "drop_duplicates")::contains)) {
            throw new UnsupportedOperationException("outcome: " + outcome);
        }
        String where = "type == \"outcome\" && model == \"" + model + "\" && predicted_at != null";
        slices().forEach((name, slice) -> view(
                "quality_by_" + name,
                List.of("version", slice),
                where + " && " + slice + " != null",
                measures,
                "predicted_at",
                outcome));
        view("quality", List.of("version"), where, measures, "predicted_at", outcome);
        Map<String, Object> differences = new LinkedHashMap<>();
        Definitions.texts(monitor.getOrDefault("challengers", List.of()))
                .forEach(version -> differences.put(
                        "$difference_" + version,
                        feature(
                                "log_loss_difference",
                                Map.of(
                                        "input",
                                        "score",
                                        "other",
                                        "challengers.\"" + version + "\"",
                                        "label",
                                        "label",
                                        "optional",
                                        true))));
        if (!differences.isEmpty()) {
            view("challengers", List.of("version"), where, differences, "predicted_at", outcome);
            slices().forEach((name, slice) -> view(
                    "challengers_by_" + name,
                    List.of("version", slice),
                    where + " && " + slice + " != null",
                    differences,
                    "predicted_at",
                    outcome));
        }
    }

    private void predictions(String what, String entity, Map<String, Object> features) {
        if (!Set.of("source", "drop_duplicates").containsAll(predictions.keySet())) {
            throw new UnsupportedOperationException("predictions: " + predictions);
        }
        view(
                what,
                List.of(entity),
                "type == \"prediction\" && model == \"" + model + "\"",
                features,
                "ts",
                predictions);
    }

    /** @param of says whether what is sent again is dropped */
    private void view(
            String what,
            List<String> entity,
            String where,
            Map<String, Object> features,
            String time,
            Map<String, Object> of) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("source", Definitions.required(predictions, "source"));
        view.put("entity", entity);
        view.put("where", where);
        view.put("event_time", time);
        view.put("retention", Definitions.required(monitor, "retention"));
        if (of.containsKey("within")) {
            view.put("within", Definitions.required(of, "within"));
        }
        view.put("drop_duplicates", Definitions.required(of, "drop_duplicates"));
        view.put("features", features);
        views.put(model + "$" + what, view);
    }

    /** Fields by the last names of their paths. */
    private Map<String, String> slices() {
        Map<String, String> slices = new LinkedHashMap<>();
        Definitions.texts(body.getOrDefault("slices", List.of()))
                .forEach(path -> slices.put(path.substring(path.lastIndexOf('.') + 1), path));
        return slices;
    }

    /** What the keys of the views that it reads are called. */
    private Set<String> keys() {
        Map<String, Object> named = Definitions.map(body.getOrDefault("keys", Map.of()));
        Set<String> keys = new LinkedHashSet<>();
        inputs().keySet().stream()
                .filter(read::containsKey)
                .map(view -> Definitions.map(Definitions.required(read, view)))
                .flatMap(view -> Definitions.texts(Definitions.required(view, "entity")).stream())
                .forEach(field -> keys.add(
                        named.getOrDefault(field, field.replace('.', '_')).toString()));
        return keys;
    }

    private List<String> vector() {
        List<String> names = new ArrayList<>();
        inputs().forEach((view, values) -> values.forEach(value -> names.add(view + "." + value)));
        names.addAll(Definitions.map(body.getOrDefault("derived", Map.of())).keySet());
        if (names.size() > MOST_INPUTS) {
            throw new UnsupportedOperationException(names.size() + " inputs: " + names);
        }
        return names;
    }

    /** Names of values by view. */
    private Map<String, List<String>> inputs() {
        Map<String, List<String>> inputs = new LinkedHashMap<>();
        Definitions.list(Definitions.required(body, "inputs"))
                .forEach(each ->
                        Definitions.map(each).forEach((view, values) -> inputs.put(view, Definitions.texts(values))));
        return inputs;
    }

    private Map<String, Object> scores() {
        return feature("profile", Map.of("input", "score", "grid", "probability"));
    }

    private Map<String, Object> counted(String field, int maxGroups) {
        return feature("count", Map.of("group_by", Map.of("field", field, "max_groups", maxGroups)));
    }

    private Map<String, Object> feature(String function) {
        return feature(function, Map.of());
    }

    private Map<String, Object> feature(String function, Map<String, Object> parameters) {
        Map<String, Object> feature = new LinkedHashMap<>(parameters);
        feature.put("function", function);
        feature.put("windows", Definitions.required(monitor, "windows"));
        return feature;
    }
}
