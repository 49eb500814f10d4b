package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.learn.Changed;
import dev.tidemark.core.learn.LabelledRow;
import dev.tidemark.core.learn.LabelledRows;
import dev.tidemark.core.learn.LabelledSet;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.Training;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training sets of labelled rows up to a cut, of clients that log the vectors that they were answered. */
class RowSetTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long START_MILLIS =
            Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final Lane FIRST = ShopHistory.lane("shardId-000000000000");
    private static final Lane SECOND = ShopHistory.lane("shardId-000000000001");
    private static final Lane CHILD = ShopHistory.lane("shardId-000000000002");
    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 2h
            references:
              users: {key: user_id, fields: {country: text, age: number}, effective_after: 60s}
            views:
              viewer:
                source: shop
                entity: user_id
                where: type == "view"
                features:
                  views: {function: count, windows: [1h]}
                  price: {function: avg, input: price, windows: [1h, lifetime]}
            models:
              discount:
                request: {list_price: {type: number}, device: {type: text, default: phone}}
                inputs: [viewer: [views_1h, price_1h, price_lifetime], request: [list_price, device], users: [country, age]]
                predictions: {source: shop, time: {field: ts, format: epoch_millis}}
                outcome: {pair: judged, settle: 30m, type: binary}
                monitor: {windows: [1h], retention: 6h}
                train: {rows: {last: 12h, matured: false, sample: {no: 0.5}}, holdout: 3h}
            """);
    private static final Training TRAINING = CATALOG.training("discount").orElseThrow();

    private final Random random = new Random(4);
    private final FoldedHistory history = new FoldedHistory(CATALOG, START_MILLIS);

    /** By id, the vectors that were answered. */
    private final Map<String, Map<String, String>> answered = new TreeMap<>();

    @TempDir
    private Path folder;

    /** @param lanes of even and odd predictions and of what came of them */
    private void live(int steps, Lane... lanes) {
        for (int step = 0; step < steps; step++) {
            history.nowMillis += 1_000 + random.nextInt(120_000);
            if (answered.isEmpty() || step % 20 == 0) {
                Objects.requireNonNull(history.users).publish(List.of("u0", "u1", "u2", "u3", "u4"), random);
            }
            switch (random.nextInt(4)) {
                case 0 -> predict(lanes);
                case 1 -> judge(lanes);
                default ->
                    put(
                            lanes[random.nextInt(2)],
                            String.format(
                                    Locale.ROOT,
                                    "{\"type\":\"view\",\"ts\":%d,\"user_id\":\"u%d\",\"price\":%d.%02d}",
                                    history.nowMillis - random.nextInt(600_000),
                                    random.nextInt(5),
                                    random.nextInt(1, 90),
                                    random.nextInt(100)));
            }
        }
    }

    private void put(Lane lane, String json) {
        history.fold(lane, List.of(history.record(json)));
    }

    private void predict(Lane... lanes) {
        int number = answered.size();
        String user = "u" + random.nextInt(5);
        BigDecimal price = BigDecimal.valueOf(random.nextInt(100));
        FoldedHistory.ModelSpineRow row =
                history.vector(new ModelRow(List.of(user), Map.of("list_price", price, "device", "phone")), null);
        answered.put("p" + number, row.live());
        history.nowMillis += 40;
        put(
                lanes[number % 2],
                "{\"type\":\"prediction\",\"ts\":" + row.atMillis() + ",\"id\":\"p" + number
                        + "\",\"model\":\"discount\",\"version\":\"v1\",\"score\":0.25,\"keys\":{\"user_id\":\"" + user
                        + "\"},\"request\":{\"list_price\":" + price + "}}");
    }

    /** One of the last predictions; sometimes again, and revised. */
    private void judge(Lane... lanes) {
        int number = answered.size() - 1 - random.nextInt(10);
        if (number >= 0) {
            judge(number, random.nextInt(2), lanes);
        }
    }

    private void judge(int number, int label, Lane... lanes) {
        put(
                lanes[number % 2],
                "{\"type\":\"outcome\",\"ts\":" + history.nowMillis + ",\"prediction\":\"p" + number + "\",\"label\":"
                        + label + "}");
    }

    private Cut cut(long number) {
        return new Cut(
                "discount",
                TRAINING.modelHash(),
                CATALOG.hash(),
                number,
                history.nowMillis,
                List.copyOf(history.control.lanes.values()),
                history.redrives.manifests.size());
    }

    private HistoryPorts sources() {
        return history.sources();
    }

    private Path make(String name, Cut cut, @Nullable Cut since, int threads, HistoryPorts sources) {
        Path out = folder.resolve(name);
        TrainingSet set = new TrainingSetJob(
                        TrainingSetRequest.ofRows(out, CATALOG, cut, since, false),
                        sources,
                        Progress.NONE,
                        () -> history.nowMillis,
                        threads,
                        256L << 20)
                .run();
        assertThat(set.wasComplete()).isFalse();
        return out;
    }

    private static String sha256(Path set) {
        return JobFiles.sha256(set.resolve("training-set.parquet"));
    }

    private static JsonNode manifest(Path set) throws IOException {
        return JSON.readTree(set.resolve("training-set.json").toFile());
    }

    /** What happens after a cut: more events, a split, a redrive, a checkpoint. */
    private void goOn() {
        history.lineage.parents.put(CHILD.id(), List.of(FIRST));
        live(60, CHILD, SECOND);
        RawRecord late = new RawRecord(
                new Position("4959033827149025660855969253836157109592157598913658" + 10_001, 0),
                START_MILLIS,
                "key",
                ("{\"type\":\"view\",\"ts\":" + START_MILLIS + ",\"user_id\":\"u1\",\"price\":1000}")
                        .getBytes(StandardCharsets.UTF_8));
        history.redrives
                .append(new RedriveLog.Manifest(
                        1,
                        START_MILLIS + 1,
                        List.of(new RedriveLog.Entry(
                                "viewer", CATALOG.view("viewer").orElseThrow().version(), FIRST, late, ""))))
                .join();
        history.checkpoint();
    }

    /** All segments of a lane in one, as after a compaction. */
    private HistoryPorts compacted() {
        Map<Lane, List<RawRecord>> lanes = new LinkedHashMap<>();
        history.archive.segments.forEach(segment ->
                lanes.computeIfAbsent(segment.lane(), lane -> new ArrayList<>()).addAll(segment.records()));
        InMemoryArchive one = new InMemoryArchive();
        lanes.forEach((lane, records) -> one.append(new Archive.Segment(lane, Position.ORIGIN, 0, records))
                .join());
        HistoryPorts sources = sources();
        return new HistoryPorts(one, sources.redrives(), sources.checkpoints(), sources.control(), sources.inputs());
    }

    @Test
    void theSameCutGivesTheSameBytes() throws IOException {
        live(400, FIRST, SECOND);
        Cut cut = cut(1);
        Path set = make("one", cut, null, 1, sources());
        goOn();

        assertThat(sha256(make("three", cut, null, 3, sources()))).isEqualTo(sha256(set));
        Path compacted = make("compacted", cut, null, 2, compacted());
        assertThat(sha256(compacted)).isEqualTo(sha256(set));
        for (String member : List.of("request", "cut", "split", "trainedUpTo", "rows", "spine", "files", "columns")) {
            assertThat(manifest(compacted).path(member))
                    .as(member)
                    .isEqualTo(manifest(set).path(member));
        }
        Path next = make("next", cut(2), null, 3, sources());
        assertThat(sha256(next)).isNotEqualTo(sha256(set));
        assertThat(sha256(make("next-compacted", cut(2), null, 1, compacted()))).isEqualTo(sha256(next));
    }

    /** Each row has the vector that was answered at its moment. */
    @Test
    void rowsHaveLabelsSplitsAndTheFeaturesAsServed() throws IOException {
        live(500, FIRST, SECOND);
        Cut cut = cut(7);
        Path out = make("set", cut, null, 2, sources());
        LabelledSet expected = labelledRows().of(TRAINING, cut).join();

        ParquetRows set = ParquetRows.read(out.resolve("training-set.parquet"));
        assertThat(set.schema().getFields())
                .extracting(field -> field.getName())
                .containsExactly(
                        "user_id",
                        "timestamp",
                        "list_price",
                        "device",
                        "id",
                        "label",
                        "weight",
                        "split",
                        "viewer.views_1h",
                        "viewer.price_1h",
                        "viewer.price_lifetime",
                        "request.list_price",
                        "request.device",
                        "users.country",
                        "users.age");
        assertThat(set.rows()).hasSameSizeAs(expected.rows()).hasSizeGreaterThan(30);
        for (int i = 0; i < set.rows().size(); i++) {
            Map<String, @Nullable Object> row = set.rows().get(i);
            LabelledRow labelled = expected.rows().get(i);
            assertThat(row).containsEntry("id", labelled.id());
            assertThat(row).containsEntry("label", labelled.label().longValue());
            assertThat(row).containsEntry("weight", labelled.weight());
            assertThat(row).containsEntry("split", labelled.split().name().toLowerCase(Locale.ROOT));
            Objects.requireNonNull(answered.get(labelled.id()))
                    .forEach((name, value) -> assertThat(text(row.get(name)))
                            .as(labelled.id() + " " + name)
                            .isEqualTo(value.isEmpty() ? "null" : text(value)));
        }
        assertThat(set.rows()).extracting(row -> row.get("split")).contains("train", "holdout");
        assertThat(set.rows()).extracting(row -> row.get("weight")).contains(1.0, 2.0);

        JsonNode manifest = manifest(out);
        assertThat(manifest.path("cut").path("number").asLong()).isEqualTo(7);
        assertThat(manifest.path("cut").path("sha256").asText()).isEqualTo(cut.sha256());
        assertThat(manifest.path("model").path("hash").asText()).isEqualTo(TRAINING.modelHash());
        assertThat(manifest.path("knowledge").asText()).isEqualTo("served");
        assertThat(manifest.path("split").path("holdoutFrom").asText())
                .isEqualTo(Instant.ofEpochMilli(expected.holdoutFromMillis()).toString());
        assertThat(manifest.path("split").path("to").asText())
                .isEqualTo(Instant.ofEpochMilli(cut.asOfMillis("shop-events")).toString());
        expected.trainedUpTo()
                .forEach((lane, position) -> assertThat(
                                manifest.path("trainedUpTo").path(lane).asText())
                        .isEqualTo(position.text()));
        assertThat(manifest.path("spine").path("leftOut").path("sampled").asLong())
                .isEqualTo(expected.leftOut().sampled())
                .isPositive();
    }

    private static String text(@Nullable Object value) {
        try {
            return Double.toString(Double.parseDouble(String.valueOf(value)));
        } catch (NumberFormatException e) {
            return String.valueOf(value);
        }
    }

    private LabelledRows labelledRows() {
        return new LabelledRows(Catalogs.of(CATALOG), sources(), 1, Runnable::run, read -> {});
    }

    @Test
    void aDeltaHasWhatChangedBetweenTwoCuts() throws IOException {
        live(300, FIRST, SECOND);
        judge(answered.size() - 1, 0, FIRST, SECOND);
        judge(answered.size() - 2, 0, FIRST, SECOND);
        judge(answered.size() - 3, 0, FIRST, SECOND);
        judge(answered.size() - 4, 1, FIRST, SECOND);
        judge(answered.size() - 5, 1, FIRST, SECOND);
        Cut first = cut(1);
        judge(answered.size() - 1, 1, FIRST, SECOND);
        judge(answered.size() - 2, 1, FIRST, SECOND);
        judge(answered.size() - 3, 1, FIRST, SECOND);
        judge(answered.size() - 4, 0, FIRST, SECOND);
        judge(answered.size() - 5, 0, FIRST, SECOND);
        live(150, FIRST, SECOND);
        Cut second = cut(2);
        Path out = make("delta", second, first, 2, sources());
        goOn();
        assertThat(sha256(make("later", second, first, 3, compacted()))).isEqualTo(sha256(out));

        List<Changed> expected = labelledRows().since(TRAINING, first, second).join();
        ParquetRows set = ParquetRows.read(out.resolve("training-set.parquet"));
        assertThat(set.rows()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(set.rows().get(i))
                    .containsEntry("id", expected.get(i).row().id());
            assertThat(set.rows().get(i))
                    .containsEntry("change", expected.get(i).change().name().toLowerCase(Locale.ROOT))
                    .doesNotContainKey("split");
        }
        assertThat(set.rows()).extracting(row -> row.get("change")).contains("new", "revised", "removed");
        assertThat(manifest(out).path("since").path("number").asLong()).isEqualTo(1);
        assertThat(manifest(out).has("split")).isFalse();
    }

    @Test
    void aStoppedJobGoesOnWithTheSameRows() {
        live(300, FIRST, SECOND);
        Cut cut = cut(1);
        Path whole = make("whole", cut, null, 2, sources());
        List<Progress.Stage> stages = new ArrayList<>();
        Progress stopped = new Progress() {
            @Override
            public void stage(Stage stage, long total) {
                if (stage == Stage.ANSWERS && !stages.contains(stage)) {
                    stages.clear();
                    stages.add(stage);
                    throw new IllegalStateException("stopped");
                }
                stages.add(stage);
            }

            @Override
            public void advance(long by) {}
        };
        TrainingSetRequest request = TrainingSetRequest.ofRows(folder.resolve("stopped"), CATALOG, cut, null, false);
        TrainingSetJob job = new TrainingSetJob(request, sources(), stopped, () -> history.nowMillis, 2, 256L << 20);

        assertThatThrownBy(job::run).hasMessage("stopped");
        goOn();
        assertThat(job.run().wasComplete()).isFalse();
        assertThat(stages).doesNotContain(Progress.Stage.ROWS);
        assertThat(sha256(folder.resolve("stopped"))).isEqualTo(sha256(whole));
        assertThat(job.run().wasComplete()).isTrue();
    }

    @Test
    void whatCannotBeMadeSaysWhy() {
        live(3, FIRST, SECOND);
        Cut empty = cut(1);
        assertThatThrownBy(() -> make("none", empty, null, 1, sources()))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("there is no labelled row of model 'discount' up to cut 1");
        live(200, FIRST, SECOND);
        Cut cut = cut(2);
        assertThatThrownBy(() -> make("nothing", cut, cut, 1, sources()))
                .hasMessageContaining("has changed between cut 2 and cut 2");
        make("set", cut, null, 1, sources());
        assertThatThrownBy(() -> make("set", cut(3), null, 1, sources()))
                .hasMessageContaining("holds another training set");
    }
}
