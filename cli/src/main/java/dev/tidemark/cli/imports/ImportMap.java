package dev.tidemark.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.expression.ExpressionProblem;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.expression.InvalidExpression;
import dev.tidemark.tables.TableFormat;
import dev.tidemark.tables.TableProblem;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * How a row of a file becomes an event.
 *
 * @param format of the files; null for as their names say
 * @param fields in the order of the file; empty if a row is the event itself, which only lines of JSON can be
 * @param where which rows are events; null for all
 * @param partitionKey the fields whose values decide a row's part; empty for the entity of the source's first view
 * @param text of the map, canonical
 */
record ImportMap(
        @Nullable TableFormat format,
        List<Field> fields,
        @Nullable FilterExpression where,
        List<FieldPath> partitionKey,
        String text) {

    /** Rows that are events. */
    static final ImportMap EVENTS =
            new ImportMap(TableFormat.JSONL, List.of(), null, List.of(), "{\"format\":\"jsonl\"}");

    private static final Set<String> KEYS = Set.of("format", "columns", "where", "partition_key");
    private static final JsonMapper JSON = new JsonMapper();

    /** What the value of a column becomes. */
    enum As {
        /** What it is. */
        ITSELF,
        NUMBER,
        TEXT,
        BOOLEAN
    }

    /**
     * A field of the event.
     *
     * @param column that has its value; null if it is constant
     * @param value the constant; null if a column has it
     */
    record Field(
            FieldPath path,
            @Nullable String column,
            As as,
            @Nullable JsonNode value) {}

    ImportMap {
        fields = List.copyOf(fields);
        partitionKey = List.copyOf(partitionKey);
    }

    /** @throws Failure if it cannot be read, or something in it is wrong */
    static ImportMap read(Path file) {
        try {
            return of(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new Failure(file + " cannot be read (" + e.getMessage() + "): name the file of the map with --map");
        }
    }

    static ImportMap of(String file, String yaml) {
        Object loaded;
        try {
            loaded = new Load(LoadSettings.builder().setLabel(file).build()).loadFromString(yaml);
        } catch (YamlEngineException e) {
            throw new Failure(file + " is no YAML: " + e.getMessage());
        }
        JsonNode root = JSON.valueToTree(loaded);
        if (!root.isObject()) {
            throw new Failure(file + ": a map has the keys format, columns, where and partition_key");
        }
        try {
            return of((ObjectNode) root);
        } catch (IllegalArgumentException | TableProblem e) {
            throw new Failure(file + ": " + e.getMessage());
        } catch (InvalidExpression e) {
            throw new Failure(file + ": where: "
                    + e.problems().stream().map(ImportMap::text).collect(Collectors.joining("; ")));
        } catch (IOException e) {
            throw new Failure(file + ": " + e.getMessage());
        }
    }

    private static String text(ExpressionProblem problem) {
        return problem.problem() + "; " + problem.remedy();
    }

    private static ImportMap of(ObjectNode root) throws InvalidExpression, IOException {
        Set<String> unknown = new TreeSet<>();
        root.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown key " + String.join(", ", unknown)
                    + ": the keys are format, columns, where, partition_key");
        }
        TableFormat format =
                root.hasNonNull("format") ? TableFormat.named(root.get("format").asText()) : null;
        List<Field> fields = fields(root.path("columns"));
        if (fields.isEmpty() && format != TableFormat.JSONL) {
            throw new IllegalArgumentException("no columns: say which column has which field of the event, such as"
                    + " columns: {user_id: customer_id}; only with format: jsonl a row may be the event itself");
        }
        FilterExpression where = root.hasNonNull("where")
                ? FilterExpression.parse(root.get("where").asText())
                : null;
        byte[] text = CanonicalJson.bytes(root);
        return new ImportMap(
                format, fields, where, paths(root.path("partition_key")), new String(text, StandardCharsets.UTF_8));
    }

    /** The text of the map for a manifest, which also says how many rows were left out because they are no events. */
    String text(long skippedRows) throws IOException {
        if (skippedRows == 0) {
            return text;
        }
        ObjectNode all = (ObjectNode) JSON.readTree(text);
        all.put("skipped_rows", skippedRows);
        return new String(CanonicalJson.bytes(all), StandardCharsets.UTF_8);
    }

    private static List<FieldPath> paths(JsonNode key) {
        List<FieldPath> paths = new ArrayList<>();
        if (key.isTextual()) {
            paths.add(FieldPath.parse(key.textValue()));
        }
        key.forEach(one -> paths.add(FieldPath.parse(one.asText())));
        return paths;
    }

    private static List<Field> fields(JsonNode columns) {
        List<Field> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> column : columns.properties()) {
            fields.add(field(FieldPath.parse(column.getKey()), column.getKey(), column.getValue()));
        }
        return fields;
    }

    private static Field field(FieldPath path, String name, JsonNode said) {
        if (said.isTextual()) {
            return new Field(path, said.textValue(), As.ITSELF, null);
        }
        if (said.has("value") && said.size() == 1) {
            return new Field(path, null, As.ITSELF, said.get("value"));
        }
        if (said.path("column").isTextual() && said.size() == (said.has("as") ? 2 : 1)) {
            return new Field(
                    path,
                    said.get("column").textValue(),
                    as(name, said.path("as").asText("itself")),
                    null);
        }
        throw new IllegalArgumentException("columns." + name + ": write the name of a column, or {value: …}, or"
                + " {column: …, as: number}, not " + said);
    }

    private static As as(String name, String text) {
        for (As as : As.values()) {
            if (as.name().toLowerCase(Locale.ROOT).equals(text)) {
                return as;
            }
        }
        throw new IllegalArgumentException(
                "columns." + name + ": as: " + text + ": it is one of number, text and boolean");
    }

    /** The columns that are needed; empty for all. */
    Set<String> columns() {
        Set<String> columns = new LinkedHashSet<>();
        if (fields.isEmpty()) {
            return columns;
        }
        for (Field field : fields) {
            if (field.column() != null) {
                columns.add(field.column());
            }
        }
        if (where != null) {
            where.fields().forEach(field -> columns.add(field.names().get(0)));
        }
        return columns;
    }

    /**
     * The event of a row.
     *
     * @throws IllegalArgumentException if a value is not what the map says
     */
    ObjectNode event(ObjectNode row) {
        if (fields.isEmpty()) {
            return row;
        }
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        for (Field field : fields) {
            JsonNode value = field.column() == null ? field.value() : row.get(field.column());
            if (value != null && !value.isNull()) {
                put(event, field.path().names(), converted(field, value));
            }
        }
        return event;
    }

    private static void put(ObjectNode event, List<String> names, JsonNode value) {
        ObjectNode at = event;
        for (String name : names.subList(0, names.size() - 1)) {
            at = at.withObjectProperty(name);
        }
        at.set(names.get(names.size() - 1), value);
    }

    private static JsonNode converted(Field field, JsonNode value) {
        return switch (field.as()) {
            case ITSELF -> value;
            case NUMBER -> value.isNumber() ? value : number(field, value);
            case TEXT ->
                JsonNodeFactory.instance.textNode(
                        value.isNumber() ? CanonicalJson.text(value.decimalValue()) : value.asText());
            case BOOLEAN -> value.isBoolean() ? value : truth(field, value);
        };
    }

    private static JsonNode number(Field field, JsonNode value) {
        try {
            return JsonNodeFactory.instance.numberNode(
                    new BigDecimal(value.asText().strip()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "column '" + field.column() + "' holds '" + value.asText() + "', which is no number", e);
        }
    }

    private static JsonNode truth(Field field, JsonNode value) {
        String text = value.asText().strip();
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return JsonNodeFactory.instance.booleanNode(text.equalsIgnoreCase("true"));
        }
        throw new IllegalArgumentException(
                "column '" + field.column() + "' holds '" + value.asText() + "', which is neither true nor false");
    }
}
