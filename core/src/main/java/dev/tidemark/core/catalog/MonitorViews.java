package dev.tidemark.core.catalog;

import dev.tidemark.core.catalog.MonitorKeys.Part;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The views of a monitor, as a user would write them. */
final class MonitorViews {

    /** How many profiles a view has: with more, a tile could become larger than an item may be. */
    static final int INPUTS_PER_VIEW = 12;

    private final Model model;
    private final MonitorReader.Predictions predictions;
    private final Events predicted;
    private final List<String> windows;
    private final @Nullable YamlValue hop;
    private final String retention;
    private final Map<String, List<String>> features;
    private final Map<String, Object> trees = new LinkedHashMap<>();
    private final List<String> inputNames = new ArrayList<>();

    MonitorViews(
            Model model,
            MonitorReader.Predictions predictions,
            MonitorReader.@Nullable Outcomes outcomes,
            List<MonitorReader.SliceField> slices,
            MonitorReader.Settings settings) {
        this.model = model;
        this.predictions = predictions;
        this.predicted = Events.of(predictions);
        this.windows = settings.windows().stream().map(Window::text).toList();
        this.hop = settings.hop();
        this.retention = Window.formatDuration(settings.retentionMillis());
        this.features = monitored(model);
        ofPredictions(versionsName(), predictions.path(Part.MODEL), versions(slices));
        List<Map<String, Map<String, Object>>> inputs = inputs(outcomes, slices);
        for (Map<String, Map<String, Object>> some : inputs) {
            String name = Monitor.viewName(model.name(), "inputs");
            inputNames.add(inputNames.isEmpty() ? name : name + "_" + (inputNames.size() + 1));
            ofPredictions(inputNames.get(inputNames.size() - 1), predictions.path(Part.VERSION), some);
        }
        if (outcomes != null) {
            quality(outcomes, slices);
            if (!settings.challengers().isEmpty()) {
                challengers(outcomes, null, settings.challengers());
                slices.forEach(slice -> challengers(outcomes, slice, settings.challengers()));
            }
        }
    }

    /**
     * Which events a view takes.
     *
     * @param time null for a pair, which has its prediction's
     * @param withinMillis null for a pair, which has its own, and for predictions
     * @param duplicates null if what is sent again counts again; a pair is made once anyway
     */
    private record Events(
            YamlValue source,
            @Nullable Object time,
            @Nullable Long withinMillis,
            SeenIds.@Nullable Rule duplicates,
            String where) {

        static Events of(MonitorReader.Predictions of) {
            return new Events(of.source(), of.time().place(), null, of.duplicates(), of.where());
        }

        /** With labels by absence only those that are there: all others are what is left of the predictions. */
        static Events of(MonitorReader.Outcomes of) {
            MonitorReader.Carried carried = of.carried();
            Events all = carried == null
                    ? new Events(of.source(), null, null, null, of.where())
                    : new Events(
                            of.source(), carried.time().place(), of.withinMillis(), carried.duplicates(), of.where());
            return of.isAbsent() ? all.whose("(" + of.label() + " == 1 || " + of.label() + " == true)") : all;
        }

        Events whose(String condition) {
            return new Events(source, time, withinMillis, duplicates, "(" + where + ") && " + condition);
        }

        void putInto(Map<String, Object> view) {
            view.put("source", source);
            view.put("where", where);
            if (time != null) {
                view.put("event_time", time);
            }
            if (withinMillis != null) {
                view.put("within", Window.formatDuration(withinMillis));
            }
            if (duplicates != null) {
                view.put(
                        "drop_duplicates",
                        Map.of(
                                ViewReader.HORIZON,
                                Window.formatDuration(duplicates.horizonMillis()),
                                ViewReader.MAX_IDS,
                                duplicates.maxIds()));
            }
        }
    }

    /** Every view's definition by its name. */
    Map<String, Object> trees() {
        return trees;
    }

    /** What is monitored of the vector, with the keys that it depends on; lists and objects have no profile. */
    Map<String, List<String>> features() {
        return features;
    }

