package dev.tidemark.training;

import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Model;
import dev.tidemark.tables.ParquetCells;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** The spine: rows of a moment, the keys of entities, a model's request, and any other columns. Not thread-safe. */
final class Spine implements AutoCloseable {

    /** Tried in this order if none is named. */
    static final List<String> TIME_COLUMNS = List.of("timestamp", "event_timestamp");

    private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    /** In place of a column: the key is the same in every row. */
    private static final int NO_COLUMN = -1;

    private final Path file;
    private final SpineReader reader;
    private final TimeColumn times;
    private final int timeColumn;
    private final List<WantedView> targets;

    /** Of the targets, then of the rows that are looked up: what the keys are called, their columns, and the row's text. */
    private final List<List<String>> keys = new ArrayList<>();

    private final List<int[]> keyColumns = new ArrayList<>();
    private final String[] keyTexts;
    private final List<RequestColumn> requestColumns;
    private Map<String, Object> request = Map.of();
    private long number = -1;
    private long atMillis;

    /**
     * How to read a spine's columns.
     *
     * @param timeColumn null for the usual names
     * @param keyColumns the column of a key, if it does not have the key's name
     * @param request what the rows bring for a model
     * @param lookedUp what the keys are called by which a model's references are read, by the reference's name
     */
    record Options(
            @Nullable String timeColumn,
            TimeFormat timeFormat,
            Map<String, String> keyColumns,
            List<Model.Input> request,
            Map<String, List<String>> lookedUp) {

        Options {
            keyColumns = Map.copyOf(keyColumns);
            request = List.copyOf(request);
            lookedUp = Collections.unmodifiableMap(new LinkedHashMap<>(lookedUp));
        }
    }

    /** Opens the file before its first row. */
    Spine(Path file, Options options, List<WantedView> targets) {
        this.file = file;
        this.reader = open(file);
        this.targets = targets;
        this.times = new TimeColumn(options.timeFormat());
        this.timeColumn = timeColumn(options.timeColumn());
        checkNames();
        targets.forEach(target -> addKeys("view '" + target.view().name() + "'", target.keys(), options.keyColumns()));
        options.lookedUp().forEach((name, of) -> addKeys("reference '" + name + "'", of, options.keyColumns()));
        this.keyTexts = new String[keys.size()];
        this.requestColumns =
                options.request().stream().map(this::requestColumn).toList();
    }

