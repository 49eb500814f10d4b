package dev.tidemark.core.catalog;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.GroupBy;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one feature of a view. */
final class FeatureReader {

    static final int DEFAULT_MAX_GROUPS = 50;
    static final int LARGEST_MAX_GROUPS = 1_000;
    static final int MAX_WINDOWS = 20;

    /** The keys that every function knows, before its parameters. */
    static final List<String> KEYS =
            List.copyOf(Notes.and("function", "input", "type", "windows", "where", "optional", "group_by"));

    /** What {@code type:} may say, where the function takes any of them. */
    static final List<AggregateFunction.Input> INPUT_TYPES =
            List.of(AggregateFunction.Input.NUMBER, AggregateFunction.Input.TEXT, AggregateFunction.Input.BOOLEAN);

    private static final Set<String> GROUP_KEYS = new LinkedHashSet<>(List.of("field", "max_groups", "groups"));
    private static final String WINDOWS_REMEDY = "list how far to look back, such as windows: [5m, 30m, 24h]";

    private final Map<String, AggregateFunction> functions = new LinkedHashMap<>();

    private final FilterReader filters;

    FeatureReader(List<AggregateFunction> functions, FilterReader filters) {
        this.filters = filters;
        functions.forEach(function -> this.functions.put(function.name(), function));
    }

    /** A feature with the place of each of its windows, which the view checks against its hop. */
    record Read(ViewDefinition.@Nullable Feature feature, Map<Window, YamlValue> windows) {}

    /** @param zone of the view's calendar; null for none */
    Read read(YamlMapping.Entry entry, SourceFields fields, @Nullable ZoneId zone) {
        Names.check(entry, "feature");
        YamlMapping feature = entry.value().mapping("describe the feature: function and windows");
        if (feature == null) {
            return new Read(null, Map.of());
        }
        AggregateFunction function = function(feature);
        Map<String, Object> arguments = function == null ? Map.of() : arguments(feature, function, fields);
        Map<Window, YamlValue> windows = windows(feature, function, zone);
        FilterExpression where = filters.read(feature.optional("where"), fields);
        ViewDefinition.Grouping grouping = grouping(feature, fields);
        YamlValue optionalAt = feature.optional("optional");
        Boolean optional = optionalAt == null ? Boolean.FALSE : optionalAt.bool();
        if (function == null) {
            checkPath(feature, fields);
            return new Read(null, windows);
        }
        checkWhere(feature, function);
        AggregateFunction.Input inputKind = inputKind(feature, function, arguments);
        boolean mayBeTooLong = Boolean.TRUE.equals(optional)
                && !function.takesMissing()
                && inputKind.accepts(AggregateFunction.Input.TEXT);
        Field input = input(feature, function, fields, optionalAt, mayBeTooLong);
        checkLookedUp(feature, function, inputKind, input, fields);
        ViewDefinition.Feature read = new ViewDefinition.Feature(
                entry.name(),
                entry.value(),
                function,
                input,
                inputKind,
                function.takesMissing() || (optional != null && optional),
                List.copyOf(windows.keySet()),
                where,
                grouping,
                arguments,
                type(function, inputKind, arguments, grouping),
                Notes.read(feature));
        return new Read(read, windows);
    }

    private static ValueType type(
            AggregateFunction function,
            AggregateFunction.Input inputKind,
            Map<String, Object> arguments,
            ViewDefinition.@Nullable Grouping grouping) {
        boolean complete = function.parameters().stream().map(Parameter::name).allMatch(arguments::containsKey);
        // A mistake in an argument is reported once, not again where the value is used.
        ValueType type = complete ? function.type(inputKind.type(), arguments) : ValueType.SCALAR;
        return grouping == null ? type : GroupBy.type(type, grouping.spec());
    }