    String versionsName() {
        return Monitor.viewName(model.name(), "versions");
    }

    List<String> inputNames() {
        return inputNames;
    }

    String qualityName() {
        return Monitor.viewName(model.name(), "quality");
    }

    String sliceName(MonitorReader.SliceField slice) {
        return Monitor.viewName(model.name(), "quality_by_" + slice.name());
    }

    /** Only with labels by absence is there such a view. */
    String predictionsName(MonitorReader.SliceField slice) {
        return Monitor.viewName(model.name(), "predictions_by_" + slice.name());
    }

    /** @param slice null for all together */
    String challengersName(MonitorReader.@Nullable SliceField slice) {
        return Monitor.viewName(model.name(), "challengers" + by(slice));
    }

    /** Only with labels by absence is there such a view. */
    String challengedName(MonitorReader.@Nullable SliceField slice) {
        return Monitor.viewName(model.name(), "challenged" + by(slice));
    }

    private static String by(MonitorReader.@Nullable SliceField slice) {
        return slice == null ? "" : "_by_" + slice.name();
    }

    private static Map<String, List<String>> monitored(Model model) {
        Map<String, List<String>> features = new LinkedHashMap<>();
        for (Model.Value value : model.vector()) {
            // What is the same in all rows of a moment is one observation, however many rows there are.
            if (!value.type().isCompound() && !model.isSameForAll(value.name())) {
                features.put(value.name(), keysOf(model, value.name()));
            }
        }
        return features;
    }

    /** A value of a view or a reference depends on the keys of that; any other on all. */
    private static List<String> keysOf(Model model, String name) {
        for (Model.ReferenceInput input : model.references()) {
            if (name.startsWith(Model.valueNameOf(input.reference(), ""))) {
                return input.keys().stream().map(model.keys()::get).distinct().toList();
            }
        }
        return model.viewOf(name)
                .map(input -> input.keys().stream()
                        .filter(key -> key != Model.ViewInput.CONSTANT)
                        .map(model.keys()::get)
                        .distinct()
                        .toList())
                .orElse(model.keys());
    }

    private Map<String, Map<String, Object>> versions(List<MonitorReader.SliceField> slices) {
        Map<String, Map<String, Object>> made = new LinkedHashMap<>();
        made.put(Monitor.ROWS, feature("count"));
        made.put(Monitor.BY_VERSION, grouped(predictions.path(Part.VERSION), FeatureReader.DEFAULT_MAX_GROUPS));
        bySlice(slices, made);
        return made;
    }

    private static void bySlice(List<MonitorReader.SliceField> slices, Map<String, Map<String, Object>> into) {
        slices.forEach(slice -> into.put(Monitor.bySlice(slice.name()), grouped(slice.path(), slice.maxGroups())));
    }

    /** The features of one or more views: what concerns all predictions in the first, then a profile of each input. */
    private List<Map<String, Map<String, Object>>> inputs(
            MonitorReader.@Nullable Outcomes outcomes, List<MonitorReader.SliceField> slices) {
        Map<String, Map<String, Object>> made = new LinkedHashMap<>();
        made.put(Monitor.ROWS, feature("count"));
        made.put(Monitor.BY_HASH, grouped(predictions.path(Part.HASH), FeatureReader.DEFAULT_MAX_GROUPS));
        made.put(Monitor.SCORE, scores(predictions.path(Part.SCORE), outcomes == null || outcomes.isBinary()));
        Set<String> keys = new LinkedHashSet<>(model.keys());
        keys.forEach(key -> {
            Map<String, Object> distinct = feature("distinct", predictions.path(Part.KEYS) + "." + key);
            distinct.put("optional", true);
            made.put(Monitor.distinctOf(key), distinct);
        });
        if (outcomes != null && outcomes.isAbsent()) {
            made.putAll(ofLabel(outcomes, predictions.path(Part.SCORE), 0));
        } else {
            bySlice(slices, made);
        }
        List<Map<String, Map<String, Object>>> views = new ArrayList<>(List.of(made));
        int profiles = 0;
        for (String name : features.keySet()) {
            if (profiles > 0 && profiles % INPUTS_PER_VIEW == 0) {
                views.add(new LinkedHashMap<>());
            }
            profiles++;
            views.get(views.size() - 1)
                    .put(name, feature("profile", predictions.path(Part.FEATURES) + ".\"" + name + "\""));
        }
        return views;
    }

