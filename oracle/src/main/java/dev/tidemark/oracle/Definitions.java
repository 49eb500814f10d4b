package dev.tidemark.oracle;

import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A catalog, read plainly: valid definitions are taken at their word, anything else ends in an exception.
 *
 * @param views by name, in file order; those of monitors come last
 */
record Definitions(Map<String, ViewDefinition> views) {

    private static final List<String> MAY_BE_TEXTS = List.of("first", "last", "first_n", "last_n", "distinct", "top_k");

    private static final String DEFAULT_DAY = "24h";

    /**
     * @param timeIsOfView whether the time is a view's own, so that an event without it is bad only if the view wants it
     * @param eventId null if the source declares none
     * @param countsOutsiders whether records outside their shard count like any other
     */
    record Source(
            String stream,
            String timeField,
            String timeFormat,
            boolean timeIsOfView,
            @Nullable String eventId,
            int maxEventBytes,
            boolean countsOutsiders) {

        /** The same source, whose events have the time that a view says; null for the source's own. */
        Source at(@Nullable Object eventTime) {
            return eventTime == null
                    ? this
                    : new Source(
                            stream,
                            fieldOf(eventTime),
                            formatOf(eventTime),
                            true,
                            eventId,
                            maxEventBytes,
                            countsOutsiders);
        }
    }

    /**
     * @param pair null if the view reads events
     * @param where null for all events
     * @param zone of its calendar; null if it has none
     */
    record ViewDefinition(
            String name,
            Source source,
            @Nullable PairDefinition pair,
            List<String> entity,
            @Nullable Expression where,
            long retentionMillis,
            long skewMillis,
            @Nullable Within within,
            @Nullable Horizon duplicates,
            Rungs rungs,
            @Nullable ZoneId zone,
            List<Feature> features,
            List<Derived> derived) {}

    /** How long after the view's time an event may happen, by the source's. */
    record Within(String timeField, String timeFormat, long millis) {}

    /** @param isLast whether the last of several rights counts, by event time, and not the first */
    record PairDefinition(
            String name,
            Source source,
            Expression left,
            List<String> leftKey,
            Expression right,
            List<String> rightKey,
            long withinMillis,
            long earlyMillis,
            boolean isLast,
            int maxHalves) {}

    record Horizon(long horizonMillis, int maxIds) {}

    /**
     * @param input null for functions without input
     * @param parameters the feature's mapping as written, for the function's own parameters
     */
    record Feature(
            String name,
            String function,
            @Nullable String input,
            List<String> windows,
            @Nullable Expression where,
            boolean optional,
            @Nullable Grouping groupBy,
            Map<String, Object> parameters) {

        int integer(String parameter, int defaultValue) {
            return ((Number) parameters.getOrDefault(parameter, defaultValue)).intValue();
        }

        boolean bool(String parameter) {
            return (Boolean) parameters.getOrDefault(parameter, false);
        }

        BigDecimal decimal(String parameter, String defaultValue) {
            return new BigDecimal(
                    parameters.getOrDefault(parameter, defaultValue).toString());
        }

        List<BigDecimal> decimals(String parameter) {
            return list(required(parameters, parameter)).stream()
                    .map(each -> new BigDecimal(each.toString()))
                    .toList();
        }

        long durationMillis(String parameter) {
            return windowMillis(required(parameters, parameter).toString());
        }
    }

    /** @param groups the only groups, or null for the first come by hash */
    record Grouping(String field, int maxGroups, @Nullable List<String> groups) {}

    /** @param defaultValue taken where there is no value; null for none */
    record Derived(
            String name, Expression expression, @Nullable BigDecimal defaultValue) {}

