package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.MonitorKeys.Part;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is watched of a model: {@code predictions}, {@code outcome}, {@code slices} and {@code monitor}. Of these it makes
 * definitions of ordinary views ({@link MonitorViews}), which are read and compiled as those of the file.
 */
final class MonitorReader {

    static final int MAX_SLICES = 20;
    static final int MAX_CHALLENGERS = 10;
    static final int DEFAULT_SLICE_GROUPS = 50;
    static final long DEFAULT_WITHIN_MILLIS = 86_400_000;
    static final long DEFAULT_SETTLE_MILLIS = 3_600_000;

    /** Whoever tries again does so within seconds. */
    static final SeenIds.Rule USUAL_DUPLICATES = new SeenIds.Rule(120_000, 10_000);

    static final List<String> TYPES = List.of("binary", "number");

    private static final Set<String> OF_CARRIED = Set.of(
            MonitorKeys.SOURCE,
            MonitorKeys.TIME,
            Part.VERSION.key(),
            Part.SCORE.key(),
            MonitorKeys.DELAY,
            MonitorKeys.WITHIN,
            MonitorKeys.DROP_DUPLICATES);
    private static final String PREDICTIONS_REMEDY = "say where predictions are: predictions: {source: shop}";
    private static final String WINDOWS_REMEDY = "list the windows, such as windows: [1h, 24h, 7d]";
    private static final String BASELINE_REMEDY =
            "name a training set's folder, or an earlier window: baseline: {window: 7d, before: 14d}";

    /**
     * Which field holds a moment; {@code place} is read again where a view is made of it.
     *
     * @param format null for the default
     * @param zone null if there is none
     */
    record Time(
            Object place,
            String field,
            @Nullable String format,
            @Nullable String zone) {}

    /**
     * What predictions look like; paths as they are written.
     *
     * @param duplicates null if what is sent again counts again
     */
    record Predictions(
            YamlValue source, Time time, String where, SeenIds.@Nullable Rule duplicates, Map<Part, String> paths) {

        String path(Part part) {
            return Objects.requireNonNull(paths.get(part));
        }

        FieldPath field(Part part) {
            return FieldPath.parse(path(part));
        }
    }

    /**
     * What outcomes look like.
     *
     * @param source of outcomes that carry their prediction, or the pair
     * @param carried null for a pair
     */
    record Outcomes(
            YamlValue source,
            @Nullable Carried carried,
            String where,
            String version,
            String score,
            String labelPath,
            boolean isBinary,
            List<BigDecimal> thresholds,
            boolean isAbsent,
            long withinMillis,
            long settleMillis,
            @Nullable String delay) {

        long horizonMillis() {
            return withinMillis + settleMillis;
        }

        /** The label in the events of the source. */
        String label() {
            return carried == null ? under("right", labelPath) : labelPath;
        }

        /** A field of the prediction in the events of the source. */
        String ofPrediction(String path) {
            return carried == null ? under("left", path) : path;
        }
    }

    /**
     * @param time of the prediction that an outcome carries
     * @param duplicates null if what is sent again counts again
     */
    record Carried(Time time, SeenIds.@Nullable Rule duplicates) {}

    /** @param name the last name of its path */
    record SliceField(String name, String path, int maxGroups) {}

    /** What the monitor itself says. */
    record Settings(
            List<Window> windows,
            @Nullable YamlValue hop,
            long retentionMillis,
            Monitor.@Nullable Baseline baseline,
            @Nullable String champion,
            List<String> challengers,
            List<Monitor.Check> checks) {}

    /**
     * A monitor with the definition that it was read from.
     *
     * @param made its views, which can make another of the same events
     * @param outcomes null if there are none
     * @param json members of the model's canonical definition
     */
    record Read(
            Monitor monitor, MonitorViews made, @Nullable Outcomes outcomes, ObjectNode json) {}

    private final Map<String, SourceDefinition> sources;
    private final Map<String, PairDefinition> pairs;
    private final Set<String> pairNames;
    private final Function<YamlMapping.Entry, @Nullable View> views;

