package dev.tidemark.core.catalog;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.window.Ladder;
import dev.tidemark.core.window.Window;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one view. */
final class ViewReader {

    static final String DEFAULT_RETENTION = "24h";
    static final long DEFAULT_RETENTION_MILLIS = 86_400_000;
    static final String DEFAULT_SKEW = "1m";
    static final long DEFAULT_SKEW_MILLIS = 60_000;
    static final int DEFAULT_MAX_IDS = 1_000;
    static final int LARGEST_MAX_IDS = 20_000;
    static final String HORIZON = "horizon";
    static final String MAX_IDS = "max_ids";
    static final int MAX_ENTITY_FIELDS = 8;
    static final int MAX_FEATURES = 500;

    private static final Set<String> KEYS = Notes.and(
            "source",
            "event_time",
            "look_up",
            "entity",
            "where",
            "hop",
            "retention",
            "skew",
            "within",
            "drop_duplicates",
            "heads",
            "zone",
            "features",
            "derived");
    private static final Set<String> DUPLICATES_KEYS = new LinkedHashSet<>(List.of(HORIZON, MAX_IDS));
    private static final String ZONE_REMEDY =
            "name a zone of the IANA time zone database, such as Europe/Berlin or UTC";
    private static final String ENTITY_REMEDY =
            "name the field or fields that identify what the features describe, such as entity: user_id";

    private final FilterReader filters = new FilterReader();
    private final FeatureReader features;
    private final Map<String, SourceDefinition> sources;
    private final Map<String, PairDefinition> pairs;

    private final Map<String, Reference> references;
    private final Set<String> referenceNames;

    /** Of sources and pairs. */
    private final Set<String> names;

    /**
     * @param names of all sources and pairs, also of those whose definition has a mistake
     * @param referenceNames likewise, of all references
     */
    ViewReader(
            List<AggregateFunction> functions,
            Map<String, SourceDefinition> sources,
            Map<String, PairDefinition> pairs,
            Set<String> names,
            Map<String, Reference> references,
            Set<String> referenceNames) {
        this.references = references;
        this.referenceNames = referenceNames;
        this.features = new FeatureReader(functions, filters);
        this.sources = sources;
        this.pairs = pairs;
        this.names = names;
    }

    /** Null if the view has a mistake that leaves nothing to work with. */
    @Nullable
    ViewDefinition read(YamlMapping.Entry entry) {
        Names.check(entry, "view");
        YamlMapping view = entry.value().mapping("describe the view: source, entity and features");
        if (view == null) {
            return null;
        }
        view.allowOnly(KEYS);
        String name = source(view);
        PairDefinition pair = name == null ? null : pairs.get(name);
        SourceDefinition source = pair != null ? pair.source() : name == null ? null : sources.get(name);
        SourceFields own = source == null || pair != null ? new SourceFields() : source.fields();
        YamlValue lookUpAt = view.optional("look_up");
        List<LookUpDefinition> lookUps = ReferenceReader.lookUps(lookUpAt, own, references, referenceNames);
        SourceFields fields = lookUps.isEmpty() ? own : new LookUpFields(own, lookUps);
        YamlValue timeAt = view.optional("event_time");
        SourceReader.EventTime time = timeAt == null ? null : SourceReader.eventTime(timeAt, fields);
        List<Field> entity = entity(view, fields);
        FilterExpression where = filters.read(view.optional("where"), fields);
        Long retention = duration(view, "retention", DEFAULT_RETENTION_MILLIS);
        Long skew = duration(view, "skew", DEFAULT_SKEW_MILLIS);
        YamlValue withinAt = view.optional("within");
        if (withinAt != null && timeAt == null) {
            withinAt.problem(
                    "'within' without an 'event_time' of the view",
                    "remove it: an event happens at its event time, unless the view goes by another");
        }
        ViewDefinition.Duplicates duplicates = pair == null ? duplicates(view, source, fields) : null;
        YamlValue headsAt = view.optional("heads");
        Boolean heads = headsAt == null ? Boolean.TRUE : headsAt.bool();
        Map<Window, YamlValue> windows = new LinkedHashMap<>();
        ZoneId zone = zone(view);
        List<ViewDefinition.Feature> read = features(view, fields, zone, windows);
        Long hop = hop(view, windows);
        if (hop != null) {
            checkWindows(windows, hop);
        }
        checkZone(view, windows.keySet());
        checkFilters(view, read);
        ReferenceReader.checkUsed(lookUpAt, lookUps);
        List<ViewDefinition.Derived> derived = DerivedReader.ofView(view.optional("derived"), valueTypes(read));
        if (pair != null) {
            checkPair(view, pair, fields);
        }
        if (source == null || hop == null || retention == null || skew == null || heads == null) {
            return null;
        }
        return new ViewDefinition(
                entry.name(),
                entry.value(),
                source,
                time,
                pair,
                fields,
                lookUps,
                entity,
                where,
                hop,
                retention,
                skew,
                withinAt == null ? null : withinAt.duration(),
                duplicates,
                heads,
                zone,
                read,
                derived,
                Notes.read(view));
    }

