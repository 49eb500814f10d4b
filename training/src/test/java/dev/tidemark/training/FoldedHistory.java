package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.serve.ModelServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.store.ChangingTable;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.Imported;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Records that are folded as they come, so that the same history is asked live and makes training sets. */
final class FoldedHistory {

    private final InMemoryItemStore items = new InMemoryItemStore();
    final InMemoryControlStore control = new InMemoryControlStore();
    final InMemoryArchive archive = new InMemoryArchive();
    final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private final ShopHistory.KnownPositions checkpoints = new ShopHistory.KnownPositions();
    final InMemoryLineage lineage = new InMemoryLineage();
    private final Catalog catalog;
    private final View view;
    private final BatchFold fold;
    private final Inputs inputs;
    private int records;

    /** Of the reference {@code users}, if the catalog has it. */
    final @Nullable ChangingTable users;

    /** Of the last training set. */
    String manifest = "";

    /** The clock, for the fold, for answers and for training sets. */
    long nowMillis;

    /** A row of a spine of a view whose only key is a user. */
    record Row(String user, long atMillis) {}

    /**
     * A row of a spine of the catalog's model.
     *
     * @param live what the API answers about it
     */
    record ModelSpineRow(ModelRow asked, long atMillis, Map<String, String> live) {}

    /** @param catalog whose first view is asked and trained; all read the stream of {@link ShopHistory} */
    FoldedHistory(Catalog catalog, long nowMillis) {
        this.catalog = catalog;
        this.view = catalog.views().get(0);
        this.nowMillis = nowMillis;
        this.users = catalog.reference("users")
                .map(reference -> new ChangingTable(reference, () -> this.nowMillis))
                .orElse(null);
        this.inputs = users == null ? Inputs.NONE : users.inputs();
        FoldPorts ports = new FoldPorts(
                items,
                control,
                archive,
                new InMemoryQuarantine(),
                lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> this.nowMillis,
                new Random(1),
                inputs);
        this.fold = new BatchFold(catalog, ports, new FoldSettings("g1", 4, 3, 1 << 20));
    }

    HistoryPorts sources() {
        return new HistoryPorts(archive, redrives, checkpoints, control, users == null ? Inputs.NONE : users.inputs());
    }

    /** A record that arrives now. */
    RawRecord record(String json) {
        return new RawRecord(
                new Position("4959033827149025660855969253836157109592157598913658" + (10_000 + records++), 0),
                nowMillis,
                "key",
                json.getBytes(StandardCharsets.UTF_8));
    }

    void fold(Lane lane, List<RawRecord> batch) {
        BatchOutcome outcome = fold.fold(new Batch(lane, batch), Long.MAX_VALUE).join();
        assertThat(outcome.isDone()).as("%s", outcome.troubles()).isTrue();
    }

    /** An import at this moment of rows that each are a JSON object with the time {@code ts}, sorted by it. */
    void importRows(long number, List<List<String>> parts) {
        for (int part = 0; part < parts.size(); part++) {
            Lane lane = Lane.ofImport(ShopHistory.lane("shardId-000000000000").streamArn(), nowMillis, number, part);
            List<RawRecord> rows = new ArrayList<>();
            for (String json : parts.get(part)) {
                long time = Long.parseLong(json.replaceAll(".*\"ts\":([0-9]+).*", "$1"));
                rows.add(new RawRecord(
                        new Position(Integer.toString(rows.size() + 1), 0),
                        time,
                        "key",
                        json.getBytes(StandardCharsets.UTF_8)));
            }
            fold(lane, rows);
        }
    }

    /** A checkpoint of where the lanes are. */
    void checkpoint() {
        checkpoints.add(control.readLanes().join(), nowMillis);
    }

    /** What the live query answers about a moment, by column of a training set, as texts. */
    Map<String, String> answer(Row row) {
        Map<String, String> values = new LinkedHashMap<>();
        new FeatureServer(catalog, items, new ProgressCache(control, 0))
                .answer(QueryPlan.of(view, null, row.atMillis(), nowMillis), List.of(row.user()), nowMillis)
                .join()
                .get(0)
                .values()
                .forEach((name, value) -> {
                    String text = FeatureValues.plain(value);
                    values.put(view.name() + "__" + name, text == null ? "" : text);
                });
        return values;
    }