    static Definitions read(String yaml) {
        Map<String, Object> root = map(new Load(LoadSettings.builder().build()).loadFromString(yaml));
        Map<String, Source> sources = new LinkedHashMap<>();
        map(required(root, "sources")).forEach((name, body) -> sources.put(name, source(map(body))));
        Map<String, PairDefinition> pairs = new LinkedHashMap<>();
        map(root.getOrDefault("pairs", Map.of()))
                .forEach((name, body) -> pairs.put(name, pair(name, map(body), sources)));
        Map<String, ViewDefinition> views = new LinkedHashMap<>();
        Map<String, Object> written = map(required(root, "views"));
        written.forEach((name, body) -> views.put(name, view(name, map(body), sources, pairs)));
        map(root.getOrDefault("models", Map.of())).forEach((model, body) -> {
            if (map(body).containsKey("monitor")) {
                MonitorDefinitions.of(model, map(body), written)
                        .forEach((name, made) -> views.put(name, view(name, map(made), sources, pairs)));
            }
        });
        return new Definitions(views);
    }

    /** {@code 30s 5m 24h 7d}, or {@code lifetime}. */
    static long windowMillis(String text) {
        if (text.equals("lifetime")) {
            return Rungs.LIFETIME;
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> number * 1_000L;
            case 'm' -> number * 60_000L;
            case 'h' -> number * 3_600_000L;
            case 'd' -> number * 86_400_000L;
            default -> throw new IllegalArgumentException("no duration: '" + text + "'");
        };
    }

    private static Source source(Map<String, Object> body) {
        Object time = required(body, "event_time");
        return new Source(
                required(body, "stream").toString(),
                fieldOf(time),
                formatOf(time),
                false,
                optionalText(body, "event_id"),
                ((Number) body.getOrDefault("max_event_bytes", 262_144)).intValue(),
                text(body, "aggregated_by", "kpl").equals("any"));
    }

    private static String fieldOf(Object eventTime) {
        return eventTime instanceof String field
                ? field
                : required(map(eventTime), "field").toString();
    }

    private static String formatOf(Object eventTime) {
        if (eventTime instanceof String) {
            return "iso8601";
        }
        String zone = optionalText(map(eventTime), "zone");
        return text(map(eventTime), "format", "iso8601") + (zone == null ? "" : " " + zone);
    }

    private static PairDefinition pair(String name, Map<String, Object> body, Map<String, Source> sources) {
        Map<String, Object> left = map(required(body, "left"));
        Map<String, Object> right = map(required(body, "right"));
        Object early = body.get("early");
        return new PairDefinition(
                name,
                source(name, left, sources),
                new Expression(required(left, "where").toString()),
                texts(required(left, "key")),
                new Expression(required(right, "where").toString()),
                texts(required(right, "key")),
                windowMillis(required(body, "within").toString()),
                early == null ? 0 : windowMillis(early.toString()),
                text(body, "match", "last").equals("last"),
                ((Number) body.getOrDefault("max_halves", 64)).intValue());
    }

    private static Source source(String name, Map<String, Object> body, Map<String, Source> sources) {
        Source source = sources.get(required(body, "source").toString());
        if (source == null) {
            throw new IllegalArgumentException("'" + name + "' names no source of " + sources.keySet());
        }
        return source;
    }

    private static ViewDefinition view(
            String name, Map<String, Object> body, Map<String, Source> sources, Map<String, PairDefinition> pairs) {
        List<Feature> features = new ArrayList<>();
        map(required(body, "features")).forEach((feature, spec) -> features.add(feature(feature, map(spec))));
        List<Derived> derived = new ArrayList<>();
        map(body.getOrDefault("derived", Map.of())).forEach((each, spec) -> derived.add(derived(each, map(spec))));
        String zoneId = optionalText(body, "zone");
        ZoneId zone = zoneId == null ? null : ZoneId.of(zoneId);
        List<Long> windows = features.stream()
                .flatMap(feature -> feature.windows().stream())
                .map(window -> Lookback.of(window, zone).widthMillis())
                .toList();
        Object hop = body.get("hop");
        long widestHopMillis = zone == null ? Rungs.LIFETIME : Rungs.QUARTER_MILLIS;
        long hopMillis =
                hop == null ? Math.min(Rungs.defaultHopMillis(windows), widestHopMillis) : windowMillis(hop.toString());
        PairDefinition pair = pairs.get(required(body, "source").toString());
        return new ViewDefinition(
                name,
                (pair == null ? source(name, body, sources) : pair.source()).at(body.get("event_time")),
                pair,
                texts(required(body, "entity")),
                expression(body),
                windowMillis(text(body, "retention", DEFAULT_DAY)),
                windowMillis(text(body, "skew", "1m")),
                within(name, body, sources),
                horizon(body),
                Rungs.of(hopMillis, windows),
                zone,
                List.copyOf(features),
                List.copyOf(derived));
    }

