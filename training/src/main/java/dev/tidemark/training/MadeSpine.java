package dev.tidemark.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.value.ValueType;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A spine that is made of the archive, in parts that a resumed job does not make again; then they become the spine, one after
 * the other.
 */
abstract class MadeSpine {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path spine;
    private final List<SpineColumn> columns;
    private final JobFiles files;

    /** Conflicting names are reported before anything is read. */
    MadeSpine(TrainingSetRequest request, List<WantedView> targets, List<SpineColumn> columns, JobFiles files) {
        this.spine = request.spine();
        this.columns = List.copyOf(columns);
        this.files = files;
        checkNames();
        var unused = new OutputColumns(
                request,
                targets,
                columns.stream()
                        .map(column -> ColumnTypes.moment(column.name()))
                        .toList());
    }

    private void checkNames() {
        Set<String> names = new HashSet<>();
        for (SpineColumn column : columns) {
            if (!names.add(column.name())) {
                throw new TrainingSetProblem("the spine would have two columns '" + column.name() + "': " + remedy());
            }
        }
    }

    /** What to do about two columns of one name. */
    abstract String remedy();

    /** Notes what a resumed job must not decide anew. */
    abstract void begin(ObjectNode report, long nowMillis);

    /** Makes the parts that are not there yet. */
    abstract void read(ObjectNode report, Executor threads, int lanesAtOnce);

    /** Notes what the parts' reports say about the spine. */
    void about(List<JsonNode> parts, ObjectNode report) {}

    /** What is wrong if there is no row. */
    abstract String nothing(Map<String, Long> leftOut);

    /**
     * Makes the spine, or the rest of it; nothing if it is there already.
     *
     * @param identity of the job
     * @param nowMillis what happens later has no row, in a resumed job neither
     * @throws TrainingSetProblem if another job has begun in the folder, or there is no row
     */
    final void make(ObjectNode identity, long nowMillis, Executor threads, int lanesAtOnce) {
        JsonNode begun = files.readJson(files.spineReport());
        ObjectNode report = JobFiles.object();
        if (begun == null) {
            report.set("request", identity.deepCopy());
            begin(report, nowMillis);
            files.writeJson(files.spineReport(), report);
        } else {
            files.checkSame(identity, begun.path("request"));
            report.setAll((ObjectNode) begun);
        }
        if (!report.has("rows")) {
            read(report, threads, lanesAtOnce);
            write(report);
            files.writeJson(files.spineReport(), report);
        }
    }

    final boolean hasPart(String name) {
        return Files.exists(files.spineRows(name));
    }