    private static SpineReader open(Path file) {
        try {
            byte[] start;
            try (InputStream in = Files.newInputStream(file)) {
                start = in.readNBytes(PARQUET_MAGIC.length);
            }
            return Arrays.equals(start, PARQUET_MAGIC)
                    ? new ParquetSpine(file)
                    : new CsvSpine(file.toString(), new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        } catch (IOException e) {
            throw new TrainingSetProblem("cannot read the spine " + file + ": give the path of a readable file", e);
        }
    }

    private int timeColumn(@Nullable String named) {
        for (String name : named == null ? TIME_COLUMNS : List.of(named)) {
            int column = column(name);
            if (column >= 0) {
                return column;
            }
        }
        throw new TrainingSetProblem(file + " has no column '" + (named == null ? TIME_COLUMNS.get(0) : named)
                + "' that says when each row is: name the right one with --time-column; there are " + names());
    }

    private void addKeys(String of, List<String> names, Map<String, String> named) {
        keys.add(names);
        keyColumns.add(names.stream().mapToInt(key -> keyColumn(of, key, named)).toArray());
    }

    /** {@link #NO_COLUMN} for a constant. */
    private int keyColumn(String of, String key, Map<String, String> named) {
        if (WantedView.constant(key) != null) {
            return NO_COLUMN;
        }
        String name = named.getOrDefault(key, key);
        int column = column(name);
        if (column < 0) {
            throw new TrainingSetProblem(file + " has no column '" + name + "' for the entity key '" + key
                    + "' of " + of + ": name it with --key-column " + key
                    + "=COLUMN; there are " + names());
        }
        return column;
    }

    private RequestColumn requestColumn(Model.Input input) {
        int column = column(input.name());
        if (column < 0 && input.defaultValue() == null) {
            throw new TrainingSetProblem(file + " has no column '" + input.name() + "' for the model's request input of"
                    + " this name: add it, or give the input a default in the catalog; there are " + names());
        }
        return new RequestColumn(input, column);
    }

    private void checkNames() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < reader.columns().size(); i++) {
            String name = reader.columns().get(i).getName();
            if (name.isEmpty()) {
                throw new TrainingSetProblem(file + ": column " + (i + 1) + " has no name: name it, or leave it out. "
                        + "Is it the index of a data frame? Write that without it: to_csv(..., index=False)");
            }
            if (!names.add(name)) {
                throw new TrainingSetProblem(
                        file + " has two columns '" + name + "': give each column a name of its own");
            }
        }
    }

    /** Notes about usable columns. */
    List<String> notes() {
        return names().stream()
                .filter(name -> name.equals("Unnamed: 0") || name.equals("__index_level_0__"))
                .map(name ->
                        "the spine's column '" + name + "' looks like the index of a data frame, and is kept; to be"
                                + " rid of it write the spine with index=False")
                .toList();
    }

    private int column(String name) {
        return names().indexOf(name);
    }

    private List<String> names() {
        return reader.columns().stream().map(PrimitiveType::getName).toList();
    }

    /**
     * Moves to the next row.
     *
     * @throws BadRow if its moment, a key or a request input cannot be used; the next row can still be read
     */
    boolean next() throws BadRow {
        if (!read()) {
            return false;
        }
        number++;
        Object time = reader.cell(timeColumn);
        if (time == null) {
            throw bad("no value in column '" + names().get(timeColumn) + "': each row needs its moment");
        }
        try {
            atMillis = times.millis(time, reader.columns().get(timeColumn));
        } catch (IllegalArgumentException e) {
            throw bad("column '" + names().get(timeColumn) + "': " + e.getMessage());
        }
        for (int i = 0; i < keyTexts.length; i++) {
            keyTexts[i] = readKey(i);
        }
        request = readRequest();
        return true;
    }

    private Map<String, Object> readRequest() throws BadRow {
        Map<String, Object> values = new HashMap<>();
        for (RequestColumn column : requestColumns) {
            try {
                values.put(column.input().valueName(), column.value(reader));
            } catch (IllegalArgumentException e) {
                throw bad(e.getMessage());
            }
        }
        return values;
    }

    private boolean read() {
        try {
            return reader.next();
        } catch (IOException e) {
            throw new UncheckedIOException("reading the spine " + file, e);
        }
    }

    private String readKey(int index) throws BadRow {
        int[] columns = keyColumns.get(index);
        List<String> values = new ArrayList<>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            int column = columns[i];
            if (column == NO_COLUMN) {
                values.add(String.valueOf(WantedView.constant(keys.get(index).get(i))));
                continue;
            }
            Object cell = reader.cell(column);
            PrimitiveType type = reader.columns().get(column);
            String key = cell == null ? null : ParquetCells.key(cell, type);
            if (key == null) {
                throw bad("column '" + names().get(column)
                        + "': an entity key must be a text or a number: give the row a key, or leave it out");
            }
            values.add(key);
        }
        try {
            return EntityKeys.of(values);
        } catch (IllegalArgumentException e) {
            throw bad(e.getMessage() + ": no event can have this key, so correct it, or leave the row out");
        }
    }

    private BadRow bad(@Nullable String problem) {
        return new BadRow(file + ", " + reader.place() + ": " + problem);
    }

    /** A problem with the row that was read. */
    BadRow problem(String problem) {
        return bad(problem);
    }

    /** From 0. */
    long number() {
        return number;
    }

    long atMillis() {
        return atMillis;
    }

    /** The canonical text of the row's entity, for each target. */
    String entity(int target) {
        return keyTexts[target];
    }

    /** The key of the row that is looked up in each of the model's references, in their order. */
    List<String> lookedUp() {
        return List.of(keyTexts).subList(targets.size(), keyTexts.length);
    }

    /** The row's values of the model's request, by their names in the vector. */
    Map<String, Object> request() {
        return request;
    }

    /** The output columns: as in the file, but moments are moments. */
    List<PrimitiveType> columns() {
        List<PrimitiveType> columns = new ArrayList<>(reader.columns());
        if (!reader.isTyped()) {
            columns.set(timeColumn, ColumnTypes.moment(columns.get(timeColumn).getName()));
        }
        return columns;
    }

    /** The value of one of {@link #columns}, as Parquet holds it. */
    @Nullable
    Object cell(int column) {
        return column == timeColumn && !reader.isTyped() ? (Object) atMillis : reader.cell(column);
    }

    /** The value for a text file; a text stays as it is. */
    @Nullable
    String text(int column) {
        Object cell = reader.cell(column);
        return cell == null ? null : ParquetCells.text(cell, reader.columns().get(column));
    }

    /** What the column holds that has no profile; null if it has one. */
    @Nullable
    String whyLeftOut(int column) {
        if (column == timeColumn || ParquetCells.isMoment(reader.columns().get(column))) {
            return "moments";
        }
        if (keyColumns.stream().flatMapToInt(Arrays::stream).anyMatch(key -> key == column)) {
            return "keys";
        }
        return ParquetCells.isScalar(reader.columns().get(column)) ? null : "no numbers, texts or booleans";
    }

    /** The value as a {@link String}, {@link java.math.BigDecimal} or {@link Boolean}; null for none. */
    @Nullable
    Object scalar(int column) {
        Object cell = reader.cell(column);
        return cell == null ? null : ParquetCells.scalar(cell, reader.columns().get(column));
    }

    /** Whether the file says which cells are numbers; otherwise all are texts. */
    boolean isTyped() {
        return reader.isTyped();
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing the spine " + file, e);
        }
    }

    /** A row that cannot be answered; the message names it. */
    static final class BadRow extends Exception {

        private static final long serialVersionUID = 1L;

        BadRow(String message) {
            super(message, null, false, false);
        }
    }
}
