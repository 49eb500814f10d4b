package dev.tidemark.core.catalog;

import dev.tidemark.core.expression.DerivedExpression;
import dev.tidemark.core.expression.ExpressionProblem;
import dev.tidemark.core.expression.InvalidExpression;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code derived:} and puts it into an order in which it can be computed. */
final class DerivedReader {

    static final int MAX_DERIVED = 500;

    private static final Set<String> KEYS = Notes.and("expression", "default");
    private static final String REMEDY =
            "write an expression over values, such as expression: purchases_30m / views_30m";

    /** What is known so far: the features' values, then each derived value as soon as its type is known. */
    private final Map<String, ValueType> types;

    private final Map<String, Parsed> parsed = new LinkedHashMap<>();

    private record Parsed(
            String name,
            YamlValue key,
            YamlValue expressionAt,
            String text,
            DerivedExpression expression,
            @Nullable YamlValue defaultAt,
            @Nullable Object defaultValue,
            Notes notes) {}

    private final String where;
    private final String form;

    private DerivedReader(Map<String, ValueType> valueTypes, String where, String form) {
        this.types = new LinkedHashMap<>(valueTypes);
        this.where = where;
        this.form = form;
    }

    /** @param valueTypes of the view's features */
    static List<ViewDefinition.Derived> ofView(@Nullable YamlValue at, Map<String, ValueType> valueTypes) {
        return read(
                at,
                new DerivedReader(valueTypes, "in this view", "a value is named feature_window, such as views_30m"));
    }

    /** @param valueTypes of the request and of every view, with the prefix of either */
    static List<ViewDefinition.Derived> ofModel(@Nullable YamlValue at, Map<String, ValueType> valueTypes) {
        return read(
                at,
                new DerivedReader(
                        valueTypes, "in this model", "write view.value, such as viewer.views_30m, or request.input"));
    }

    private static List<ViewDefinition.Derived> read(@Nullable YamlValue at, DerivedReader reader) {
        YamlMapping mapping = at == null ? null : at.mapping("give every derived feature a name and an expression");
        if (at == null || mapping == null) {
            return List.of();
        }
        if (mapping.entries().size() > MAX_DERIVED) {
            at.problem(mapping.entries().size() + " derived features", "define at most " + MAX_DERIVED);
            return List.of();
        }
        return reader.read(mapping);
    }

    private List<ViewDefinition.Derived> read(YamlMapping mapping) {
        Set<String> names = new LinkedHashSet<>(types.keySet());
        Set<String> unusable = new LinkedHashSet<>();
        for (YamlMapping.Entry entry : mapping.entries()) {
            if (types.containsKey(entry.name())) {
                entry.key()
                        .problem(
                                entry.key().shown() + " is already the name of a feature's value",
                                "give the derived feature another name");
                continue;
            }
            names.add(entry.name());
            Parsed one = parse(entry);
            if (one == null) {
                unusable.add(entry.name());
            } else {
                parsed.put(entry.name(), one);
            }
        }
        // A mistake is reported once, not again where the name is used.
        unusable.forEach(name -> types.put(name, ValueType.SCALAR));
        parsed.values().removeIf(one -> {
            boolean unknown = reportUnknown(one, names);
            if (unknown) {
                types.put(one.name(), ValueType.SCALAR);
            }
            return unknown;
        });
        return inOrder();
    }

    private static @Nullable Parsed parse(YamlMapping.Entry entry) {
        Names.check(entry, "derived feature");
        YamlMapping derived = entry.value().mapping(REMEDY);
        if (derived == null) {
            return null;
        }
        derived.allowOnly(KEYS);
        YamlValue at = derived.required("expression", REMEDY);
        String text = at == null ? null : at.text(REMEDY);
        YamlValue defaultAt = derived.optional("default");
        Object defaultValue = defaultAt == null ? null : scalar(defaultAt);
        if (at == null || text == null || (defaultAt != null && defaultValue == null)) {
            return null;
        }
        try {
            DerivedExpression expression = DerivedExpression.parse(text);
            return new Parsed(
                    entry.name(), entry.key(), at, text, expression, defaultAt, defaultValue, Notes.read(derived));
        } catch (InvalidExpression e) {
            at.problems(e);
            return null;
        }
    }