    private @Nullable AggregateFunction function(YamlMapping feature) {
        String all = "functions: " + String.join(", ", functions.keySet());
        YamlValue at = feature.required("function", "say what to compute; " + all);
        String name = at == null ? null : at.text(all);
        if (at == null || name == null) {
            return null;
        }
        AggregateFunction function = functions.get(name);
        if (function == null) {
            at.problem("unknown function " + at.shown(), Suggestions.remedy(name, functions.keySet(), "functions"));
        }
        return function;
    }

    private static Map<String, Object> arguments(YamlMapping feature, AggregateFunction function, SourceFields fields) {
        Set<String> known = new LinkedHashSet<>(KEYS);
        function.parameters().stream().map(Parameter::name).forEach(known::add);
        feature.allowOnly(known);
        return ArgumentReader.read(feature, function.parameters(), fields);
    }

    private static Map<Window, YamlValue> windows(
            YamlMapping feature, @Nullable AggregateFunction function, @Nullable ZoneId zone) {
        YamlValue at = feature.required("windows", WINDOWS_REMEDY);
        if (at == null) {
            return Map.of();
        }
        // A single window needs no brackets.
        List<YamlValue> elements = at.isList() ? at.list(WINDOWS_REMEDY) : List.of(at);
        if (elements == null || elements.isEmpty() || elements.size() > MAX_WINDOWS) {
            at.problem(
                    "'windows' with " + (elements == null ? 0 : elements.size()) + " elements",
                    "list 1 to " + MAX_WINDOWS + " windows");
            return Map.of();
        }
        Map<Window, YamlValue> windows = new LinkedHashMap<>();
        for (YamlValue element : elements) {
            Window window = element.window(zone);
            if (window == null) {
                continue;
            }
            if (windows.containsKey(window)) {
                element.problem("window " + element.shown() + " stands twice", "list every window once");
            } else if (window.isLifetime() && function != null && !function.allowsLifetime()) {
                element.problem(
                        function.name() + " cannot have the window 'lifetime'",
                        "give it a window of several half-lives; older events weigh next to nothing");
            } else {
                windows.put(window, element);
            }
        }
        return windows;
    }

    private static void checkWhere(YamlMapping feature, AggregateFunction function) {
        if (function.needsWhere() && feature.optional("where") == null) {
            feature.at()
                    .problem(
                            function.name() + " without 'where'",
                            "add the condition whose share of the view's events is wanted");
        }
    }

    private static @Nullable Field input(
            YamlMapping feature,
            AggregateFunction function,
            SourceFields fields,
            @Nullable YamlValue optionalAt,
            boolean mayBeTooLong) {
        YamlValue at = feature.optional("input");
        if (function.input() == AggregateFunction.Input.NONE) {
            reportSuperfluous(function, at, "input");
            reportSuperfluous(function, optionalAt, "optional");
            return null;
        }
        if (at == null) {
            feature.at()
                    .problem(
                            "'input' is missing",
                            "say which field " + function.name() + " aggregates, such as input: price");
            return null;
        }
        FieldPath path = at.input();
        if (path != null && path.isList() && !function.takesLists()) {
            at.problem(
                    function.name() + " of a list of values",
                    "name one element, such as items[0].price, or take one of the functions that count every element");
            return null;
        }
        if (path == null) {
            return null;
        }
        // What need not be there need not be short either; a view that counts so has a version of its own.
        boolean isShort = mayBeTooLong && path.as() == FieldPath.As.VALUE;
        return fields.use(isShort ? new FieldPath(path.steps(), FieldPath.As.SHORT) : path, at);
    }

    /** Of an event's field only its events say what it holds; a looked-up one is of one type in every row. */
    private static void checkLookedUp(
            YamlMapping feature,
            AggregateFunction function,
            AggregateFunction.Input kind,
            @Nullable Field input,
            SourceFields fields) {
        YamlValue at = feature.optional("input");
        Reference reference = input == null ? null : fields.referenceOf(input.path());
        if (at == null || input == null || reference == null) {
            return;
        }
        Reference.Type type = reference.fields().get(LookUpFields.nameIn(input.path()));
        if (type != null && !kind.accepts(AggregateFunction.Input.valueOf(type.name()))) {
            at.problem(
                    "'" + input + "' is of type " + SourceReader.nameOf(type) + " in reference '" + reference.name()
                            + "', and " + function.name() + " takes " + SourceReader.nameOf(kind) + " here",
                    "name another field or function, or correct the type under references");
        }
    }