    /** The values of a training set's rows, by column, after a look whether its Parquet file has the same. */
    List<Map<String, String>> train(Path folder, List<Row> rows, Knowledge knowledge, WindowEnd windowEnd)
            throws IOException {
        return train(folder, spine(rows), List.of(view.name()), null, knowledge, windowEnd, Imported.AS_IF);
    }

    /**
     * What the API answers about a row of the catalog's model, by name of the vector, as texts.
     *
     * @param atMillis null for now
     */
    ModelSpineRow vector(ModelRow asked, @Nullable Long atMillis) {
        Model model = catalog.models().get(0);
        ProgressCache progress = new ProgressCache(control, 0);
        List<@Nullable Object> vector = new ModelServer(
                        Catalogs.of(catalog), new FeatureServer(catalog, items, progress), progress, inputs)
                .answer(model, List.of(asked), atMillis, nowMillis)
                .join()
                .vector(asked);
        Map<String, String> live = new LinkedHashMap<>();
        for (int i = 0; i < vector.size(); i++) {
            live.put(model.names().get(i), Objects.requireNonNullElse(FeatureValues.plain(vector.get(i)), ""));
        }
        return new ModelSpineRow(asked, atMillis == null ? nowMillis : atMillis, live);
    }

    /** The vectors of a training set's rows, like {@link #train}. */
    List<Map<String, String>> trainModel(
            Path folder, List<ModelSpineRow> rows, Knowledge knowledge, WindowEnd windowEnd) throws IOException {
        Model model = catalog.models().get(0);
        List<String> inputs = model.request().stream().map(Model.Input::name).toList();
        StringBuilder spine =
                new StringBuilder(String.join(",", model.keys()) + ",timestamp," + String.join(",", inputs) + "\n");
        for (ModelSpineRow row : rows) {
            spine.append(String.join(",", row.asked().keys())).append(',').append(Instant.ofEpochMilli(row.atMillis()));
            inputs.forEach(input -> spine.append(",\"")
                    .append(FeatureValues.plain(row.asked().request().get(input)))
                    .append('"'));
            spine.append('\n');
        }
        return train(folder, spine, List.of(), model.name(), knowledge, windowEnd, Imported.AS_IF);
    }

    /** As served, with imported rows known since one moment or the other. */
    List<Map<String, String>> train(Path folder, List<Row> rows, Imported imported) throws IOException {
        return train(folder, spine(rows), List.of(view.name()), null, Knowledge.SERVED, WindowEnd.LIVE, imported);
    }

    private CharSequence spine(List<Row> rows) {
        StringBuilder spine = new StringBuilder(view.entity().get(0).name()).append(",timestamp\n");
        rows.forEach(row -> spine.append(row.user())
                .append(',')
                .append(Instant.ofEpochMilli(row.atMillis()))
                .append('\n'));
        return spine;
    }

    private List<Map<String, String>> train(
            Path folder,
            CharSequence spine,
            List<String> views,
            @Nullable String model,
            Knowledge knowledge,
            WindowEnd windowEnd,
            Imported imported)
            throws IOException {
        Path own = Files.createTempDirectory(folder, "set");
        Path file = Files.writeString(own.resolve("spine.csv"), spine);
        TrainingSetRequest request = new TrainingSetRequest(
                file,
                null,
                own.resolve("out"),
                List.of(catalog),
                views,
                List.of(),
                model,
                knowledge,
                windowEnd,
                imported,
                EnumSet.allOf(Format.class),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());
        new TrainingSetJob(request, sources(), Progress.NONE, () -> nowMillis, 2, 256L << 20).run();
        manifest = Files.readString(own.resolve("out/training-set.json"));
        List<Map<String, String>> values = TrainingSetTest.csv(own.resolve("out/training-set.csv"));
        TrainingSetTest.compareParquet(own.resolve("out/training-set.parquet"), values);
        List<String> header = List.of(Files.readAllLines(file).get(0).split(","));
        values.forEach(row -> row.keySet().removeAll(header));
        return values;
    }
}