    private static @Nullable Within within(String name, Map<String, Object> body, Map<String, Source> sources) {
        Object within = body.get("within");
        if (within == null) {
            return null;
        }
        Source source = source(name, body, sources);
        return new Within(source.timeField(), source.timeFormat(), windowMillis(within.toString()));
    }

    private static @Nullable Horizon horizon(Map<String, Object> view) {
        Object duplicates = view.get("drop_duplicates");
        if (duplicates == null) {
            return null;
        }
        Map<String, Object> body = map(duplicates);
        int maxIds = ((Number) body.getOrDefault("max_ids", 1_000)).intValue();
        return new Horizon(windowMillis(required(body, "horizon").toString()), maxIds);
    }

    private static Feature feature(String name, Map<String, Object> body) {
        Object windows = required(body, "windows");
        return new Feature(
                name,
                required(body, "function").toString(),
                input(body),
                texts(windows),
                expression(body),
                (Boolean) body.getOrDefault("optional", false),
                grouping(body.get("group_by")),
                body);
    }

    /** An optional input that is too long a text is as good as none. */
    private static @Nullable String input(Map<String, Object> body) {
        String input = optionalText(body, "input");
        boolean isOptional = (Boolean) body.getOrDefault("optional", false)
                && MAY_BE_TEXTS.contains(required(body, "function").toString())
                && List.of("any", "text").contains(text(body, "type", "any"));
        return input == null || !isOptional || input.endsWith(")") ? input : "short(" + input + ")";
    }

    private static @Nullable Grouping grouping(@Nullable Object groupBy) {
        if (groupBy == null) {
            return null;
        }
        Map<String, Object> body = map(groupBy);
        Object groups = body.get("groups");
        int maxGroups = ((Number) body.getOrDefault("max_groups", 50)).intValue();
        return new Grouping(required(body, "field").toString(), maxGroups, groups == null ? null : texts(groups));
    }

    private static Derived derived(String name, Map<String, Object> body) {
        Object defaultValue = body.get("default");
        return new Derived(
                name,
                new Expression(required(body, "expression").toString()),
                defaultValue == null ? null : new BigDecimal(defaultValue.toString()));
    }

    private static @Nullable Expression expression(Map<String, Object> body) {
        String where = optionalText(body, "where");
        return where == null ? null : new Expression(where);
    }

    private static String text(Map<String, Object> body, String key, String defaultValue) {
        return body.getOrDefault(key, defaultValue).toString();
    }

    private static @Nullable String optionalText(Map<String, Object> body, String key) {
        Object value = body.get(key);
        return value == null ? null : value.toString();
    }

    static Object required(Map<String, Object> body, String key) {
        Object value = body.get(key);
        if (value == null) {
            throw new IllegalArgumentException("'" + key + "' is missing in " + body.keySet());
        }
        return value;
    }

    static List<String> texts(Object value) {
        return value instanceof List<?>
                ? list(value).stream().map(Object::toString).toList()
                : List.of(value.toString());
    }

    @SuppressWarnings("unchecked") // YAML mappings of the catalog have text keys; a wrong shape fails at once.
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked") // As above.
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