    private static @Nullable Object scalar(YamlValue at) {
        Object value = at.scalar("write a number, a text, true or false");
        return value instanceof BigDecimal number ? canonical(number) : value;
    }

    private static BigDecimal canonical(BigDecimal number) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }

    private boolean reportUnknown(Parsed one, Set<String> names) {
        boolean unknown = false;
        for (DerivedExpression.Reference reference : one.expression().references()) {
            if (!names.contains(reference.name())) {
                unknown = true;
                String remedy = Suggestions.nearest(reference.name(), names)
                        .map(near -> "did you mean '" + near + "'? ")
                        .orElse("");
                one.expressionAt()
                        .problemInside(new ExpressionProblem(
                                reference.line(),
                                reference.column(),
                                "no value '" + reference.name() + "' " + where,
                                remedy + form));
            }
        }
        return unknown;
    }

    /** Each derived feature after those it uses; otherwise as in the file. */
    private List<ViewDefinition.Derived> inOrder() {
        List<ViewDefinition.Derived> ordered = new ArrayList<>();
        Map<String, Parsed> waiting = new LinkedHashMap<>(parsed);
        while (!waiting.isEmpty()) {
            Parsed next = waiting.values().stream()
                    .filter(one -> one.expression().references().stream()
                            .noneMatch(reference -> waiting.containsKey(reference.name())))
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                reportCycle(waiting);
                return ordered;
            }
            waiting.remove(next.name());
            ViewDefinition.Derived compiled = compile(next);
            if (compiled != null) {
                ordered.add(compiled);
            }
        }
        return ordered;
    }

    private ViewDefinition.@Nullable Derived compile(Parsed one) {
        types.put(one.name(), ValueType.SCALAR);
        try {
            DerivedExpression.Compiled compiled = one.expression().compile(types, one.defaultValue());
            types.put(one.name(), compiled.type());
            checkDefault(one, compiled.type());
            return new ViewDefinition.Derived(
                    one.name(), one.text(), one.defaultValue(), compiled.type(), compiled.expression(), one.notes());
        } catch (InvalidExpression e) {
            one.expressionAt().problems(e);
            return null;
        }
    }

    private static void checkDefault(Parsed one, ValueType type) {
        Object value = one.defaultValue();
        boolean fits = switch (type.kind()) {
            case INTEGER, NUMBER -> value instanceof BigDecimal;
            case BOOLEAN -> value instanceof Boolean;
            case STRING -> value instanceof String;
            case SCALAR, LIST, STRUCT, MAP -> true;
        };
        if (one.defaultAt() != null && !fits) {
            one.defaultAt()
                    .problem(
                            "the default " + one.defaultAt().shown() + " is not of the expression's type",
                            switch (type.kind()) {
                                case INTEGER, NUMBER -> "write a number";
                                case BOOLEAN -> "write true or false";
                                default -> "write a text in quotes";
                            });
        }
    }

    private static void reportCycle(Map<String, Parsed> waiting) {
        List<String> way = new ArrayList<>();
        String at = waiting.keySet().iterator().next();
        while (!way.contains(at)) {
            way.add(at);
            at = nextOf(at, waiting);
        }
        List<String> cycle = new ArrayList<>(way.subList(way.indexOf(at), way.size()));
        cycle.add(at);
        Parsed first = waiting.get(at);
        if (first != null) {
            first.key()
                    .problem(
                            "derived features that use each other: " + String.join(" → ", cycle),
                            "compute one of them from features alone");
        }
    }

    private static String nextOf(String name, Map<String, Parsed> waiting) {
        Parsed one = waiting.get(name);
        if (one != null) {
            for (DerivedExpression.Reference reference : one.expression().references()) {
                if (waiting.containsKey(reference.name())) {
                    return reference.name();
                }
            }
        }
        throw new IllegalStateException("'" + name + "' waits for nothing");
    }
}