    /**
     * Reads monitors.
     *
     * @param pairNames of all pairs, also of those whose definition has a mistake
     * @param views reads and compiles a view, and adds it to the catalog; null after a mistake
     */
    MonitorReader(
            Map<String, SourceDefinition> sources,
            Map<String, PairDefinition> pairs,
            Set<String> pairNames,
            Function<YamlMapping.Entry, @Nullable View> views) {
        this.sources = sources;
        this.pairs = pairs;
        this.pairNames = pairNames;
        this.views = views;
    }

    /** Null if there is none, or if it has a mistake that leaves nothing to work with. */
    @Nullable
    Read read(YamlMapping definition, Model model) {
        YamlValue at = definition.optional(MonitorKeys.MONITOR);
        if (at == null) {
            MonitorKeys.OF_MODEL.stream()
                    .map(definition::keyOf)
                    .filter(Objects::nonNull)
                    .forEach(key -> key.problem(
                            key.shown() + " without 'monitor'", "add monitor: {windows: [1h, 24h]}, or remove it"));
            return null;
        }
        YamlValue predictionsAt = definition.required(MonitorKeys.PREDICTIONS, PREDICTIONS_REMEDY);
        Predictions predictions = predictionsAt == null ? null : predictions(predictionsAt, model);
        YamlValue outcomeAt = definition.optional(MonitorKeys.OUTCOME);
        Outcomes outcomes = outcomeAt == null || predictions == null ? null : outcomes(outcomeAt, predictions, model);
        YamlValue slicesAt = definition.optional(MonitorKeys.SLICES);
        List<SliceField> slices = slices(slicesAt);
        if (slicesAt != null && outcomeAt == null) {
            slicesAt.problem("'slices' without 'outcome'", "say what the outcomes are, or remove the slices");
        }
        Settings settings = settings(at, model, outcomes, outcomeAt != null);
        // With a mistake in the outcome, the views of predictions are made for their mistakes alone.
        return predictions == null || settings == null
                ? null
                : read(at, model, predictions, outcomes, outcomes == null ? List.of() : slices, settings);
    }

    private static @Nullable Settings settings(
            YamlValue at, Model model, @Nullable Outcomes outcomes, boolean hasOutcome) {
        YamlMapping monitor = at.mapping("write monitor: {windows: [1h, 24h]}");
        if (monitor == null) {
            return null;
        }
        monitor.allowOnly(MonitorKeys.OF_MONITOR);
        List<Window> windows = windows(monitor.optional(MonitorKeys.WINDOWS));
        Monitor.Baseline baseline = baseline(monitor.optional(MonitorKeys.BASELINE), windows);
        YamlValue championAt = monitor.optional(MonitorKeys.CHAMPION);
        String champion = championAt == null ? null : championAt.text("name a version, such as champion: v7");
        YamlValue challengersAt = monitor.optional(MonitorKeys.CHALLENGERS);
        List<String> challengers = challengersAt == null ? List.of() : challengers(challengersAt, champion);
        if (challengersAt != null && !hasOutcome) {
            challengersAt.problem("'challengers' without 'outcome'", "say what the outcomes are, or remove them");
        }
        YamlValue retentionAt = monitor.optional(MonitorKeys.RETENTION);
        Long retention = retentionAt == null ? (Long) retention(outcomes, baseline) : retentionAt.duration();
        List<Monitor.Check> checks = new CheckReader(
                        model, windows, hasOutcome, outcomes, monitor.optional(MonitorKeys.BASELINE) != null)
                .read(monitor.optional(MonitorKeys.CHECKS));
        return windows.isEmpty() || retention == null
                ? null
                : new Settings(
                        windows, monitor.optional(MonitorKeys.HOP), retention, baseline, champion, challengers, checks);
    }

    private static List<String> challengers(YamlValue at, @Nullable String champion) {
        List<YamlValue> elements = at.list("list versions, such as challengers: [v8]");
        if (elements == null || elements.isEmpty() || elements.size() > MAX_CHALLENGERS) {
            if (elements != null) {
                at.problem("'challengers' with " + elements.size() + " elements", "list 1 to " + MAX_CHALLENGERS);
            }
            return List.of();
        }
        List<String> versions = ArgumentReader.distinctTexts(elements);
        List<String> known = versions == null ? List.of() : versions;
        for (int i = 0; i < known.size(); i++) {
            if (!FieldPath.isName(known.get(i))) {
                elements.get(i)
                        .problem(
                                "'" + known.get(i) + "' cannot be the name of a field",
                                "name versions with letters, digits, dots, hyphens and underscores");
                return List.of();
            }
            if (known.get(i).equals(champion)) {
                elements.get(i).problem("'" + champion + "' is the champion", "remove it: a version is one of the two");
                return List.of();
            }
        }
        return known;
    }