    private static AggregateFunction.Input inputKind(
            YamlMapping feature, AggregateFunction function, Map<String, Object> arguments) {
        YamlValue at = feature.optional("type");
        AggregateFunction.Input widest = function.input(arguments);
        if (at == null) {
            return widest;
        }
        if (widest != AggregateFunction.Input.SCALAR) {
            at.problem(
                    function.name() + " takes "
                            + (widest == AggregateFunction.Input.NONE ? "no input" : "numbers only")
                            + ", so 'type' has no meaning",
                    "remove it");
            return widest;
        }
        AggregateFunction.Input kind = SourceReader.oneOf(INPUT_TYPES, at, "type", "types");
        return kind == null ? widest : kind;
    }

    private static void reportSuperfluous(AggregateFunction function, @Nullable YamlValue at, String key) {
        if (at != null) {
            at.problem(
                    function.name() + " takes no input, so '" + key + "' has no meaning",
                    "remove it; to take only some events, use where");
        }
    }

    /** With an unknown function the path is still worth checking. */
    private static void checkPath(YamlMapping feature, SourceFields fields) {
        YamlValue at = feature.optional("input");
        FieldPath path = at == null ? null : at.input();
        if (at != null && path != null) {
            fields.use(path, at);
        }
    }

    private static ViewDefinition.@Nullable Grouping grouping(YamlMapping feature, SourceFields fields) {
        YamlValue at = feature.optional("group_by");
        String remedy = "write group_by: {field: item.category, max_groups: 50}, or groups: [shoes, hats]";
        YamlMapping mapping = at == null ? null : at.mapping(remedy);
        if (at == null || mapping == null) {
            return null;
        }
        mapping.allowOnly(GROUP_KEYS);
        YamlValue fieldAt = mapping.required("field", remedy);
        FieldPath path = fieldAt == null ? null : fieldAt.field();
        YamlValue maxAt = mapping.optional("max_groups");
        YamlValue groupsAt = mapping.optional("groups");
        if (maxAt != null && groupsAt != null) {
            maxAt.problem("both 'max_groups' and 'groups'", "keep one: a number of groups, or the groups themselves");
            return null;
        }
        Long max = maxAt == null ? (Long) (long) DEFAULT_MAX_GROUPS : maxAt.integer(1, LARGEST_MAX_GROUPS);
        List<String> groups = groupsAt == null ? null : groups(groupsAt);
        if (fieldAt == null || path == null || max == null || (groupsAt != null && groups == null)) {
            return null;
        }
        return new ViewDefinition.Grouping(fields.use(path, fieldAt), groups, max.intValue());
    }

    private static @Nullable List<String> groups(YamlValue at) {
        List<YamlValue> elements = at.list("list the groups, such as groups: [shoes, hats]");
        if (elements == null) {
            return null;
        }
        if (elements.isEmpty() || elements.size() > LARGEST_MAX_GROUPS) {
            at.problem("'groups' with " + elements.size() + " elements", "list 1 to " + LARGEST_MAX_GROUPS + " groups");
            return null;
        }
        for (YamlValue element : elements) {
            BigDecimal number = element.isNumber() ? element.decimal() : null;
            if (number != null && !number.stripTrailingZeros().toPlainString().equals(element.text(""))) {
                element.problem(
                        element.shown() + " names no group",
                        "a number's group is its plain text: '"
                                + number.stripTrailingZeros().toPlainString() + "'");
                return null;
            }
        }
        return ArgumentReader.distinctTexts(elements);
    }
}
