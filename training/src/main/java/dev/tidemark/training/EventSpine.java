package dev.tidemark.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.BatchRows;
import dev.tidemark.core.history.History;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.LaneSink;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.history.Sink;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Makes a spine of the events of a source. Each lane of the archive becomes a file, which a resumed job does not make
 * again; then the files become the spine, one lane after the other.
 */
final class EventSpine {

    /** Few enough to stay in a processor's cache. */
    private static final int CHUNK_RECORDS = 64;

    private static final int BUFFER_BYTES = 1 << 16;

    private final SpineFrom from;
    private final Path spine;
    private final EventColumns columns;
    private final JobFiles files;
    private final HistoryPorts sources;
    private final Progress progress;

    EventSpine(
            TrainingSetRequest request,
            SpineFrom from,
            List<WantedView> targets,
            JobFiles files,
            HistoryPorts sources,
            Progress progress) {
        this.from = from;
        this.spine = request.spine();
        this.columns = new EventColumns(request, from, targets);
        // Conflicting names are reported before anything is read.
        var unused = new OutputColumns(
                request,
                targets,
                columns.columns().stream()
                        .map(column -> ColumnTypes.moment(column.name()))
                        .toList());
        this.files = files;
        this.sources = sources;
        this.progress = progress;
    }

    /**
     * Makes the spine, or the rest of it; nothing if it is there already.
     *
     * @param identity of the job
     * @param nowMillis what happens later has no row, in a resumed job neither
     * @throws TrainingSetProblem if another job has begun in the folder, or no event has a row
     */
    void make(ObjectNode identity, long nowMillis, Executor threads, int lanesAtOnce) {
        JsonNode begun = files.readJson(files.spineReport());
        ObjectNode report = JobFiles.object();
        if (begun == null) {
            report.set("request", identity.deepCopy());
            report.put("untilMillis", Math.min(from.toMillis(), nowMillis + 1));
            files.writeJson(files.spineReport(), report);
        } else {
            files.checkSame(identity, begun.path("request"));
            report.setAll((ObjectNode) begun);
        }
        if (!report.has("rows")) {
            walk(report.path("untilMillis").asLong(), threads, lanesAtOnce);
            write(report);
            files.writeJson(files.spineReport(), report);
        }
    }

    private void walk(long untilMillis, Executor threads, int lanesAtOnce) {
        String stream = columns.source().stream();
        List<LaneRow> rows = Waiting.on(sources.control().readLanes()).stream()
                .filter(row -> row.lane().streamName().equals(stream))
                .toList();
        progress.stage(
                Progress.Stage.EVENTS, rows.stream().mapToLong(LaneRow::count).sum());
        Range range = Range.ALL
                .reachingRows()
                .ofLanes(laneId -> !Files.exists(files.spineRows(laneId)))
                .parallel(lanesAtOnce, threads);
        Sink sink = (laneId, parts) -> new OfLane(laneId, untilMillis);
        Waiting.on(History.ofRecords(sources, stream, rows).thenCompose(history -> history.walk(range, sink)));
    }