    private @Nullable Read read(
            YamlValue at,
            Model model,
            Predictions predictions,
            @Nullable Outcomes outcomes,
            List<SliceField> slices,
            Settings settings) {
        MonitorViews made = new MonitorViews(model, predictions, outcomes, slices, settings);
        Map<String, View> compiled = new LinkedHashMap<>();
        made.trees().forEach((name, tree) -> {
            View view = views.apply(at.made(name, tree));
            if (view != null) {
                compiled.put(name, view);
            }
        });
        if (compiled.size() < made.trees().size()) {
            return null;
        }
        Monitor.Compared compared = compared(compiled, made, null);
        Monitor monitor = new Monitor(
                model.name(),
                model.hash(),
                settings.windows(),
                of(compiled, made.versionsName()),
                made.inputNames().stream().map(name -> of(compiled, name)).toList(),
                predictions.path(Part.SCORE),
                new Monitor.Logged(
                        predictions.field(Part.ID),
                        predictions.field(Part.FEATURES),
                        predictions.field(Part.KEYS),
                        predictions.field(Part.REQUEST),
                        predictions.field(Part.RECEIPT)),
                model.keys(),
                made.features(),
                outcomes == null
                        ? null
                        : new Monitor.Outcome(
                                of(compiled, made.qualityName()),
                                outcomes.score(),
                                outcomes.labelPath(),
                                outcomes.isBinary(),
                                outcomes.thresholds(),
                                outcomes.isAbsent(),
                                outcomes.horizonMillis(),
                                outcomes.delay() != null),
                slices.stream()
                        .map(slice -> new Monitor.Slice(
                                slice.name(),
                                of(compiled, made.sliceName(slice)),
                                compiled.get(made.predictionsName(slice)),
                                compared(compiled, made, slice)))
                        .toList(),
                settings.baseline(),
                settings.champion(),
                compared == null ? null : new Monitor.Challengers(settings.challengers(), compared),
                settings.checks());
        return new Read(monitor, made, outcomes, MonitorJson.of(predictions, outcomes, slices, settings));
    }

    private static Monitor.@Nullable Compared compared(
            Map<String, View> compiled, MonitorViews made, @Nullable SliceField slice) {
        View came = compiled.get(made.challengersName(slice));
        return came == null ? null : new Monitor.Compared(came, compiled.get(made.challengedName(slice)));
    }

    private static View of(Map<String, View> compiled, String name) {
        return Objects.requireNonNull(compiled.get(name));
    }