    private @Nullable String source(YamlMapping view) {
        YamlValue at = view.required("source", "name one of the sources: " + String.join(", ", names));
        String name = at == null ? null : at.text("name one of the sources: " + String.join(", ", names));
        if (at != null && name != null && !names.contains(name)) {
            at.problem("unknown source " + at.shown(), Suggestions.remedy(name, names, "sources"));
        }
        return name;
    }

    private static void checkPair(YamlMapping view, PairDefinition pair, SourceFields fields) {
        PairedFields.use(pair, fields);
        YamlValue time = view.keyOf("event_time");
        if (time != null) {
            time.problem(
                    "'event_time' in a view of pairs",
                    "remove it: the time of a pair is that of its left, by the source's event_time");
        }
        YamlValue lookUp = view.keyOf("look_up");
        if (lookUp != null) {
            lookUp.problem(
                    "'look_up' in a view of pairs",
                    "remove it: only events are looked up for; let a forward or the producer bring the fields");
        }
        YamlValue duplicates = view.keyOf("drop_duplicates");
        if (duplicates != null) {
            duplicates.problem(
                    "'drop_duplicates' in a view of pairs",
                    "remove it: a left that is sent again is a duplicate anyway, and a right that is sent again changes"
                            + " nothing");
        }
    }

    private static List<Field> entity(YamlMapping view, SourceFields fields) {
        YamlValue at = view.required("entity", ENTITY_REMEDY);
        if (at == null) {
            return List.of();
        }
        List<YamlValue> elements = at.isList() ? at.list(ENTITY_REMEDY) : List.of(at);
        if (elements == null || elements.isEmpty() || elements.size() > MAX_ENTITY_FIELDS) {
            at.problem(
                    "'entity' with " + (elements == null ? 0 : elements.size()) + " fields",
                    "name 1 to " + MAX_ENTITY_FIELDS + " fields");
            return List.of();
        }
        Map<FieldPath, Field> entity = new LinkedHashMap<>();
        for (YamlValue element : elements) {
            FieldPath path = element.key();
            if (path != null && entity.putIfAbsent(path, fields.use(path, element)) != null) {
                element.problem(element.shown() + " stands twice", "name every field of the entity once");
            }
        }
        return List.copyOf(entity.values());
    }

    private static @Nullable Long duration(YamlMapping view, String key, long defaultMillis) {
        YamlValue at = view.optional(key);
        return at == null ? (Long) defaultMillis : at.duration();
    }

    private static ViewDefinition.@Nullable Duplicates duplicates(
            YamlMapping view, @Nullable SourceDefinition source, SourceFields fields) {
        YamlValue at = view.optional("drop_duplicates");
        SeenIds.Rule rule = at == null ? null : duplicates(at, DEFAULT_MAX_IDS);
        if (at == null || source == null) {
            return null;
        }
        FieldPath eventId = source.eventId();
        if (eventId == null) {
            at.problem(
                    "'drop_duplicates', but source '" + source.name() + "' has no event_id",
                    "say in the source which field identifies an event, such as event_id: event_id");
            return null;
        }
        Field field = fields.use(eventId, at);
        return rule == null ? null : new ViewDefinition.Duplicates(field, rule);
    }

    /** Null, with the mistake reported, if there is one. */
    static SeenIds.@Nullable Rule duplicates(YamlValue at, int defaultMaxIds) {
        YamlMapping mapping = at.mapping("write drop_duplicates: {horizon: 10m}");
        if (mapping == null) {
            return null;
        }
        mapping.allowOnly(DUPLICATES_KEYS);
        YamlValue horizonAt = mapping.required(HORIZON, "say how far apart two of an id may arrive: horizon: 10m");
        Long horizon = horizonAt == null ? null : horizonAt.duration();
        YamlValue maxAt = mapping.optional(MAX_IDS);
        Long maxIds = maxAt == null ? (Long) (long) defaultMaxIds : maxAt.integer(1, LARGEST_MAX_IDS);
        return horizon == null || maxIds == null ? null : new SeenIds.Rule(horizon, maxIds.intValue());
    }

    private List<ViewDefinition.Feature> features(
            YamlMapping view, SourceFields fields, @Nullable ZoneId zone, Map<Window, YamlValue> windows) {
        YamlValue at = view.required("features", "add at least one feature");
        YamlMapping mapping = at == null ? null : at.mapping("add at least one feature: a name with its definition");
        if (at == null || mapping == null) {
            return List.of();
        }
        List<YamlMapping.Entry> entries = mapping.entries();
        if (entries.isEmpty() || entries.size() > MAX_FEATURES) {
            at.problem("a view with " + entries.size() + " features", "define 1 to " + MAX_FEATURES + " features");
            return List.of();
        }
        List<ViewDefinition.Feature> read = new ArrayList<>();
        for (YamlMapping.Entry entry : entries) {
            FeatureReader.Read feature = features.read(entry, fields, zone);
            feature.windows().forEach(windows::putIfAbsent);
            if (feature.feature() != null) {
                read.add(feature.feature());
            }
        }
        return read;
    }