    /** All predictions of a slice as negatives, as the first view of inputs has them of all slices. */
    private void predictions(MonitorReader.Outcomes outcomes, MonitorReader.SliceField slice) {
        Map<String, Map<String, Object>> made = new LinkedHashMap<>();
        made.put(Monitor.ROWS, feature("count"));
        made.put(Monitor.SCORE, scores(predictions.path(Part.SCORE), true));
        made.putAll(ofLabel(outcomes, predictions.path(Part.SCORE), 0));
        add(
                predictionsName(slice),
                predicted.whose(slice.path() + " != null"),
                List.of(predictions.path(Part.VERSION), slice.path()),
                made);
    }

    private void quality(MonitorReader.Outcomes outcomes, List<MonitorReader.SliceField> slices) {
        Map<String, Map<String, Object>> made = measures(outcomes);
        Events came = Events.of(outcomes);
        slices.forEach(slice -> {
            String path = outcomes.ofPrediction(slice.path());
            add(sliceName(slice), came.whose(path + " != null"), List.of(outcomes.version(), path), made);
            if (outcomes.isAbsent()) {
                predictions(outcomes, slice);
            }
        });
        Map<String, Map<String, Object>> ofAll = new LinkedHashMap<>(made);
        if (outcomes.delay() != null) {
            Map<String, Object> delay = feature("profile", outcomes.delay());
            // Of numbers alone, so that a pair whose outcome is revised can be taken back.
            delay.put("type", "number");
            ofAll.put(Monitor.DELAY, delay);
        }
        add(qualityName(), came, outcomes.version(), ofAll);
    }

    /**
     * The view of pairs that are labelled rows: those of the quality, whatever their version. It is the quality's in all that
     * decides about halves.
     *
     * @param outcomes of a pair
     */
    Map<String, Object> rows(MonitorReader.Outcomes outcomes, PairDefinition pair) {
        Map<String, Map<String, Object>> made = new LinkedHashMap<>();
        made.put(
                Monitor.ROWS,
                labelled(
                        outcomes.isBinary() ? "brier" : "bias",
                        outcomes.score(),
                        outcomes.isAbsent() ? (Object) 1 : outcomes.label()));
        return tree(
                Events.of(outcomes),
                pair.left().key().stream()
                        .map(field -> outcomes.ofPrediction(field.toString()))
                        .toList(),
                made);
    }

    /** What a challenger would have lost less; of labels by absence also of all predictions as negatives. */
    private void challengers(
            MonitorReader.Outcomes of, MonitorReader.@Nullable SliceField slice, List<String> versions) {
        String function = of.isBinary() ? "log_loss_difference" : "mae_difference";
        Map<String, Map<String, Object>> ofCame = new LinkedHashMap<>();
        Map<String, Map<String, Object>> ofAll = new LinkedHashMap<>();
        for (String version : versions) {
            String path = predictions.path(Part.CHALLENGERS) + ".\"" + version + "\"";
            String carried = of.ofPrediction(path);
            Object label = of.isAbsent() ? 1 : of.label();
            ofCame.put(Monitor.differenceOf(version), compared(function, of.score(), carried, label));
            if (of.isAbsent()) {
                ofCame.put(Monitor.differenceAsNoOf(version), compared(function, of.score(), carried, 0));
                ofAll.put(Monitor.differenceOf(version), compared(function, predictions.path(Part.SCORE), path, 0));
            }
        }
        compared(
                challengersName(slice),
                Events.of(of),
                of.version(),
                slice == null ? null : of.ofPrediction(slice.path()),
                ofCame);
        if (of.isAbsent()) {
            compared(
                    challengedName(slice),
                    predicted,
                    predictions.path(Part.VERSION),
                    slice == null ? null : slice.path(),
                    ofAll);
        }
    }

