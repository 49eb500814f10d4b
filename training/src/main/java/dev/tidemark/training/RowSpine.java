package dev.tidemark.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.BatchRows;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.learn.Changed;
import dev.tidemark.core.learn.LabelledRow;
import dev.tidemark.core.learn.LabelledRows;
import dev.tidemark.core.learn.LabelledSet;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A spine of labelled rows: the keys and request inputs as the prediction logged them, its time, and then {@code id}, {@code
 * label}, {@code weight}, and {@code split} or {@code change}. In one part, since the rows are found in memory.
 */
final class RowSpine extends MadeSpine {

    /** What the report of the spine has for the manifest: what a gate needs to know of the set. */
    static final List<String> FACTS = List.of("split", "trainedUpTo");

    private static final String PART = "rows";

    private final Training training;
    private final SpineFrom.Rows from;
    private final EventColumns predictions;
    private final int timeColumn;
    private final Catalog catalog;
    private final HistoryPorts sources;
    private final Progress progress;

    /** @throws TrainingSetProblem if the catalog does not say how the model is trained */
    static RowSpine of(
            TrainingSetRequest request,
            SpineFrom.Rows from,
            List<WantedView> targets,
            JobFiles files,
            HistoryPorts sources,
            Progress progress) {
        Catalog catalog = request.catalogs().get(0);
        Model model = Objects.requireNonNull(request.definition());
        Training training = catalog.training(model.name())
                .orElseThrow(
                        () -> new TrainingSetProblem("model '" + model.name() + "' has no labelled rows: the catalog "
                                + "says with `train` below a model which rows it is trained with"));
        Monitor.Logged logged = catalog.monitor(model.name()).orElseThrow().logged();
        Map<String, String> fields = new TreeMap<>();
        model.keys().forEach(key -> fields.put(key, below(logged.keys(), key)));
        model.request().forEach(input -> fields.put(input.name(), below(logged.request(), input.name())));
        EventColumns predictions =
                new EventColumns(request, catalog.sourceOf(training.rows().view()), null, fields, targets);
        return new RowSpine(request, from, training, predictions, targets, files, sources, progress);
    }

    private static String below(FieldPath object, String name) {
        return object + "." + name;
    }

    private RowSpine(
            TrainingSetRequest request,
            SpineFrom.Rows from,
            Training training,
            EventColumns predictions,
            List<WantedView> targets,
            JobFiles files,
            HistoryPorts sources,
            Progress progress) {
        super(request, targets, columns(predictions, training, from), files);
        this.training = training;
        this.from = from;
        this.predictions = predictions;
        this.timeColumn =
                predictions.columns().stream().map(SpineColumn::isTime).toList().indexOf(true);
        this.catalog = request.catalogs().get(0);
        this.sources = sources;
        this.progress = progress;
    }

    private static List<SpineColumn> columns(EventColumns predictions, Training training, SpineFrom.Rows from) {
        List<SpineColumn> columns = new ArrayList<>(predictions.columns());
        columns.add(new SpineColumn("id", ValueType.STRING, false));
        columns.add(new SpineColumn("label", training.rows().isBinary() ? ValueType.INTEGER : ValueType.NUMBER, false));
        columns.add(new SpineColumn("weight", ValueType.NUMBER, false));
        columns.add(new SpineColumn(from.since() == null ? "split" : "change", ValueType.STRING, false));
        return columns;
    }

    @Override
    String remedy() {
        return "rename the model's key or request input in the catalog";
    }

    @Override
    void begin(ObjectNode report, long nowMillis) {
        // The cut decides.
    }

    @Override
    void about(List<JsonNode> parts, ObjectNode report) {
        FACTS.stream()
                .filter(fact -> parts.get(0).has(fact))
                .forEach(fact -> report.set(fact, parts.get(0).path(fact)));
    }

    @Override
    String nothing(Map<String, Long> leftOut) {
        Cut since = from.since();
        return since == null
                ? "there is no labelled row of model '" + training.model() + "' up to cut "
                        + from.cut().number() + ", so there is nothing to learn from"
                        + (leftOut.isEmpty() ? "" : "; predictions that are none: " + leftOut)
                : "no labelled row of model '" + training.model() + "' has changed between cut " + since.number()
                        + " and cut " + from.cut().number();
    }

    @Override
    void read(ObjectNode report, Executor threads, int lanesAtOnce) {
        if (hasPart(PART)) {
            return;
        }
        String stream = predictions.source().stream();
        progress.stage(
                Progress.Stage.ROWS,
                from.since() == null
                        ? from.cut().lanesOf(stream).stream()
                                .mapToLong(LaneRow::count)
                                .sum()
                        : -1);
        LabelledRows rows = new LabelledRows(Catalogs.of(catalog), sources, lanesAtOnce, threads, progress::advance);
        try (Part part = new Part(PART)) {
            if (from.since() == null) {
                LabelledSet set = Waiting.on(rows.of(training, from.cut()));
                set.rows().forEach(row -> write(row, row.split(), part));
                leaveOut(set.leftOut(), part);
                part.finish(report(set));
            } else {
                for (Changed changed : Waiting.on(rows.since(training, from.since(), from.cut()))) {
                    write(changed.row(), changed.change(), part);
                }
                part.finish(JobFiles.object());
            }
        }
    }

    private void write(LabelledRow row, Enum<?> last, Part part) {
        BatchRows event = new BatchRows(predictions.source());
        List<RawRecord> record = List.of(row.prediction());
        event.read(
                record,
                Lane.shardIdOf(row.laneId()),
                Waiting.on(sources.inputs().prepare(predictions.source(), record)));
        try {
            InvalidEvent unreadable = event.invalid(0);
            if (unreadable != null) {
                throw unreadable;
            }
            @Nullable Object[] logged = predictions.row(event.row(0), event.statedTimeMillis(0));
            if (logged == null) {
                throw new IllegalStateException("a prediction does not pass the condition, of which there is none");
            }
            @Nullable Object[] values = Arrays.copyOf(logged, logged.length + 4);
            values[timeColumn] = row.atMillis();
            values[logged.length] = EntityKeys.plain(row.id());
            values[logged.length + 1] = row.label();
            values[logged.length + 2] = BigDecimal.valueOf(row.weight());
            values[logged.length + 3] = last.name().toLowerCase(Locale.ROOT);
            part.write(values);
        } catch (InvalidEvent e) {
            part.leaveOut(String.valueOf(e.getMessage()), 1);
        }
    }

    private static void leaveOut(LabelledSet.LeftOut counts, Part part) {
        Map<String, Long> byReason = new TreeMap<>(Map.of(
                "immature", counts.immature(),
                "unlabelled", counts.unlabelled(),
                "straddling", counts.straddling(),
                "sampled", counts.sampled()));
        byReason.forEach((reason, count) -> {
            if (count > 0) {
                part.leaveOut(reason, count);
            }
        });
    }

    private static ObjectNode report(LabelledSet set) {
        ObjectNode report = JobFiles.object();
        report.putObject("split")
                .put("from", Instant.ofEpochMilli(set.fromMillis()).toString())
                .put(
                        "holdoutFrom",
                        Instant.ofEpochMilli(set.holdoutFromMillis()).toString())
                .put("to", Instant.ofEpochMilli(set.toMillis()).toString());
        ObjectNode lanes = report.putObject("trainedUpTo");
        new TreeMap<>(set.trainedUpTo()).forEach((lane, position) -> lanes.put(lane, position.text()));
        return report;
    }
}