    private static @Nullable Long hop(YamlMapping view, Map<Window, YamlValue> windows) {
        YamlValue at = view.optional("hop");
        if (at == null) {
            return Ladder.defaultHopMillis(windows.keySet());
        }
        Long hop = at.duration();
        if (hop != null && !Ladder.isHop(hop)) {
            at.problem(
                    "hop " + at.shown() + " does not divide an hour",
                    "write a divisor of an hour, such as 1s, 2s, 5s, 10s, 15s, 30s, 1m, 5m, 15m or 1h");
            return null;
        }
        return hop;
    }

    private static void checkWindows(Map<Window, YamlValue> windows, long hopMillis) {
        String hop = Window.formatDuration(hopMillis);
        windows.forEach((window, at) -> {
            if (window.isLifetime()) {
                return;
            }
            if (window.widthMillis() < Ladder.STEPS_PER_WINDOW * hopMillis) {
                at.problem(
                        "window " + at.shown() + " is shorter than " + Ladder.STEPS_PER_WINDOW + " hops of " + hop,
                        shorterHop(window) + "a window of at least "
                                + Window.formatDuration(Ladder.STEPS_PER_WINDOW * hopMillis));
            } else if (window.widthMillis() % hopMillis != 0) {
                long below = window.widthMillis() / hopMillis * hopMillis;
                at.problem(
                        "window " + at.shown() + " is no multiple of the hop " + hop,
                        "use " + Window.formatDuration(below) + " or " + Window.formatDuration(below + hopMillis)
                                + ", or set a hop that divides it");
            } else if (window.beforeMillis() % hopMillis != 0) {
                at.problem(
                        "window " + at.shown() + " ends at no multiple of the hop " + hop,
                        "end it at one, or set a hop that divides it");
            } else if (window.isOfCalendar() && Ladder.CALENDAR_HOP_MILLIS % hopMillis != 0) {
                at.problem(
                        "window " + at.shown() + " with a hop of " + hop,
                        "set a hop that divides 15m: in some zones days begin at a quarter of an hour");
            }
        });
    }

    private static @Nullable ZoneId zone(YamlMapping view) {
        YamlValue at = view.optional("zone");
        String name = at == null ? null : at.text(ZONE_REMEDY);
        if (at == null) {
            return null;
        }
        if (name != null && ZoneId.getAvailableZoneIds().contains(name)) {
            return ZoneId.of(name);
        }
        if (name != null) {
            at.problem("unknown zone " + at.shown(), ZONE_REMEDY);
        }
        // So that the mistake is reported once, and not again at each window.
        return ZoneOffset.UTC;
    }

    private static void checkZone(YamlMapping view, Set<Window> windows) {
        YamlValue at = view.optional("zone");
        if (at != null && windows.stream().noneMatch(Window::isOfCalendar)) {
            at.problem("'zone', but no window is a day, week or month", "remove it, or add such a window");
        }
    }

    private static String shorterHop(Window window) {
        return window.widthMillis() < Ladder.STEPS_PER_WINDOW * 1000L
                ? "use "
                : "set hop: " + Window.formatDuration(Ladder.defaultHopMillis(List.of(window))) + ", or use ";
    }

    private static void checkFilters(YamlMapping view, List<ViewDefinition.Feature> features) {
        Set<String> filters = new LinkedHashSet<>();
        for (ViewDefinition.Feature feature : features) {
            if (feature.where() != null) {
                filters.add(feature.where().text());
            }
        }
        YamlValue at = view.optional("features");
        if (at != null && filters.size() > TileLayout.MAX_FILTERS) {
            at.problem(
                    filters.size() + " different 'where' in one view",
                    "use at most " + TileLayout.MAX_FILTERS + "; split the view, or count by group with group_by");
        }
    }

    private static Map<String, ValueType> valueTypes(List<ViewDefinition.Feature> features) {
        Map<String, ValueType> types = new LinkedHashMap<>();
        for (ViewDefinition.Feature feature : features) {
            for (Window window : feature.windows()) {
                String name = valueName(feature.name(), window);
                if (types.put(name, feature.type()) != null) {
                    feature.at().problem("another value is '" + name + "' too", "give the feature another name");
                }
            }
        }
        return types;
    }

    /** The name of a value in an answer. */
    static String valueName(String feature, Window window) {
        return feature + "_" + window.text();
    }
}