    private @Nullable Predictions predictions(YamlValue at, Model model) {
        YamlMapping mapping = at.mapping(PREDICTIONS_REMEDY);
        YamlValue source = mapping == null ? null : mapping.required(MonitorKeys.SOURCE, PREDICTIONS_REMEDY);
        if (mapping == null || source == null) {
            return null;
        }
        mapping.allowOnly(MonitorKeys.OF_PREDICTIONS);
        Map<Part, String> paths = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            paths.put(part, path(mapping, part.key(), part.key()));
        }
        return new Predictions(
                source,
                time(mapping.optional(MonitorKeys.TIME), "ts"),
                where(
                        mapping,
                        "type == \"prediction\" && " + isModel(Objects.requireNonNull(paths.get(Part.MODEL)), model)),
                duplicates(mapping, source),
                paths);
    }

    /** Wherever events have an id, unless the catalog says no: whoever retries sends them again. */
    private SeenIds.@Nullable Rule duplicates(YamlMapping mapping, YamlValue sourceAt) {
        YamlValue at = mapping.optional(MonitorKeys.DROP_DUPLICATES);
        SourceDefinition source = sourceAt.isMapping() || sourceAt.isList() ? null : sources.get(sourceAt.written());
        boolean hasId = source != null && source.eventId() != null;
        if (at != null && at.isMapping()) {
            return ViewReader.duplicates(at, USUAL_DUPLICATES.maxIds());
        }
        Boolean wanted = at == null ? (Boolean) hasId : at.bool();
        return Boolean.TRUE.equals(wanted) ? USUAL_DUPLICATES : null;
    }

    private static String isModel(String path, Model model) {
        return inExpression(path) + " == \"" + model.name() + "\"";
    }

    private static String under(String side, String path) {
        return FieldPath.parse(path).under(side).toString();
    }

    /** One that is no path is reported where it is used. */
    private static String inExpression(String path) {
        try {
            return FieldPath.parse(path).inExpression();
        } catch (IllegalArgumentException noPath) {
            return path;
        }
    }

    private static String where(YamlMapping mapping, String byDefault) {
        YamlValue at = mapping.optional(MonitorKeys.WHERE);
        String text =
                at == null ? byDefault : at.text("write a condition over event fields, such as type == \"order\"");
        return text == null ? byDefault : text;
    }

    private static String path(YamlMapping mapping, String key, String byDefault) {
        YamlValue at = mapping.optional(key);
        FieldPath path = at == null ? null : at.field();
        return path == null ? byDefault : path.toString();
    }

    private @Nullable Outcomes outcomes(YamlValue at, Predictions predictions, Model model) {
        YamlMapping mapping =
                at.mapping("say what outcomes look like: outcome: {label: label}, or outcome: {pair: judged}");
        if (mapping == null) {
            return null;
        }
        mapping.allowOnly(MonitorKeys.OF_OUTCOME);
        YamlValue pair = mapping.optional(MonitorKeys.PAIR);
        if (pair != null) {
            OF_CARRIED.stream()
                    .map(mapping::keyOf)
                    .filter(Objects::nonNull)
                    .forEach(key -> key.problem(key.shown() + " with 'pair'", "remove it: the pair says it"));
        }
        boolean isKnown = pair == null || isPair(pair);
        Boolean isBinary = isBinary(mapping.optional(MonitorKeys.TYPE));
        boolean isNumber = Boolean.FALSE.equals(isBinary);
        boolean isAbsent = isAbsent(mapping.optional(MonitorKeys.ABSENT), isNumber);
        YamlValue withinAt = mapping.optional(MonitorKeys.WITHIN);
        Long within = withinAt == null ? (Long) within(pair) : withinAt.duration();
        YamlValue settleAt = mapping.optional(MonitorKeys.SETTLE);
        Long settle = settleAt == null ? (Long) DEFAULT_SETTLE_MILLIS : settleAt.duration();
        List<BigDecimal> thresholds = thresholds(mapping.optional(MonitorKeys.THRESHOLDS), isNumber);
        if (!isKnown || isBinary == null || within == null || settle == null || thresholds == null) {
            return null;
        }
        String label = path(mapping, MonitorKeys.LABEL, MonitorKeys.LABEL);
        String version = ofPrediction(mapping, Part.VERSION, predictions);
        String score = ofPrediction(mapping, Part.SCORE, predictions);
        if (pair != null) {
            return new Outcomes(
                    pair,
                    null,
                    where(mapping, isModel(under("left", predictions.path(Part.MODEL)), model)),
                    under("left", version),
                    under("left", score),
                    label,
                    isBinary,
                    thresholds,
                    isAbsent,
                    within,
                    settle,
                    "delay");
        }
        Time time = time(mapping.optional(MonitorKeys.TIME), "predicted_at");
        YamlValue source = Objects.requireNonNullElse(mapping.optional(MonitorKeys.SOURCE), predictions.source());
        return new Outcomes(
                source,
                new Carried(time, duplicates(mapping, source)),
                where(
                        mapping,
                        "type == \"outcome\" && " + isModel(predictions.path(Part.MODEL), model) + " && "
                                + inExpression(time.field()) + " != null"),
                version,
                score,
                label,
                isBinary,
                thresholds,
                isAbsent,
                within,
                settle,
                mapping.optional(MonitorKeys.DELAY) == null
                        ? null
                        : path(mapping, MonitorKeys.DELAY, MonitorKeys.DELAY));
    }

    private boolean isPair(YamlValue at) {
        String name = at.text("name one of the pairs: " + String.join(", ", pairNames));
        if (name == null || pairNames.contains(name)) {
            return name != null;
        }
        if (sources.containsKey(name)) {
            at.problem(
                    at.shown() + " is a source and no pair",
                    "write source: " + name + " if outcomes carry their prediction, or name a pair of 'pairs'");
        } else {
            at.problem(
                    "unknown pair " + at.shown(),
                    pairNames.isEmpty() ? "define it in 'pairs'" : Suggestions.remedy(name, pairNames, "pairs"));
        }
        return false;
    }

    /** A pair's own; a pair that has a mistake is reported where it stands. */
    private long within(@Nullable YamlValue pair) {
        PairDefinition definition =
                pair == null || pair.isMapping() || pair.isList() ? null : pairs.get(pair.written());
        return definition == null ? DEFAULT_WITHIN_MILLIS : definition.withinMillis();
    }

    /** As in the predictions, unless an outcome that carries its prediction has it elsewhere. */
    private static String ofPrediction(YamlMapping outcome, Part part, Predictions predictions) {
        return path(outcome, part.key(), predictions.path(part));
    }

    /** Mistakes in it are reported where views are made of it. */
    private static Time time(@Nullable YamlValue at, String byDefault) {
        if (at == null || at.isList()) {
            return new Time(at == null ? byDefault : at, byDefault, null, null);
        }
        YamlMapping mapping = at.isMapping() ? at.mapping("") : null;
        YamlValue field = mapping == null ? at : mapping.optional(MonitorKeys.FIELD);
        YamlValue format = mapping == null ? null : mapping.optional(MonitorKeys.FORMAT);
        YamlValue zone = mapping == null ? null : mapping.optional(MonitorKeys.ZONE);
        return new Time(at, Objects.requireNonNullElse(written(field), byDefault), written(format), written(zone));
    }

    private static @Nullable String written(@Nullable YamlValue at) {
        return at == null || at.isMapping() || at.isList() ? null : at.written();
    }

    /** Null after a mistake. */
    private static @Nullable Boolean isBinary(@Nullable YamlValue at) {
        String text = at == null ? "binary" : at.text("types: " + String.join(", ", TYPES));
        if (at != null && text != null && !TYPES.contains(text)) {
            at.problem("unknown type " + at.shown(), Suggestions.remedy(text, TYPES, "types"));
            return null;
        }
        return text == null ? null : (Boolean) text.equals("binary");
    }

    private static boolean isAbsent(@Nullable YamlValue at, boolean isNumber) {
        Long value = at == null ? null : at.integer(0, 0);
        if (at != null && isNumber) {
            at.problem("'absent' of a number", "remove it: only of a yes or no the absence says which it is");
        }
        return value != null;
    }

    /** Null after a mistake. */
    private static @Nullable List<BigDecimal> thresholds(@Nullable YamlValue at, boolean isNumber) {
        List<YamlValue> elements = at == null ? List.of() : at.list("list thresholds, such as thresholds: [0.5]");
        if (at != null && isNumber) {
            at.problem("'thresholds' of a number", "remove it: only probabilities have thresholds");
        }
        List<BigDecimal> thresholds = new ArrayList<>();
        for (YamlValue element : elements == null ? List.<YamlValue>of() : elements) {
            BigDecimal threshold = element.decimal();
            if (threshold == null) {
                return null;
            }
            BigDecimal before = thresholds.isEmpty() ? null : thresholds.get(thresholds.size() - 1);
            if (threshold.signum() < 0 || threshold.compareTo(BigDecimal.ONE) > 0) {
                element.problem(element.shown() + " is out of bounds", "write a threshold from 0 to 1, such as 0.5");
                return null;
            }
            if (before != null && threshold.compareTo(before) <= 0) {
                element.problem(
                        element.shown() + " does not exceed the threshold before it",
                        "list thresholds in increasing order, each once");
                return null;
            }
            thresholds.add(threshold);
        }
        if (elements == null) {
            return null;
        }
        return thresholds.isEmpty() ? List.of(new BigDecimal("0.5")) : thresholds;
    }

    private static List<SliceField> slices(@Nullable YamlValue at) {
        String remedy = "list fields, such as slices: [device, {field: country, max_groups: 20}]";
        List<YamlValue> elements = at == null ? null : at.list(remedy);
        if (at == null || elements == null) {
            return List.of();
        }
        if (elements.isEmpty() || elements.size() > MAX_SLICES) {
            at.problem("'slices' with " + elements.size() + " elements", "list 1 to " + MAX_SLICES);
            return List.of();
        }
        Map<String, SliceField> slices = new LinkedHashMap<>();
        for (YamlValue element : elements) {
            YamlMapping mapping = element.isMapping() ? element.mapping(remedy) : null;
            if (mapping != null) {
                mapping.allowOnly(MonitorKeys.OF_SLICE);
            }
            YamlValue field = mapping == null ? element : mapping.required(MonitorKeys.FIELD, remedy);
            FieldPath path = field == null ? null : field.field();
            YamlValue maxAt = mapping == null ? null : mapping.optional(MonitorKeys.MAX_GROUPS);
            Long max = maxAt == null
                    ? (Long) (long) DEFAULT_SLICE_GROUPS
                    : maxAt.integer(1, FeatureReader.LARGEST_MAX_GROUPS);
            if (path == null || max == null) {
                continue;
            }
            String name = path.steps().get(path.steps().size() - 1) instanceof FieldPath.Member last ? last.name() : "";
            if (!path.isPlain()) {
                element.problem(element.shown() + " is quoted", "slice by a field that conditions can name");
            } else if (slices.putIfAbsent(name, new SliceField(name, path.toString(), max.intValue())) != null) {
                element.problem("two slices would be '" + name + "'", "slice by one of them");
            }
        }
        return List.copyOf(slices.values());
    }

    private static List<Window> windows(@Nullable YamlValue at) {
        List<YamlValue> elements = at == null ? null : at.list(WINDOWS_REMEDY);
        if (at == null) {
            return List.of(Window.parse("1h"), Window.parse("24h"), Window.parse("7d"));
        }
        List<Window> windows = new ArrayList<>();
        for (YamlValue element : elements == null ? List.<YamlValue>of() : elements) {
            Window window = element.window();
            if (window != null && window.isLifetime()) {
                element.problem("a monitor without an end", "quality is told of windows with a width");
            } else if (window != null) {
                windows.add(window);
            }
        }
        if (elements != null && elements.isEmpty()) {
            at.problem("'windows' with 0 elements", WINDOWS_REMEDY);
        }
        windows.sort(Comparator.comparingLong(Window::widthMillis));
        return windows;
    }

    private static Monitor.@Nullable Baseline baseline(@Nullable YamlValue at, List<Window> windows) {
        if (at == null) {
            return null;
        }
        if (!at.isMapping()) {
            String path = at.text(BASELINE_REMEDY);
            try {
                return path == null ? null : new Monitor.TrainingSet(path);
            } catch (IllegalArgumentException e) {
                at.problem(
                        String.valueOf(e.getMessage()),
                        "name a folder or file in it, such as s3://models/sets/2026-03-01");
                return null;
            }
        }
        YamlMapping mapping = at.mapping(BASELINE_REMEDY);
        if (mapping == null) {
            return null;
        }
        mapping.allowOnly(MonitorKeys.OF_BASELINE);
        YamlValue windowAt = mapping.required(MonitorKeys.WINDOW, BASELINE_REMEDY);
        YamlValue beforeAt = mapping.required(MonitorKeys.BEFORE, BASELINE_REMEDY);
        Window window = windowAt == null ? null : CheckReader.window(windowAt, windows);
        Long before = beforeAt == null ? null : beforeAt.duration();
        return window == null || before == null ? null : new Monitor.Earlier(window, before);
    }

    /** A day for what comes late, and far enough back for what is asked of the past. */
    private static long retention(@Nullable Outcomes outcomes, Monitor.@Nullable Baseline baseline) {
        long back = outcomes == null ? 0 : outcomes.horizonMillis();
        long before = baseline instanceof Monitor.Earlier earlier ? earlier.beforeMillis() : 0;
        return Math.max(back, before) + ViewReader.DEFAULT_RETENTION_MILLIS;
    }
}
