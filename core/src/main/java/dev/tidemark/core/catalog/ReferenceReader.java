package dev.tidemark.core.catalog;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads {@code references:}, and what views look up in them. */
final class ReferenceReader {

    static final int MAX_KEY_COLUMNS = 8;
    static final int MAX_FIELDS = 200;
    static final int MAX_LOOK_UPS = 10;
    static final String DEFAULT_EFFECTIVE_AFTER = "10m";
    static final int DEFAULT_MAX_BYTES = 50_000_000;
    static final int LARGEST_MAX_BYTES = 200_000_000;

    /** Half of it must cover how far clocks differ and how late a write may land. */
    private static final long LEAST_EFFECTIVE_AFTER_MILLIS = 10_000;

    private static final Set<String> KEYS =
            new LinkedHashSet<>(List.of("key", "fields", "valid_from", "effective_after", "max_bytes"));
    private static final Set<String> LOOK_UP_KEYS = new LinkedHashSet<>(List.of("from", "key"));
    private static final String KEY_REMEDY = "name the column or columns that identify a row, such as key: item_id";
    private static final String FIELDS_REMEDY =
            "name the columns to keep and their types, such as fields: {category: text, list_price: number}";
    private static final String LOOK_UP_REMEDY =
            "write look_up: {item: {from: items, key: item_id}}, and name its fields as item.category";

    private ReferenceReader() {}

    /** Null, with the mistake reported, if there is one. */
    static @Nullable Reference read(YamlMapping.Entry entry) {
        Names.check(entry, "reference");
        YamlMapping reference = entry.value().mapping("describe the reference: key and fields");
        if (reference == null) {
            return null;
        }
        reference.allowOnly(KEYS);
        List<String> key = key(reference);
        Map<String, Reference.Type> fields = fields(reference);
        YamlValue fromAt = reference.optional("valid_from");
        String validFrom = fromAt == null ? null : fromAt.text("name the column that says from when on a row is valid");
        YamlValue afterAt = reference.optional("effective_after");
        Long after = afterAt == null ? (Long) Window.parseDurationMillis(DEFAULT_EFFECTIVE_AFTER) : afterAt.duration();
        if (afterAt != null && after != null && after < LEAST_EFFECTIVE_AFTER_MILLIS) {
            afterAt.problem(
                    afterAt.shown() + " is too soon for everyone to know a snapshot before it is effective",
                    "write at least " + Window.formatDuration(LEAST_EFFECTIVE_AFTER_MILLIS) + "; 10m suits most");
        }
        YamlValue maxAt = reference.optional("max_bytes");
        Long maxBytes = maxAt == null ? (Long) (long) DEFAULT_MAX_BYTES : maxAt.integer(1, LARGEST_MAX_BYTES);
        return key.isEmpty() || fields.isEmpty() || after == null || maxBytes == null
                ? null
                : new Reference(entry.name(), key, fields, validFrom, after, maxBytes.intValue());
    }

    private static List<String> key(YamlMapping reference) {
        YamlValue at = reference.required("key", KEY_REMEDY);
        List<YamlValue> elements = elements(at, KEY_REMEDY);
        List<String> key = new ArrayList<>();
        for (YamlValue element : elements) {
            String column = element.text(KEY_REMEDY);
            if (column != null) {
                key.add(column);
            }
        }
        if (at != null && (elements.isEmpty() || elements.size() > MAX_KEY_COLUMNS)) {
            at.problem("'key' with " + elements.size() + " columns", "name 1 to " + MAX_KEY_COLUMNS + " columns");
        }
        return key;
    }

    private static List<YamlValue> elements(@Nullable YamlValue at, String remedy) {
        if (at == null) {
            return List.of();
        }
        List<YamlValue> list = at.isList() ? at.list(remedy) : List.of(at);
        return list == null ? List.of() : list;
    }