    private void compared(
            String name, Events events, String version, @Nullable String slice, Map<String, Map<String, Object>> made) {
        if (slice == null) {
            add(name, events, version, made);
        } else {
            add(name, events.whose(slice + " != null"), List.of(version, slice), made);
        }
    }

    private static Map<String, Object> compared(String function, String score, String other, Object label) {
        Map<String, Object> feature = labelled(function, score, label);
        feature.put("other", other);
        return feature;
    }

    private static Map<String, Map<String, Object>> measures(MonitorReader.Outcomes of) {
        Map<String, Map<String, Object>> made = new LinkedHashMap<>();
        made.put(Monitor.ROWS, feature("count"));
        if (!of.isBinary()) {
            CheckReader.OF_NUMBERS.forEach(
                    function -> made.put(Monitor.MARK + function, labelled(function, of.score(), of.label())));
            return made;
        }
        made.put(Monitor.SCORE, scores(of.score(), true));
        if (of.isAbsent()) {
            made.putAll(ofLabel(of, of.score(), 1));
            // What the positives add to the sums of all predictions as negatives.
            made.put(Monitor.LOG_LOSS_AS_NO, labelled("log_loss", of.score(), 0));
            made.put(Monitor.BRIER_AS_NO, labelled("brier", of.score(), 0));
        } else {
            made.putAll(ofLabel(of, of.score(), of.label()));
            made.put(Monitor.AUC, labelled("auc", of.score(), of.label()));
        }
        return made;
    }

    private static Map<String, Map<String, Object>> ofLabel(MonitorReader.Outcomes of, String score, Object label) {
        Map<String, Map<String, Object>> made = new LinkedHashMap<>();
        Map<String, Object> confusion = labelled("confusion", score, label);
        confusion.put("thresholds", of.thresholds());
        made.put(Monitor.CONFUSION, confusion);
        made.put(Monitor.LOG_LOSS, labelled("log_loss", score, label));
        made.put(Monitor.BRIER, labelled("brier", score, label));
        made.put(Monitor.CALIBRATION, labelled("calibration", score, label));
        return made;
    }

    private static Map<String, Object> scores(String path, boolean isBinary) {
        Map<String, Object> scores = feature("profile", path);
        scores.put("grid", isBinary ? "probability" : "log");
        return scores;
    }

    /** Predictions without a score, and outcomes without a label, say nothing here; they are no mistakes of the others. */
    private static Map<String, Object> labelled(String function, String score, Object label) {
        Map<String, Object> feature = feature(function, score);
        feature.put("label", label);
        feature.put("optional", true);
        return feature;
    }

    private static Map<String, Object> grouped(String path, int maxGroups) {
        Map<String, Object> feature = feature("count");
        feature.put("group_by", Map.of("field", path, "max_groups", maxGroups));
        return feature;
    }

    private static Map<String, Object> feature(String function, String input) {
        Map<String, Object> feature = feature(function);
        feature.put("input", input);
        return feature;
    }

    private static Map<String, Object> feature(String function) {
        Map<String, Object> feature = new LinkedHashMap<>();
        feature.put("function", function);
        return feature;
    }

    private void ofPredictions(String name, String entity, Map<String, Map<String, Object>> made) {
        add(name, predicted, entity, made);
    }

    private void add(String name, Events events, Object entity, Map<String, Map<String, Object>> made) {
        trees.put(name, tree(events, entity, made));
    }

    private Map<String, Object> tree(Events events, Object entity, Map<String, Map<String, Object>> made) {
        Map<String, Object> view = new LinkedHashMap<>();
        events.putInto(view);
        view.put("entity", entity);
        if (hop != null) {
            view.put("hop", hop);
        }
        view.put("retention", retention);
        made.values().forEach(feature -> feature.put("windows", windows));
        view.put("features", made);
        return view;
    }
}