    /** Makes one file of its parts. */
    private void write(ObjectNode report) {
        List<Path> parts = files.finished("spine-");
        List<JsonNode> reports = new ArrayList<>();
        parts.forEach(part -> reports.add(Objects.requireNonNull(files.readJson(JobFiles.reportOf(part)))));
        long rows = reports.stream().mapToLong(one -> one.path("rows").asLong()).sum();
        Map<String, Long> leftOut = new TreeMap<>();
        reports.forEach(one -> one.path("leftOut")
                .properties()
                .forEach(reason ->
                        leftOut.merge(reason.getKey(), reason.getValue().asLong(), Long::sum)));
        if (rows == 0) {
            files.removeWork();
            throw new TrainingSetProblem(nothing(leftOut));
        }
        List<Type> types = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            types.add(type(i, reports));
        }
        Path unfinished = files.spineReport().resolveSibling("spine.unfinished");
        try (ParquetRowWriter out = new ParquetRowWriter(unfinished, types, 0)) {
            for (int i = 0; i < parts.size(); i++) {
                copy(parts.get(i), reports.get(i).path("rows").asLong(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + spine, e);
        }
        JobFiles.move(unfinished, spine);
        about(reports, report);
        report.put("rows", rows);
        ObjectNode counts = report.putObject("leftOut");
        leftOut.forEach(counts::put);
    }

    private void copy(Path part, long rows, ParquetRowWriter out) throws IOException {
        @Nullable Object[] row = new Object[columns.size()];
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(part)))) {
            for (long i = 0; i < rows; i++) {
                for (int column = 0; column < row.length; column++) {
                    row[column] = FeatureValues.read(in);
                }
                out.write(row);
            }
        }
    }

    private Type type(int index, List<JsonNode> reports) {
        SpineColumn column = columns.get(index);
        if (column.isTime()) {
            return ColumnTypes.moment(column.name());
        }
        ValueType type = column.type();
        for (JsonNode report : column.type() == null ? reports : List.<JsonNode>of()) {
            String kind = report.path("kinds").path(index).asText("");
            type = kind.isEmpty() ? type : joined(type, ValueType.Kind.valueOf(kind));
        }
        return ColumnTypes.value(column.name(), type == null ? ValueType.SCALAR : type, /* exact= */ false);
    }

    private static ValueType joined(@Nullable ValueType type, ValueType.Kind other) {
        return new ValueType(joined(type == null ? null : type.kind(), other), List.of(), List.of());
    }

    /** What values of both kinds are. */
    private static ValueType.Kind joined(ValueType.@Nullable Kind kind, ValueType.Kind other) {
        if (kind == null || kind == other) {
            return other;
        }
        return isNumber(kind) && isNumber(other) ? ValueType.Kind.NUMBER : ValueType.Kind.SCALAR;
    }

    private static boolean isNumber(ValueType.Kind kind) {
        return kind == ValueType.Kind.INTEGER || kind == ValueType.Kind.NUMBER;
    }

    private static ValueType.Kind kindOf(Object value) {
        if (value instanceof BigDecimal number) {
            BigDecimal plain = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
            boolean fits = plain.scale() <= 0 && plain.toBigInteger().bitLength() < Long.SIZE;
            return fits ? ValueType.Kind.INTEGER : ValueType.Kind.NUMBER;
        }
        return value instanceof Boolean ? ValueType.Kind.BOOLEAN : ValueType.Kind.STRING;
    }

    /** Takes the rows of one part of the spine. */
    final class Part implements AutoCloseable {
        private final String name;
        private final ValueType.@Nullable Kind[] kinds = new ValueType.Kind[columns.size()];
        private final Map<String, Long> leftOut = new TreeMap<>();
        private final Path unfinished;
        private final DataOutputStream out;
        private long rows;

        Part(String name) {
            this.name = name;
            this.unfinished = files.spineRows(name + ".unfinished");
            try {
                this.out =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER_BYTES));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + unfinished, e);
            }
        }

        /** Counts what cannot have a row. */
        void leaveOut(InvalidEvent unreadable) {
            leaveOut(unreadable.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '), 1);
        }

        void leaveOut(String reason, long some) {
            leftOut.merge(reason, some, Long::sum);
        }

        void write(@Nullable Object[] row) {
            try {
                for (int i = 0; i < row.length; i++) {
                    Object value = row[i];
                    FeatureValues.write(out, value);
                    if (value != null && columns.get(i).type() == null) {
                        kinds[i] = joined(kinds[i], kindOf(value));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + unfinished, e);
            }
            rows++;
        }

        /** Now a resumed job does not make it again. */
        void finish(ObjectNode report) {
            close();
            report.put("rows", rows);
            ObjectNode counts = report.putObject("leftOut");
            leftOut.forEach(counts::put);
            ArrayNode found = report.putArray("kinds");
            for (ValueType.Kind kind : kinds) {
                found.add(kind == null ? "" : kind.name());
            }
            Path part = files.spineRows(name);
            files.writeJson(JobFiles.reportOf(part), report);
            JobFiles.move(unfinished, part);
        }

        @Override
        public void close() {
            try {
                out.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + unfinished, e);
            }
        }
    }
}
