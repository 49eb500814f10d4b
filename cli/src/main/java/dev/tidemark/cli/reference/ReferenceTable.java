package dev.tidemark.cli.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.event.Bounds;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.SnapshotRows;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.tables.TableRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes rows of a snapshot of a table's. A table with a mistake is refused at its first one: nothing of it is published. */
final class ReferenceTable {

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?");
    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

    private final Reference reference;
    private final SnapshotRows rows = new SnapshotRows();

    ReferenceTable(Reference reference) {
        this.reference = reference;
    }

    /** What is wanted of each row. */
    Set<String> columns() {
        Set<String> columns = new LinkedHashSet<>(reference.key());
        columns.addAll(reference.fields().keySet());
        if (reference.validFrom() != null) {
            columns.add(reference.validFrom());
        }
        return columns;
    }

    SnapshotRows rows() {
        return rows;
    }

    /** @throws Failure if the row cannot be one of the reference's */
    void add(TableRow row) {
        Map<String, Object> values = new HashMap<>();
        reference.fields().forEach((field, type) -> {
            Object value = value(row, field, type);
            if (value != null) {
                values.put(field, value);
            }
        });
        try {
            rows.add(key(row), new Snapshot.Row(validFrom(row), values));
        } catch (IllegalArgumentException e) {
            throw failure(
                    row,
                    e.getMessage() + ": a reference has one row for each key"
                            + (reference.validFrom() == null
                                    ? "; if the table has the history of its rows, name valid_from"
                                    : ""));
        }
    }

    private String key(TableRow row) {
        List<String> values = new ArrayList<>();
        for (String column : reference.key()) {
            JsonNode cell = row.values().path(column);
            if (cell.isNumber()) {
                values.add(cell.decimalValue().stripTrailingZeros().toPlainString());
            } else if (cell.isTextual() && !cell.textValue().isEmpty()) {
                values.add(cell.textValue());
            } else {
                throw failure(
                        row,
                        "column '" + column + "' of the key is neither a text nor a number, but " + shown(cell)
                                + ": leave such rows out of the table");
            }
        }
        return EntityKeys.of(values);
    }

    private long validFrom(TableRow row) {
        if (reference.validFrom() == null) {
            return Snapshot.ALWAYS;
        }
        JsonNode cell = row.values().path(reference.validFrom());
        String text = cell.isTextual() ? cell.textValue() : "";
        long millis = IsoTime.parseMillis(DAY.matcher(text).matches() ? text + "T00:00:00Z" : text);
        if (millis == IsoTime.NONE) {
            throw failure(
                    row,
                    "column '" + reference.validFrom() + "' is no moment, but " + shown(cell)
                            + ": write a day, or a moment as 2026-01-31T10:00:00Z");
        }
        return millis;
    }

    private static @Nullable Object value(TableRow row, String field, Reference.Type type) {
        JsonNode cell = row.values().path(field);
        if (cell.isNull() || cell.isMissingNode()) {
            return null;
        }
        Object value = switch (type) {
            case TEXT -> cell.isTextual() ? cell.textValue() : cell.isNumber() ? plain(cell.decimalValue()) : null;
            case NUMBER -> number(cell);
            case BOOLEAN -> bool(cell);
        };
        if (value == null || (value instanceof String text && !EntityKeys.isWellFormed(text))) {
            throw failure(
                    row,
                    "column '" + field + "' is not of type " + type.name().toLowerCase(java.util.Locale.ROOT) + ", but "
                            + shown(cell) + ": correct the table, or the type in the catalog");
        }
        if (value instanceof String text && !Bounds.contain(text)) {
            throw failure(
                    row,
                    "column '" + field + "' has a text of more than " + Bounds.MAX_SCALAR_BYTES
                            + " bytes: shorten it, for no event and no vector has longer ones");
        }
        return value;
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    private static @Nullable BigDecimal number(JsonNode cell) {
        if (cell.isNumber()) {
            return Bounds.within(cell.decimalValue());
        }
        return cell.isTextual() && NUMBER.matcher(cell.textValue()).matches()
                ? Bounds.within(new BigDecimal(cell.textValue()))
                : null;
    }

    private static @Nullable Boolean bool(JsonNode cell) {
        if (cell.isBoolean()) {
            return cell.booleanValue();
        }
        return switch (cell.isTextual() ? cell.textValue() : "") {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        };
    }

    private static String shown(JsonNode cell) {
        return cell.isMissingNode() || cell.isNull()
                ? "nothing"
                : "'" + (cell.isValueNode() ? cell.asText() : cell.toString()) + "'";
    }

    private static Failure failure(TableRow row, String problem) {
        return new Failure(row.place() + ": " + problem);
    }
}
