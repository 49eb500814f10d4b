package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code models:}. */
final class ModelReader {

    static final int MAX_VALUES = 2_000;
    static final int MAX_REQUEST = 100;
    static final String KEY_PATTERN = "[A-Za-z_][A-Za-z0-9_]{0,62}";

    /** The types of request inputs, as the catalog names them. */
    static final Map<String, ValueType> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("number", ValueType.NUMBER);
        TYPES.put("text", ValueType.STRING);
        TYPES.put("boolean", ValueType.BOOLEAN);
    }

    private static final Pattern KEY = Pattern.compile(KEY_PATTERN);
    private static final Set<String> KEYS = keys();
    private static final Set<String> REQUEST_KEYS = new LinkedHashSet<>(List.of("type", "default"));
    private static final String KEYS_REMEDY =
            "write keys: {user_id: user}, from a view's key field to the request's name";
    private static final String REQUEST_REMEDY = "write request: {list_price: {type: number}}";
    private static final String INPUTS_REMEDY =
            "list the vector's values by view, such as inputs: [viewer: [avg_price_30m], request: [list_price]]";

    private static Set<String> keys() {
        Set<String> keys = Notes.and("keys", "request", "inputs", "derived", "stale_after");
        keys.addAll(MonitorKeys.OF_MODEL);
        return keys;
    }

    private final Map<String, ViewDefinition> definitions;
    private final Map<String, View> views;
    private final Set<String> viewNames;
    private final Map<String, Reference> references;
    private final Set<String> referenceNames;

    /**
     * A model with the definition that it was read from.
     *
     * @param json the canonical definition, without the notes
     */
    record Read(Model model, ObjectNode json, Notes notes) {}

    /**
     * @param viewNames all of them, also those whose definition has a mistake
     * @param referenceNames likewise
     */
    ModelReader(
            Map<String, ViewDefinition> definitions,
            Map<String, View> views,
            Set<String> viewNames,
            Map<String, Reference> references,
            Set<String> referenceNames) {
        this.definitions = definitions;
        this.views = views;
        this.viewNames = viewNames;
        this.references = references;
        this.referenceNames = referenceNames;
    }

    /** Null if the model has a mistake that leaves nothing to work with. */
    @Nullable
    Read read(YamlMapping.Entry entry) {
        Names.check(entry, "model");
        YamlMapping model = entry.value().mapping("describe the model: its inputs, and what the request brings");
        if (model == null) {
            return null;
        }
        model.allowOnly(KEYS);
        Map<String, Model.Input> request = request(model.optional("request"));
        Map<String, ValueType> types = types(request);
        Map<String, YamlValue> vector = vector(model, types);
        List<ViewDefinition.Derived> derived = derived(model, types);
        Map<String, Set<String>> needed = needed(vector.keySet(), derived);
        Map<String, String> keys = keys(model, needed.keySet(), request.keySet());
        checkUse(model, request, vector.keySet(), derived);
        YamlValue staleAt = model.optional("stale_after");
        Long stale = staleAt == null ? null : staleAt.duration();
        Notes notes = Notes.read(model);
        if (!needed.keySet().stream().allMatch(this::isRead)) {
            return null;
        }
        ModelFacts facts = new ModelFacts(
                definitions, views, referencesIn(needed.keySet()), keys, request.values(), vector.keySet(), derived);
        List<Model.Value> values = new ArrayList<>();
        vector.keySet().forEach(name -> values.add(new Model.Value(name, types.getOrDefault(name, ValueType.SCALAR))));
        derived.forEach(one -> values.add(new Model.Value(one.name(), one.type())));
        List<String> lines = facts.lines(needed);
        List<String> keyNames = List.copyOf(new LinkedHashSet<>(keys.values()));
        Model read = new Model(
                entry.name(),
                Hashes.shortHash(String.join("\n", lines)),
                lines,
                keyNames,
                List.copyOf(request.values()),
                needed.entrySet().stream()
                        .filter(one -> views.containsKey(one.getKey()))
                        .map(one -> input(one.getKey(), one.getValue(), keys, keyNames))
                        .toList(),
                referencesIn(needed.keySet()).values().stream()
                        .map(one -> input(one, needed.getOrDefault(one.name(), Set.of()), keys, keyNames))
                        .toList(),
                values,
                derived.stream()
                        .map(one -> new View.Derived(one.name(), one.type(), one.expression()))
                        .toList(),
                stale);
        return new Read(read, facts.json(stale), notes);
    }

    private Model.ViewInput input(String name, Set<String> needed, Map<String, String> keys, List<String> keyNames) {
        View view = view(name);
        return new Model.ViewInput(
                view,
                view.entity().stream()
                        .map(field -> field.constant() != null
                                ? Model.ViewInput.CONSTANT
                                : keyNames.indexOf(keys.get(field.name())))
                        .toList(),
                view.valueNames().stream().filter(needed::contains).toList());
    }

    private static Model.ReferenceInput input(
            Reference reference, Set<String> needed, Map<String, String> keys, List<String> keyNames) {
        return new Model.ReferenceInput(
                reference.name(),
                reference.key().stream()
                        .map(column -> keyNames.indexOf(keys.get(inOneForm(column))))
                        .toList(),
                reference.fields().keySet().stream().filter(needed::contains).toList());
    }

    /** Whether it has no mistake. */
    private boolean isRead(String viewOrReference) {
        return views.containsKey(viewOrReference) || references.containsKey(viewOrReference);
    }

    private Map<String, Reference> referencesIn(Set<String> names) {
        Map<String, Reference> found = new LinkedHashMap<>();
        names.forEach(name -> {
            Reference reference = views.containsKey(name) ? null : references.get(name);
            if (reference != null) {
                found.put(name, reference);
            }
        });
        return found;
    }

    private View view(String name) {
        return java.util.Objects.requireNonNull(views.get(name));
    }

    private static Map<String, Model.Input> request(@Nullable YamlValue at) {
        Map<String, Model.Input> request = new LinkedHashMap<>();
        YamlMapping mapping = at == null ? null : at.mapping(REQUEST_REMEDY);
        if (at == null || mapping == null) {
            return request;
        }
        if (mapping.entries().size() > MAX_REQUEST) {
            at.problem("'request' with " + mapping.entries().size() + " entries", "define at most " + MAX_REQUEST);
            return request;
        }
        for (YamlMapping.Entry entry : mapping.entries()) {
            Names.check(entry, "request input");
            Model.Input input = input(entry);
            // After a mistake its uses are no further mistakes.
            request.put(entry.name(), input == null ? new Model.Input(entry.name(), ValueType.SCALAR, null) : input);
        }
        return request;
    }

    private static Model.@Nullable Input input(YamlMapping.Entry entry) {
        YamlMapping input = entry.value().mapping(REQUEST_REMEDY);
        if (input == null) {
            return null;
        }
        input.allowOnly(REQUEST_KEYS);
        String all = "types: " + String.join(", ", TYPES.keySet());
        YamlValue typeAt = input.required("type", "say what it is; " + all);
        String name = typeAt == null ? null : typeAt.text(all);
        ValueType type = name == null ? null : TYPES.get(name);
        if (typeAt != null && name != null && type == null) {
            typeAt.problem("unknown type " + typeAt.shown(), Suggestions.remedy(name, TYPES.keySet(), "types"));
        }
        YamlValue defaultAt = input.optional("default");
        Object value = defaultAt == null || type == null ? null : defaultOf(type, defaultAt);
        if (type == null) {
            return null;
        }
        Model.Input wanted = new Model.Input(entry.name(), type, null);
        if (defaultAt == null || value == null) {
            return wanted;
        }
        try {
            return new Model.Input(entry.name(), type, wanted.accept(value));
        } catch (IllegalArgumentException e) {
            defaultAt.problem(String.valueOf(e.getMessage()), "write another default, or leave it out");
            return wanted;
        }
    }

    private static @Nullable Object defaultOf(ValueType type, YamlValue at) {
        if (type.equals(ValueType.BOOLEAN)) {
            return at.bool();
        }
        return type.equals(ValueType.STRING) ? at.text("write a text") : at.decimal();
    }

    /** Of everything that the vector and its expressions may name. */
    private Map<String, ValueType> types(Map<String, Model.Input> request) {
        Map<String, ValueType> types = new LinkedHashMap<>();
        request.values().forEach(input -> types.put(input.valueName(), input.type()));
        references.forEach((name, reference) ->
                reference.fields().forEach((field, type) -> types.put(Model.valueNameOf(name, field), typeOf(type))));
        views.forEach((name, view) -> {
            view.features().forEach(one -> types.put(Model.valueNameOf(name, one.name()), one.type()));
            view.derived().forEach(one -> types.put(Model.valueNameOf(name, one.name()), one.type()));
        });
        return types;
    }

    private static ValueType typeOf(Reference.Type type) {
        return switch (type) {
            case TEXT -> ValueType.STRING;
            case NUMBER -> ValueType.NUMBER;
            case BOOLEAN -> ValueType.BOOLEAN;
        };
    }

    /** The names of {@code inputs:} in order, with their places. */
    private Map<String, YamlValue> vector(YamlMapping model, Map<String, ValueType> types) {
        Map<String, YamlValue> vector = new LinkedHashMap<>();
        YamlValue at = model.required("inputs", INPUTS_REMEDY);
        List<YamlValue> elements = at == null ? null : at.list(INPUTS_REMEDY);
        if (at == null || elements == null) {
            return vector;
        }
        for (YamlValue element : elements) {
            YamlMapping mapping = element.mapping(INPUTS_REMEDY);
            for (YamlMapping.Entry entry : mapping == null ? List.<YamlMapping.Entry>of() : mapping.entries()) {
                List<YamlValue> names = isKnown(entry) ? entry.value().list(INPUTS_REMEDY) : null;
                for (YamlValue name : names == null ? List.<YamlValue>of() : names) {
                    add(entry.name(), name, types, vector);
                }
            }
        }
        if (elements.isEmpty() || vector.size() > MAX_VALUES) {
            at.problem("a vector of " + vector.size() + " values", "list 1 to " + MAX_VALUES);
        }
        return vector;
    }

    private boolean isKnown(YamlMapping.Entry entry) {
        boolean isRequest = entry.name().equals(Model.REQUEST);
        boolean isView = viewNames.contains(entry.name());
        boolean isReference = referenceNames.contains(entry.name());
        if (isRequest && (isView || isReference)) {
            entry.key()
                    .problem(
                            "'request' is also the name of a " + (isView ? "view" : "reference"),
                            "name that otherwise; in models 'request' is what the request brings");
        } else if (isView && isReference) {
            entry.key()
                    .problem(
                            entry.key().shown() + " is the name of a view and of a reference",
                            "give one of them another name: a model names both alike");
        } else if (!isRequest && !isView && !isReference) {
            Set<String> known = new LinkedHashSet<>(viewNames);
            known.addAll(referenceNames);
            known.add(Model.REQUEST);
            String kind = referenceNames.isEmpty() ? "view" : "view or reference";
            entry.key()
                    .problem(
                            "unknown " + kind + " " + entry.key().shown(),
                            Suggestions.remedy(
                                    entry.name(), known, referenceNames.isEmpty() ? "views" : "views and references"));
            return false;
        }
        return isRequest || isRead(entry.name());
    }

    private static void add(String from, YamlValue at, Map<String, ValueType> types, Map<String, YamlValue> vector) {
        String value = at.text(INPUTS_REMEDY);
        if (value == null) {
            return;
        }
        String name = Model.valueNameOf(from, value);
        if (!types.containsKey(name)) {
            Set<String> known = new LinkedHashSet<>();
            String prefix = Model.valueNameOf(from, "");
            types.keySet().stream()
                    .filter(other -> other.startsWith(prefix))
                    .forEach(other -> known.add(other.substring(prefix.length())));
            at.problem("no value " + at.shown() + " in '" + from + "'", Suggestions.remedy(value, known, "values"));
        } else if (vector.putIfAbsent(name, at) != null) {
            at.problem(at.shown() + " stands twice", "list every value of the vector once");
        }
    }

    private List<ViewDefinition.Derived> derived(YamlMapping model, Map<String, ValueType> types) {
        YamlValue at = model.optional("derived");
        if (at != null && at.isMapping()) {
            YamlMapping mapping = at.mapping("");
            for (YamlMapping.Entry entry : mapping == null ? List.<YamlMapping.Entry>of() : mapping.entries()) {
                if (entry.name().equals(Model.REQUEST)
                        || viewNames.contains(entry.name())
                        || referenceNames.contains(entry.name())) {
                    entry.key()
                            .problem(
                                    entry.key().shown() + " is already the name of a view, or of the request",
                                    "give the derived value another name");
                }
            }
        }
        return DerivedReader.ofModel(at, types);
    }

    /** By view or reference, the values that the vector or a derived value names. */
    private static Map<String, Set<String>> needed(Set<String> vector, List<ViewDefinition.Derived> derived) {
        Map<String, Set<String>> needed = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(vector);
        derived.forEach(one -> names.addAll(one.expression().inputs()));
        for (String name : names) {
            int dot = name.indexOf('.');
            if (dot > 0 && !name.startsWith(Model.valueNameOf(Model.REQUEST, ""))) {
                needed.computeIfAbsent(name.substring(0, dot), view -> new LinkedHashSet<>())
                        .add(name.substring(dot + 1));
            }
        }
        return needed;
    }

    /** From key field or column to name, for all of the views and references that are read, if it has no constant. */
    private Map<String, String> keys(YamlMapping model, Set<String> read, Set<String> request) {
        YamlValue at = model.optional("keys");
        YamlMapping mapping = at == null ? null : at.mapping(KEYS_REMEDY);
        Set<String> fields = new LinkedHashSet<>();
        read.stream()
                .filter(views::containsKey)
                .flatMap(name -> view(name).entity().stream())
                .filter(field -> field.constant() == null)
                .forEach(field -> fields.add(field.name()));
        referencesIn(read)
                .values()
                .forEach(reference -> reference.key().forEach(column -> fields.add(inOneForm(column))));
        Map<String, YamlValue> names = new LinkedHashMap<>();
        if (mapping != null) {
            mapping.entries().forEach(entry -> names.put(inOneForm(entry.name()), entry.value()));
        }
        Map<String, String> keys = new LinkedHashMap<>();
        Set<String> byDefault = new LinkedHashSet<>();
        for (String field : fields) {
            YamlValue named = names.get(field);
            String name = named == null ? nameByDefault(field) : named.text(KEYS_REMEDY);
            YamlValue place = named == null ? model.at() : named;
            if (name == null || !KEY.matcher(name).matches()) {
                place.problem(
                        "'" + name + "' is no name of a key",
                        "start with a letter and use only letters, digits and _, at most 63: " + KEYS_REMEDY);
                keys.put(field, field);
                continue;
            }
            if (named == null && (keys.containsValue(name) || !byDefault.add(name))) {
                place.problem(
                        "two key fields would be '" + name + "' in requests, one of them '" + field + "'",
                        "say so, or name them apart: " + KEYS_REMEDY);
            }
            if (request.contains(name)) {
                place.problem(
                        "'" + name + "' is the name of a key and of a request input", "give one of them another name");
            }
            keys.put(field, name);
        }
        if (mapping != null && read.stream().allMatch(this::isRead)) {
            mapping.entries().stream()
                    .filter(entry -> !fields.contains(inOneForm(entry.name())))
                    .forEach(entry -> entry.key()
                            .problem(
                                    entry.key().shown() + " is the key of no view "
                                            + (referenceNames.isEmpty() ? "" : "or reference ")
                                            + "that the model reads",
                                    Suggestions.remedy(entry.name(), fields, "key fields")));
        }
        return keys;
    }

    /** The column of a reference need not be a path of an event's field. */
    private static String nameByDefault(String field) {
        try {
            return FieldPath.parse(field).asItStands().toString().replace('.', '_');
        } catch (IllegalArgumentException noPath) {
            return field;
        }
    }

    /** A path may be written with quotes that it does not need, and without some that its one form has. */
    private static String inOneForm(String path) {
        try {
            return FieldPath.parse(path).toString();
        } catch (IllegalArgumentException noPath) {
            return path;
        }
    }

    /** A request input that nothing uses is asked of every caller for nothing. */
    private static void checkUse(
            YamlMapping model,
            Map<String, Model.Input> request,
            Set<String> vector,
            List<ViewDefinition.Derived> derived) {
        YamlValue at = model.optional("request");
        YamlValue derivedAt = model.optional("derived");
        boolean allRead = derivedAt == null
                || !derivedAt.isMapping()
                || java.util.Objects.requireNonNull(derivedAt.mapping(""))
                                .entries()
                                .size()
                        == derived.size();
        if (at == null || !allRead) {
            return;
        }
        for (Model.Input input : request.values()) {
            boolean used = vector.contains(input.valueName())
                    || derived.stream()
                            .anyMatch(one -> one.expression().inputs().contains(input.valueName()));
            if (!used) {
                at.problem(
                        "request input '" + input.name() + "' is used nowhere",
                        String.format(Locale.ROOT, "list it in inputs (request: [%s]), or remove it", input.name()));
            }
        }
    }
}