    /** Makes one file of those of the lanes. */
    private void write(ObjectNode report) {
        List<Path> lanes = files.finished("spine-");
        List<JsonNode> reports = new ArrayList<>();
        lanes.forEach(lane -> reports.add(Objects.requireNonNull(files.readJson(JobFiles.reportOf(lane)))));
        long rows = reports.stream().mapToLong(one -> one.path("rows").asLong()).sum();
        Map<String, Long> leftOut = new TreeMap<>();
        reports.forEach(one -> one.path("leftOut")
                .properties()
                .forEach(reason ->
                        leftOut.merge(reason.getKey(), reason.getValue().asLong(), Long::sum)));
        if (rows == 0) {
            files.removeWork();
            throw new TrainingSetProblem("no event of source '" + from.source()
                    + "' has a row, so there is nothing to compute: see the condition and the moments"
                    + (leftOut.isEmpty() ? "" : "; events that cannot have one: " + leftOut));
        }
        List<Type> types = new ArrayList<>();
        for (int i = 0; i < columns.columns().size(); i++) {
            types.add(type(i, reports));
        }
        Path unfinished = files.spineReport().resolveSibling("spine.unfinished");
        try (ParquetRowWriter out = new ParquetRowWriter(unfinished, types, 0)) {
            for (int i = 0; i < lanes.size(); i++) {
                copy(lanes.get(i), reports.get(i).path("rows").asLong(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + spine, e);
        }
        JobFiles.move(unfinished, spine);
        report.put("rows", rows);
        ObjectNode counts = report.putObject("leftOut");
        leftOut.forEach(counts::put);
    }

    private void copy(Path lane, long rows, ParquetRowWriter out) throws IOException {
        @Nullable Object[] row = new Object[columns.columns().size()];
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(lane)))) {
            for (long i = 0; i < rows; i++) {
                for (int column = 0; column < row.length; column++) {
                    row[column] = FeatureValues.read(in);
                }
                out.write(row);
            }
        }
    }

    private Type type(int index, List<JsonNode> reports) {
        EventColumns.Column column = columns.columns().get(index);
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

    /** Writes the rows of one lane. */
    private final class OfLane implements LaneSink {
        private final String laneId;
        private final long untilMillis;
        private final BatchRows events = new BatchRows(columns.source());
        private final ValueType.@Nullable Kind[] kinds =
                new ValueType.Kind[columns.columns().size()];
        private final Map<String, Long> leftOut = new TreeMap<>();
        private final Path unfinished;
        private final DataOutputStream out;
        private long rows;

        OfLane(String laneId, long untilMillis) {
            this.laneId = laneId;
            this.untilMillis = untilMillis;
            this.unfinished = files.spineRows(laneId + ".unfinished");
            try {
                this.out =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER_BYTES));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + unfinished, e);
            }
        }

        @Override
        public void read(long[] knownMillis) {
            progress.advance(knownMillis.length);
        }

        @Override
        public CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis) {
            Waiting.check();
            for (int first = 0; first < records.size(); first += CHUNK_RECORDS) {
                List<RawRecord> chunk = records.subList(first, Math.min(records.size(), first + CHUNK_RECORDS));
                events.read(chunk, lane.shardId());
                for (int i = 0; i < chunk.size(); i++) {
                    take(i);
                }
            }
            return CompletableFuture.completedFuture(true);
        }

        private void take(int index) {
            InvalidEvent unreadable = events.invalid(index);
            if (unreadable != null) {
                leaveOut(unreadable.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '));
                return;
            }
            EventRow event = events.row(index);
            if (event.eventTimeMillis() < from.fromMillis() || event.eventTimeMillis() >= untilMillis) {
                return;
            }
            try {
                @Nullable Object[] row = columns.row(event, events.statedTimeMillis(index));
                if (row != null) {
                    write(row);
                }
            } catch (InvalidEvent e) {
                leaveOut(String.valueOf(e.getMessage()));
            }
        }

        private void leaveOut(String reason) {
            leftOut.merge(reason, 1L, Long::sum);
        }

        private void write(@Nullable Object[] row) {
            try {
                for (int i = 0; i < row.length; i++) {
                    Object value = row[i];
                    FeatureValues.write(out, value);
                    if (value != null && columns.columns().get(i).type() == null) {
                        kinds[i] = joined(kinds[i], kindOf(value));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + unfinished, e);
            }
            rows++;
        }

        @Override
        public CompletableFuture<Void> end(Position reached) {
            close();
            ObjectNode report = JobFiles.object().put("rows", rows).put("readUpTo", reached.text());
            ObjectNode counts = report.putObject("leftOut");
            leftOut.forEach(counts::put);
            ArrayNode found = report.putArray("kinds");
            for (ValueType.Kind kind : kinds) {
                found.add(kind == null ? "" : kind.name());
            }
            Path lane = files.spineRows(laneId);
            files.writeJson(JobFiles.reportOf(lane), report);
            JobFiles.move(unfinished, lane);
            return CompletableFuture.completedFuture(null);
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