    private static Map<String, Reference.Type> fields(YamlMapping reference) {
        YamlValue at = reference.required("fields", FIELDS_REMEDY);
        YamlMapping mapping = at == null ? null : at.mapping(FIELDS_REMEDY);
        Map<String, Reference.Type> fields = new LinkedHashMap<>();
        if (at == null || mapping == null) {
            return fields;
        }
        for (YamlMapping.Entry entry : mapping.entries()) {
            Reference.Type type = SourceReader.oneOf(List.of(Reference.Type.values()), entry.value(), "type", "types");
            if (!FieldPath.isName(entry.name()) || !new FieldPath(List.of(entry.name())).isPlain()) {
                entry.key()
                        .problem(
                                entry.key().shown() + " cannot be named in a condition",
                                "rename the column: start with a letter, and use letters, digits and _");
            } else if (type != null) {
                fields.put(entry.name(), type);
            }
        }
        if (mapping.entries().isEmpty() || mapping.entries().size() > MAX_FIELDS) {
            at.problem("'fields' with " + mapping.entries().size() + " columns", "name 1 to " + MAX_FIELDS);
        }
        return fields;
    }

    /**
     * What a view looks up.
     *
     * @param at null if it looks nothing up
     * @param fields of the view's source
     * @param names of all references, also of those whose definition has a mistake
     */
    static List<LookUpDefinition> lookUps(
            @Nullable YamlValue at, SourceFields fields, Map<String, Reference> references, Set<String> names) {
        YamlMapping mapping = at == null ? null : at.mapping(LOOK_UP_REMEDY);
        List<LookUpDefinition> lookUps = new ArrayList<>();
        if (at == null || mapping == null) {
            return lookUps;
        }
        for (YamlMapping.Entry entry : mapping.entries()) {
            LookUpDefinition lookUp = lookUp(entry, fields, references, names);
            if (lookUp != null) {
                lookUps.add(lookUp);
            }
        }
        if (mapping.entries().isEmpty() || mapping.entries().size() > MAX_LOOK_UPS) {
            at.problem("'look_up' with " + mapping.entries().size() + " entries", "write 1 to " + MAX_LOOK_UPS);
        }
        return lookUps;
    }

    private static @Nullable LookUpDefinition lookUp(
            YamlMapping.Entry entry, SourceFields fields, Map<String, Reference> references, Set<String> names) {
        Names.check(entry, "look-up");
        YamlMapping lookUp = entry.value().mapping(LOOK_UP_REMEDY);
        if (lookUp == null) {
            return null;
        }
        lookUp.allowOnly(LOOK_UP_KEYS);
        String remedy = "name one of the references: " + String.join(", ", names);
        YamlValue fromAt = lookUp.required("from", remedy);
        String from = fromAt == null ? null : fromAt.text(remedy);
        if (fromAt != null && from != null && !names.contains(from)) {
            fromAt.problem("unknown reference " + fromAt.shown(), Suggestions.remedy(from, names, "references"));
        }
        YamlValue keyAt = lookUp.required("key", "name the event's field that is the reference's key");
        List<Field> key = new ArrayList<>();
        for (YamlValue element : elements(keyAt, LOOK_UP_REMEDY)) {
            FieldPath path = element.field();
            if (path != null) {
                key.add(fields.use(path, element));
            }
        }
        Reference reference = from == null ? null : references.get(from);
        if (keyAt == null || reference == null || key.isEmpty()) {
            return null;
        }
        if (key.size() != reference.key().size()) {
            keyAt.problem(
                    "'key' with " + key.size() + " fields, and reference '" + reference.name() + "' has a key of "
                            + reference.key().size(),
                    "name one field of the event for each of: " + String.join(", ", reference.key()));
            return null;
        }
        return new LookUpDefinition(entry.name(), reference, key, new TreeSet<>());
    }

    /** Reports what is looked up for nothing: most likely a field's name has a slip and is taken for the event's. */
    static void checkUsed(@Nullable YamlValue at, List<LookUpDefinition> lookUps) {
        for (LookUpDefinition one : lookUps) {
            if (at != null && one.used().isEmpty()) {
                at.problem(
                        "the view names no field of '" + one.alias() + "'",
                        "name one, such as " + one.alias() + "."
                                + one.reference().fields().keySet().iterator().next() + ", or remove it");
            }
        }
    }
}
