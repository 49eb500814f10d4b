package dev.tidemark.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.expression.EventFilter;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.tables.TableFile;
import dev.tidemark.tables.TableFiles;
import dev.tidemark.tables.TableFormat;
import dev.tidemark.tables.TableRow;
import dev.tidemark.tables.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads files of rows as events of a source. Not thread-safe. */
final class MappedFiles {

    private final ImportMap map;
    private final JsonEventReader reader;
    private final EventShape shape;
    private final EventRow row;
    private final List<FieldPath> key;
    private final @Nullable Where where;

    /** Takes the rows, in the order of the files. */
    interface Sink {

        void row(MappedRow row) throws IOException;

        /** A row that is no event of the source; the problem says why. */
        void bad(String place, String problem) throws IOException;
    }

    MappedFiles(ImportMap map, Catalog catalog, Catalog.Source source) {
        this.map = map;
        this.shape = source.shape();
        this.reader = new JsonEventReader(shape);
        this.row = new EventRow(shape.fields().size());
        this.key = map.partitionKey().isEmpty() ? entity(catalog, source) : map.partitionKey();
        this.where = map.where() == null ? null : new Where(map.where(), shape);
    }

    private static List<FieldPath> entity(Catalog catalog, Catalog.Source source) {
        return catalog.views().stream()
                .filter(view -> view.source().equals(source.name()) && view.pairs() == null)
                .findFirst()
                .map(view -> view.entity().stream()
                        .map(part -> source.shape().fields().get(part.slot()))
                        .toList())
                .orElse(List.of());
    }

    /** The row's condition, over its columns. */
    private static final class Where {

        private final JsonEventReader reader;
        private final EventRow columns;
        private final EventFilter filter;

        Where(FilterExpression where, EventShape shape) {
            EventShape.EventTime none = new EventShape.EventTime(0, EventShape.TimeFormat.ISO8601, false, null);
            List<FieldPath> fields = where.fields().isEmpty() ? shape.fields() : where.fields();
            this.reader = new JsonEventReader(new EventShape(fields, none, Integer.MAX_VALUE, shape.aggregatedBy()));
            this.columns = new EventRow(fields.size());
            this.filter = where.bind(fields::indexOf);
        }

        boolean takes(ObjectNode row) throws IOException {
            columns.clear();
            reader.read(CanonicalJson.bytes(row), columns);
            return filter.test(columns);
        }
    }

    /** Reads one file; {@code copy} is where it lies on this machine. */
    void read(TableFile file, Path copy, Sink sink) throws IOException {
        TableFormat format = map.format() == null ? TableFormat.of(file.uri()) : map.format();
        Tables.read(format, file.uri(), copy, map.columns(), one -> read(one, sink));
    }

    /** Reads all files, one after the other. */
    void each(TableFiles files, List<TableFile> list, Sink sink) throws IOException {
        for (TableFile file : list) {
            files.with(file, copy -> read(file, copy, sink));
        }
    }

    private void read(TableRow from, Sink sink) throws IOException {
        MappedRow mapped;
        try {
            if (where != null && !where.takes(from.values())) {
                return;
            }
            mapped = mapped(from);
        } catch (InvalidEvent | IllegalArgumentException e) {
            sink.bad(from.place(), String.valueOf(e.getMessage()));
            return;
        }
        sink.row(mapped);
    }

    private MappedRow mapped(TableRow from) throws IOException {
        ObjectNode event = map.event(from.values());
        byte[] bytes = CanonicalJson.bytes(event);
        row.clear();
        reader.read(bytes, row);
        long millis = JsonEventReader.millis(row, shape.eventTime());
        if (millis < 0) {
            throw reader.noEventTime(row);
        }
        return new MappedRow(from.place(), millis, key(event), bytes);
    }

    private String key(ObjectNode event) {
        return key.stream()
                .map(path -> text(event, path))
                .filter(Objects::nonNull)
                .collect(Collectors.joining("|"));
    }

    private static @Nullable String text(ObjectNode event, FieldPath path) {
        JsonNode value = event;
        for (String name : path.names()) {
            value = value.path(name);
        }
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        return value.isNumber() ? CanonicalJson.text(value.decimalValue()) : value.asText();
    }
}
