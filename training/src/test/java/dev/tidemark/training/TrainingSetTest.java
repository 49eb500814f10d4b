package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.tables.ParquetCells;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value of every row against the oracle, over a history with late events, duplicates, ties and a split. */
class TrainingSetTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long NOW_MILLIS = SampleEvent.START_MILLIS + 48 * HOUR_MILLIS;
    private static final int MOMENTS = 40;
    private static final int ROWS = 400;

    /** The same for all tests, which change neither. */
    private static final Catalog CATALOG = new CatalogCompiler().compile(Sample.SHOP.catalog());

    private static final List<View> VIEWS = CATALOG.views().stream()
            .filter(view -> !view.name().contains(Monitor.MARK))
            .toList();

    private static final Oracle ORACLE = new ShopHistory(new Random(SEED)).oracle(Sample.SHOP.catalog());

    private final Random random = new Random(SEED);
    private final ShopHistory history = new ShopHistory(random);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"SERVED,LIVE", "NOW,EXACT", "NOW,LIVE"})
    void everyValueEqualsTheOracles(Knowledge knowledge, WindowEnd windowEnd) throws Exception {
        Path spine = spine();

        TrainingSet set = job(request(spine, "set", knowledge, windowEnd, List.of(CATALOG)), Progress.NONE)
                .run();

        assertThat(set.rows()).isEqualTo(ROWS);
        List<Map<String, String>> rows = csv(folder.resolve("set/training-set.csv"));
        assertThat(rows).hasSize(ROWS);
        assertThat(rows.get(0).keySet()).noneMatch(name -> name.contains(Monitor.MARK));
        assertThat(differences(rows, knowledge, windowEnd)).as("seed " + SEED).isEmpty();
        assertThat(folder.resolve("set/.work")).doesNotExist();
        compareParquet(folder.resolve("set/training-set.parquet"), rows);
    }

    private List<String> differences(List<Map<String, String>> rows, Knowledge knowledge, WindowEnd windowEnd) {
        List<String> differences = new ArrayList<>();
        Map<Long, Oracle> served = new HashMap<>();
        for (Map<String, String> row : rows) {
            long at = Instant.parse(row.get("timestamp")).toEpochMilli();
            for (View view : VIEWS) {
                if (view.pairs() != null && knowledge == Knowledge.NOW) {
                    assertThat(row.keySet()).noneMatch(name -> name.startsWith(view.name() + "__"));
                    continue;
                }
                String entity = String.join(
                        "|",
                        view.entity().stream()
                                .map(key -> row.getOrDefault(column(key.name()), ""))
                                .toList());
                Oracle known = knowledge == Knowledge.NOW
                        ? ORACLE
                        : served.computeIfAbsent(at, t -> ORACLE.over(history.records(t), history.descents()));
                JsonNode expected = windowEnd == WindowEnd.EXACT
                        ? known.answerUpTo(view.name(), entity, at)
                        : known.answer(view.name(), entity, at);
                differences.addAll(Answers.differences(
                        expected,
                        Answers.fromTexts(expected, name -> row.getOrDefault(view.name() + "__" + name, ""))));
            }
        }
        return differences;
    }

    /** @param rows what the CSV file of the same set holds */
    static void compareParquet(Path file, List<Map<String, String>> rows) throws IOException {
        ParquetRows parquet = ParquetRows.read(file);
        assertThat(parquet.rows()).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            Map<String, String> row = rows.get(i);
            Map<String, @Nullable Object> expected = new LinkedHashMap<>();
            for (Type column : parquet.schema().getFields()) {
                expected.put(column.getName(), ParquetRows.expected(row.getOrDefault(column.getName(), ""), column));
            }
            assertThat(parquet.rows().get(i)).isEqualTo(expected);
        }
    }

    private static String text(@Nullable Object cell, ParquetSpine parquet, int column) {
        return cell == null ? "" : ParquetCells.text(cell, parquet.columns().get(column));
    }

    @Test
    void listsAndObjectsAreGroupsOfParquet() throws Exception {
        TrainingSetRequest few = request(
                "user_id,timestamp",
                "user-1,2026-01-15T09:00:00Z\nnobody,2026-01-15T09:00:00Z",
                List.of(CATALOG),
                List.of(
                        "viewer.price_percentiles_24h",
                        "viewer.top_categories_24h",
                        "viewer.recent_items_1h",
                        "viewer.avg_price_by_category_24h"));
        TrainingSet set = job(few, Progress.NONE).run();

        ParquetRows parquet = ParquetRows.read(folder.resolve("few/training-set.parquet"));
        assertThat(parquet.schema().getFields().stream()
                        .skip(2)
                        .map(type -> type.toString().replaceAll("\\s+", " ")))
                .containsExactly(
                        "optional group viewer__price_percentiles_24h { optional double p10; optional double p90; }",
                        "optional group viewer__top_categories_24h (LIST) { repeated group list { optional group element"
                                + " { optional binary value (STRING); optional int64 count; } } }",
                        "optional group viewer__recent_items_1h (LIST) { repeated group list {"
                                + " optional binary element (STRING); } }",
                        "optional group viewer__avg_price_by_category_24h (MAP) { repeated group key_value {"
                                + " required binary key (STRING); optional double value; } }");
        compareParquet(folder.resolve("few/training-set.parquet"), csv(folder.resolve("few/training-set.csv")));
        job(copy(few, "exact", few.features(), true), Progress.NONE).run();
        assertThat(ParquetRows.read(folder.resolve("exact/training-set.parquet"))
                        .rows()
                        .get(0))
                .containsEntry("viewer__price_percentiles_24h", Map.of("p10", "14.943454", "p90", "129.29277"));
        compareParquet(folder.resolve("exact/training-set.parquet"), csv(folder.resolve("few/training-set.csv")));
        Map<String, @Nullable Object> nothing = new LinkedHashMap<>();
        nothing.put("p10", null);
        nothing.put("p90", null);
        assertThat(parquet.rows().get(1).values().stream().skip(2))
                .containsExactly(nothing, List.of(), List.of(), Map.of());
        JsonNode columns = new ObjectMapper().readTree(set.manifest().toFile()).path("columns");
        assertThat(columns.findValuesAsText("values"))
                .containsExactly(
                        "struct<p10: number, p90: number>",
                        "list<struct<value: any, count: integer>>",
                        "list<any>",
                        "map<number>");
    }

    @Test
    void theSpineAndTheSetAreTheSameWhetherCsvOrParquet() throws Exception {
        Path spine = spine();
        Path columns = folder.resolve("spine.parquet");
        TrainingSetRequest all = request(spine, "all", Knowledge.SERVED, List.of(CATALOG));
        job(all, Progress.NONE).run();
        Files.copy(folder.resolve("all/training-set.parquet"), columns);
        assertThatThrownBy(() -> job(request(columns, "second", Knowledge.SERVED, List.of(CATALOG)), Progress.NONE)
                        .run())
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("column 'viewer__price_percentiles_24h' holds lists or objects");

        job(copy(all, "first", List.of("viewer.avg_price_5m"), false), Progress.NONE)
                .run();
        Files.copy(folder.resolve("first/training-set.parquet"), columns, StandardCopyOption.REPLACE_EXISTING);

        // The set's own columns are in the way of the second set's, as the message says.
        assertThatThrownBy(() -> job(request(columns, "second", Knowledge.SERVED, List.of(CATALOG)), Progress.NONE)
                        .run())
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("has a column 'viewer__avg_price_5m' already");
    }

    @ParameterizedTest
    @EnumSource(
            value = Progress.Stage.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"EVENTS", "ROWS"})
    void goesOnAfterItWasKilledAndMakesTheSameBytes(Progress.Stage stage) throws Exception {
        Path spine = spine();
        job(request(spine, "whole", Knowledge.NOW, List.of(CATALOG)), Progress.NONE)
                .run();
        TrainingSetRequest request = request(spine, "killed", Knowledge.NOW, List.of(CATALOG));

        boolean isShort = stage == Progress.Stage.SPINE || stage == Progress.Stage.OUTPUT;
        for (int kill = 1; kill <= (isShort ? 1 : 4); kill++) {
            KilledAfter progress = new KilledAfter(stage, kill);
            assertThatThrownBy(() -> job(request, progress).run()).isInstanceOf(Killed.class);
            assertThat(folder.resolve("killed/training-set.json")).doesNotExist();
            assertThat(folder.resolve("killed/training-set.csv")).doesNotExist();
        }
        job(request, Progress.NONE).run();

        for (String file :
                List.of("training-set.csv", "training-set.parquet", "profile.json.gz", "training-set.json")) {
            assertThat(folder.resolve("killed/" + file)).hasSameBinaryContentAs(folder.resolve("whole/" + file));
        }
    }

    @Test
    void whatIsFinishedIsNotDoneAgain() throws Exception {
        TrainingSetRequest request = request(spine(), "set", Knowledge.SERVED, List.of(CATALOG));
        assertThatThrownBy(() ->
                        job(request, new KilledAfter(Progress.Stage.OUTPUT, 1)).run())
                .isInstanceOf(Killed.class);
        history.archive.segments.clear();
        history.control.lanes.clear();

        job(request, Progress.NONE).run();

        assertThat(csv(folder.resolve("set/training-set.csv"))).hasSize(ROWS);
        assertThat(job(request, Progress.NONE).run().wasComplete()).isTrue();
    }

    @Test
    void anotherRequestInTheSameFolderIsRefused() throws Exception {
        Path spine = spine();
        TrainingSetRequest request = request(spine, "set", Knowledge.SERVED, List.of(CATALOG));
        assertThatThrownBy(() ->
                        job(request, new KilledAfter(Progress.Stage.ANSWERS, 1)).run())
                .isInstanceOf(Killed.class);

        assertThatThrownBy(() -> job(request(spine, "set", Knowledge.NOW, List.of(CATALOG)), Progress.NONE)
                        .run())
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("holds another training set, or a part of one (other knowledge, views)");
        Files.writeString(spine, Files.readString(spine) + "\n");
        assertThatThrownBy(() -> job(request, Progress.NONE).run())
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("(other spineSha256)");
    }

    @Test
    void damagedFilesOfTheWorkAreNamed() throws Exception {
        TrainingSetRequest request = request(spine(), "set", Knowledge.SERVED, List.of(CATALOG));
        assertThatThrownBy(() ->
                        job(request, new KilledAfter(Progress.Stage.ANSWERS, 1)).run())
                .isInstanceOf(Killed.class);
        Path events;
        try (var files = Files.list(folder.resolve("set/.work"))) {
            events = files.filter(file -> file.getFileName().toString().matches("events-[0-9a-f]+\\.[0-9]+"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(events);
        bytes[10] ^= 1;
        Files.write(events, bytes);

        assertThatThrownBy(() -> job(request, Progress.NONE).run())
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining(events.getFileName().toString())
                .hasMessageContaining("was changed after it was written");
        Files.write(events, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> job(request, Progress.NONE).run())
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("was changed after it was written");
        Files.delete(events);
        assertThat(job(request, Progress.NONE).run().rows()).isEqualTo(ROWS);
    }

    @Test
    void damageOfTheArchiveIsNamedAndNothingIsCompleted() throws Exception {
        TrainingSetRequest request = request(spine(), "set", Knowledge.SERVED, List.of(CATALOG));
        AtomicLong read = new AtomicLong();
        history.archive.unreadable = ref -> read.incrementAndGet() > 5;

        assertThatThrownBy(() -> job(request, Progress.NONE).run()).isInstanceOf(DamagedArchive.class);

        assertThat(folder.resolve("set/training-set.json")).doesNotExist();
        assertThat(folder.resolve("set/training-set.csv")).doesNotExist();
        assertThat(folder.resolve("set/training-set.parquet")).doesNotExist();
        history.archive.unreadable = ref -> false;
        assertThat(job(request, Progress.NONE).run().rows()).isEqualTo(ROWS);
    }

    @Test
    void aSegmentThatWasDeletedShowsAsAGap() throws Exception {
        history.archive.segments.remove(history.archive.segments.size() / 2);
        history.archive.segments.removeIf(segment -> segment.count() > 0 && segment.count() < 100);

        assertThatThrownBy(() -> job(request(spine(), "set", Knowledge.NOW, List.of(CATALOG)), Progress.NONE)
                        .run())
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining("lacks");
    }

    @Test
    void twoCatalogsStandSideBySide() throws Exception {
        Catalog other = new CatalogCompiler()
                .compile(Sample.SHOP.catalog().replace("category == \"shoes\"", "category == \"hats\""));
        Path spine = spine();

        TrainingSet set = job(request(spine, "set", Knowledge.NOW, List.of(CATALOG, other)), Progress.NONE)
                .run();

        List<Map<String, String>> rows = csv(folder.resolve("set/training-set.csv"));
        long differing = 0;
        for (Map<String, String> row : rows) {
            assertThat(row.get("viewer__views_24h__a")).isEqualTo(row.get("viewer__views_24h__b"));
            differing +=
                    Objects.equals(row.get("viewer__shoe_views_24h__a"), row.get("viewer__shoe_views_24h__b")) ? 0 : 1;
        }
        Map<String, Long> compared = new LinkedHashMap<>();
        set.compared().forEach(one -> compared.put(one.feature(), one.different()));
        assertThat(differing).isPositive();
        assertThat(compared).containsEntry("viewer__shoe_views_24h", differing).containsEntry("viewer__views_24h", 0L);
        assertThat(set.rowsDifferent()).isGreaterThanOrEqualTo(differing);
        List<String> header = List.copyOf(rows.get(0).keySet());
        assertThat(header.indexOf("viewer__views_24h__b")).isEqualTo(header.indexOf("viewer__views_24h__a") + 1);
    }

    @Test
    void onlyTheFeaturesThatAreWantedAreThere() throws Exception {
        TrainingSetRequest all = request(spine(), "set", Knowledge.SERVED, List.of(CATALOG));
        TrainingSetRequest some = new TrainingSetRequest(
                all.spine(),
                null,
                all.out(),
                all.catalogs(),
                List.of("viewer"),
                List.of("viewer.avg_price_30m", "price_trend"),
                null,
                Knowledge.SERVED,
                WindowEnd.LIVE,
                EnumSet.of(Format.CSV),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());

        job(some, Progress.NONE).run();

        assertThat(csv(folder.resolve("set/training-set.csv")).get(0).keySet())
                .endsWith("viewer__avg_price_30m", "viewer__price_trend")
                .hasSize(10);
        assertThat(folder.resolve("set/training-set.parquet")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(Knowledge.class)
    void aCheckpointSparesWhatIsTooOldForEveryWindow(Knowledge knowledge) throws Exception {
        List<SampleEvent> events = Sample.SHOP.events();
        long last = events.get(events.size() - 1).arrivalMillis();
        Path spine = folder.resolve("late.csv");
        StringBuilder text = new StringBuilder("user_id,timestamp\n");
        for (int i = 0; i < 50; i++) {
            List<String> users = ORACLE.entities("viewer");
            text.append(users.get(random.nextInt(users.size()))).append(',');
            text.append(Instant.ofEpochMilli(last - random.nextInt(600_000))).append('\n');
        }
        Files.writeString(spine, text);
        job(lateRequest(spine, "all", knowledge), Progress.NONE).run();
        history.checkpoint(last - 5 * HOUR_MILLIS);
        history.checkpoint(last - 3 * HOUR_MILLIS);
        history.checkpoint(last - HOUR_MILLIS);
        Recorded read = new Recorded();

        job(lateRequest(spine, "some", knowledge), read).run();

        assertThat(folder.resolve("some/training-set.csv"))
                .hasSameBinaryContentAs(folder.resolve("all/training-set.csv"));
        long all = history.records(Long.MAX_VALUE).size();
        long later = all - history.records(last - 3 * HOUR_MILLIS).size();
        assertThat(read.records.get()).isPositive().isLessThanOrEqualTo(later);
        assertThat(later).isLessThan(all);
    }

    private TrainingSetRequest lateRequest(Path spine, String out, Knowledge knowledge) {
        return new TrainingSetRequest(
                spine,
                null,
                folder.resolve(out),
                List.of(twoHours()),
                List.of(),
                List.of(),
                null,
                knowledge,
                WindowEnd.usual(knowledge),
                EnumSet.of(Format.CSV),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());
    }

    /** Windows of up to two hours, so that most of the history is too old for them. */
    private static Catalog twoHours() {
        return new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: ts}
                views:
                  viewer:
                    source: shop
                    entity: user_id
                    features:
                      events: {function: count, windows: [10m, 2h]}
                """);
    }

    private static final class Recorded implements Progress {

        private final AtomicLong records = new AtomicLong();
        private volatile boolean replaying;

        @Override
        public void stage(Stage stage, long total) {
            replaying = stage == Stage.ARCHIVE;
        }

        @Override
        public void advance(long by) {
            if (replaying) {
                records.addAndGet(by);
            }
        }
    }

    @Test
    void theViewsOfAMonitorAreThereWhereTheyAreNamed() throws Exception {
        Path spine = folder.resolve("models.csv");
        Files.writeString(spine, "model,timestamp\ndiscount,2026-01-15T16:00:00Z\n");
        TrainingSetRequest all = request(spine, "set", Knowledge.NOW, WindowEnd.LIVE, List.of(CATALOG));
        TrainingSetRequest named = new TrainingSetRequest(
                spine,
                null,
                all.out(),
                all.catalogs(),
                List.of("discount$versions"),
                List.of("$rows_24h"),
                null,
                Knowledge.NOW,
                WindowEnd.LIVE,
                EnumSet.of(Format.CSV),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());

        job(named, Progress.NONE).run();

        long at = Instant.parse("2026-01-15T16:00:00Z").toEpochMilli();
        assertThat(csv(folder.resolve("set/training-set.csv")))
                .singleElement()
                .extracting(row -> row.get("discount$versions__$rows_24h"))
                .isEqualTo(ORACLE.value("discount$versions", "discount", "$rows_24h", at)
                        .asText());
    }

    @Test
    void badRowsAreNamedByTheirLines() throws Exception {
        Path spine = folder.resolve("bad.csv");
        Files.writeString(spine, """
                user_id,item_id,item_category,version,keys_category,left_version,timestamp
                user-1,item-1,hats,y,hats,y,2026-01-15T09:00:00Z
                ,item-1,hats,y,hats,y,2026-01-15T09:00:00Z
                user-1,item-1,hats,y,hats,y,2026-01-15T09:00:00
                user-1,item-1,hats,y,hats,y,
                """);

        assertThatThrownBy(() -> job(request(spine, "set", Knowledge.SERVED, List.of(CATALOG)), Progress.NONE)
                        .run())
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("bad.csv, line 3: column 'user_id': an entity key must be")
                .hasMessageContaining("bad.csv, line 4: column 'timestamp': '2026-01-15T09:00:00' is no moment")
                .hasMessageContaining("bad.csv, line 5: no value in column 'timestamp'");
        assertThat(folder.resolve("set/training-set.json")).doesNotExist();
    }

    /** The stages before the archive is read: nothing is computed that is thrown away. */
    private TrainingSetProblem refusal(TrainingSetRequest request) {
        Stages stages = new Stages();
        TrainingSetProblem problem = assertThrows(
                TrainingSetProblem.class, () -> job(request, stages).run());
        assertThat(stages.seen).doesNotContain(Progress.Stage.ARCHIVE, Progress.Stage.ANSWERS, Progress.Stage.OUTPUT);
        return problem;
    }

    private static final class Stages implements Progress {

        private final List<Stage> seen = new ArrayList<>();

        @Override
        public void stage(Stage stage, long total) {
            seen.add(stage);
        }

        @Override
        public void advance(long by) {}
    }

    private TrainingSetRequest request(String header, String row, List<Catalog> catalogs, List<String> features)
            throws IOException {
        Path spine = folder.resolve("few.csv");
        Files.writeString(spine, header + "\n" + row + "\n");
        TrainingSetRequest all = request(spine, "few", Knowledge.SERVED, catalogs);
        return new TrainingSetRequest(
                all.spine(),
                null,
                all.out(),
                all.catalogs(),
                List.of("viewer"),
                features,
                null,
                all.knowledge(),
                all.windowEnd(),
                all.formats(),
                all.exact(),
                all.timeColumn(),
                all.timeFormat(),
                all.keyColumns());
    }

    @ParameterizedTest
    @ValueSource(strings = {"viewer__avg_price_5m", "Viewer__Avg_Price_5m", "VIEWER__AVG_PRICE_5M"})
    void aColumnInTheWayOfAFeaturesIsToldBeforeAnythingIsComputed(String column) throws IOException {
        TrainingSetRequest request =
                request("user_id,timestamp," + column, "user-1,2026-01-15T09:00:00Z,1", List.of(CATALOG), List.of());
        assertThat(refusal(request)).hasMessageContaining("has a column '" + column + "' already");
    }

    @Test
    void aColumnInTheWayOfAComparedFeaturesIsToldToo() throws IOException {
        TrainingSetRequest request = request(
                "user_id,timestamp,viewer__avg_price_5m__b",
                "user-1,2026-01-15T09:00:00Z,1",
                List.of(CATALOG, CATALOG),
                List.of());
        assertThat(refusal(request)).hasMessageContaining("has a column 'viewer__avg_price_5m__b' already");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "user_id,timestamp,a,a; two columns 'a'",
                "user_id,timestamp,a, a; two columns 'a'",
                ",user_id,timestamp; column 1 has no name",
                ",user_id,timestamp; index=False",
            })
    void headersThatCannotBeAreRefused(String header, String problem) throws IOException {
        assertThat(refusal(request(header, "1,2,3,4", List.of(CATALOG), List.of())))
                .hasMessageContaining(problem);
    }

    @Test
    void featuresOfTwoViewsWithOneColumnAreTold() throws IOException {
        Catalog both = new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  events:
                    stream: shop-events
                    event_time: {field: ts, format: iso8601}
                views:
                  a:
                    source: events
                    entity: user_id
                    features:
                      b__c: {function: count, windows: [1h]}
                  a__b:
                    source: events
                    entity: user_id
                    where: price > 1
                    features:
                      c: {function: count, windows: [1h]}
                """);
        Path spine = Files.writeString(folder.resolve("few.csv"), "user_id,timestamp\nu,2026-01-15T09:00:00Z\n");
        assertThat(refusal(request(spine, "few", Knowledge.SERVED, List.of(both))))
                .hasMessageContaining("two features would have the column 'a__b__c_1h'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1950-01-01T00:00:00Z; lies before 1970 or after 9999",
                "1969-12-31T23:59:59.999Z; lies before 1970 or after 9999",
                "1970-01-01T00:30:00+01:00; lies before 1970 or after 9999",
                "0001-01-01T00:00:00Z; lies before 1970 or after 9999",
                "-0044-03-15T12:00:00Z; lies before 1970 or after 9999",
                "+10000-01-01T00:00:00Z; lies before 1970 or after 9999",
                "10000-01-01T00:00:00Z; lies before 1970 or after 9999",
                "9999-12-31T23:30:00-01:00; lies before 1970 or after 9999",
                "3000-01-01T00:00:00Z; is yet to come",
                "2026-01-15; is a day and no moment",
                "2026-01-15T09:00:00; is no moment: write it with its offset",
                "1950-01-01T00:00:00; is no moment: write it with its offset",
                "2026-02-30T09:00:00Z; is no moment: write it like",
                "1768467600; is a number: say with --time-format",
                "yesterday; is no moment: write it like",
            })
    void whatIsWrongWithAMomentIsToldAsItIs(String moment, String problem) throws IOException {
        assertThat(refusal(request("user_id,timestamp", "user-1," + moment, List.of(CATALOG), List.of())))
                .hasMessageContaining("few.csv, line 2")
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "EPOCH_MILLIS; -1; lies before 1970 or after 9999",
                "EPOCH_SECONDS; -631152000; lies before 1970 or after 9999",
                "EPOCH_MILLIS; -0.5; lies before 1970 or after 9999",
                "EPOCH_MILLIS; 253402300800000; lies before 1970 or after 9999",
                "EPOCH_SECONDS; 1e999999999; lies before 1970 or after 9999",
                "EPOCH_MILLIS; 1e30; lies before 1970 or after 9999",
                "EPOCH_SECONDS; 4102444800; is yet to come",
                "EPOCH_SECONDS; NaN; is no number, but --time-format says epoch_seconds",
            })
    void whatIsWrongWithANumberOfTimeIsToldAsItIs(TimeFormat format, String moment, String problem) throws IOException {
        TrainingSetRequest iso = request("user_id,timestamp", "user-1," + moment, List.of(CATALOG), List.of());
        TrainingSetRequest numbers = new TrainingSetRequest(
                iso.spine(),
                null,
                iso.out(),
                iso.catalogs(),
                iso.views(),
                iso.features(),
                null,
                iso.knowledge(),
                iso.windowEnd(),
                iso.formats(),
                iso.exact(),
                iso.timeColumn(),
                format,
                iso.keyColumns());
        assertThat(refusal(numbers)).hasMessageContaining(problem);
    }

    @Test
    void noLibrarySpeaksOfABrokenFile() throws IOException {
        List<byte[]> broken = List.of(
                "user_id,timestamp\nu,\"2026".getBytes(StandardCharsets.UTF_8),
                "user_id,timestamp\nu,\"2026\"x\n".getBytes(StandardCharsets.UTF_8),
                "user_id,timestamp\n\u00ff,2026-01-15T09:00:00Z\n".getBytes(StandardCharsets.ISO_8859_1),
                "user_id,timestamp\na,b,c\n".getBytes(StandardCharsets.UTF_8),
                "PAR1".getBytes(StandardCharsets.UTF_8),
                "PAR1 and something that is no footer PAR1".getBytes(StandardCharsets.UTF_8));
        for (byte[] content : broken) {
            TrainingSetRequest request = request("", "", List.of(CATALOG), List.of());
            Files.write(request.spine(), content);
            assertThat(refusal(request).getMessage())
                    .contains("few.csv")
                    .doesNotContain("Exception", "fasterxml", "jackson", "parquet.", "Parser", "Source:", "[row");
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void aDamagedParquetFileIsNamedWithoutTheLibrarysWords(long seed) throws Exception {
        job(request(spine(), "set", Knowledge.NOW, List.of(CATALOG)), Progress.NONE)
                .run();
        byte[] whole = Files.readAllBytes(folder.resolve("set/training-set.parquet"));
        Random dice = new Random(seed);
        for (int i = 0; i < 25; i++) {
            byte[] bytes = dice.nextInt(4) == 0 ? Arrays.copyOf(whole, dice.nextInt(whole.length)) : whole.clone();
            if (bytes.length > 8) {
                bytes[4 + dice.nextInt(bytes.length - 4)] ^= (byte) (1 << dice.nextInt(8));
            }
            Path file = Files.write(folder.resolve("damaged.parquet"), bytes);
            try (SpineReader reader = new ParquetSpine(file)) {
                boolean more = true;
                while (more) {
                    more = reader.next();
                }
            } catch (TrainingSetProblem e) {
                assertThat(e.getMessage()).contains("damaged.parquet").doesNotContain("Exception", "parquet.column");
            }
        }
    }

    @Test
    void aSetOfLoadedHistorySaysThatNothingHadArrived() throws Exception {
        TrainingSetRequest request =
                request("user_id,timestamp", "user-1,2020-01-15T09:00:00Z", List.of(CATALOG), List.of());
        TrainingSet set = job(request, Progress.NONE).run();
        assertThat(set.notes()).singleElement().asString().contains("NO RECORD HAD ARRIVED", "--knowledge now");
        assertThat(new ObjectMapper().readTree(set.manifest().toFile()).path("notes"))
                .hasSize(1);
        // The same when it is there already; and nothing is said of a set that has something.
        assertThat(job(request, Progress.NONE).run().notes()).isEqualTo(set.notes());
        assertThat(job(request(spine(), "other", Knowledge.SERVED, List.of(CATALOG)), Progress.NONE)
                        .run()
                        .notes())
                .isEmpty();
    }

    @Test
    void theManifestCountsTheRowsOfEachColumnThatMayBeInexact() throws Exception {
        Path spine = spine();
        TrainingSet set = job(request(spine, "set", Knowledge.NOW, List.of(CATALOG)), Progress.NONE)
                .run();
        Map<String, Long> medians = new TreeMap<>();
        for (Map<String, String> row : csv(folder.resolve("set/training-set.csv"))) {
            row.forEach((name, value) -> {
                if (name.contains("__median_") && !value.isEmpty()) {
                    medians.merge(name, 1L, Long::sum);
                }
            });
        }
        assertThat(medians).isNotEmpty();
        Map<String, Long> found = new TreeMap<>();
        for (JsonNode column :
                new ObjectMapper().readTree(set.manifest().toFile()).path("columns")) {
            String name = column.path("name").asText();
            for (JsonNode one : column.path("approximate")) {
                assertThat(name).doesNotContain("__avg", "__views", "user_id", "timestamp");
                if (name.contains("__median_")) {
                    assertThat(one.path("method").asText()).isEqualTo("log_buckets");
                    assertThat(one.path("maxRelativeError").asDouble()).isBetween(0.001, 0.02);
                    found.put(name, one.path("rows").asLong());
                }
                assertThat(one.path("share").asDouble())
                        .isEqualTo(one.path("rows").asDouble() / ROWS);
            }
        }
        assertThat(found).isEqualTo(medians);
    }

    @Test
    void whatASpreadsheetWouldRunHasAnApostropheThatCanBeTakenAway() throws Exception {
        List<String> run =
                List.of("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "\uff1d1", "-5 apples", "=");
        List<String> plain = List.of("-5", "+5", "-1.5e3", "-.5", "-", "it's", "'quoted'", "a=b", "0", "");
        StringBuilder spine = new StringBuilder("user_id,timestamp,\"=note\"\n");
        List<String> texts = new ArrayList<>(run);
        texts.addAll(plain);
        texts.forEach(text ->
                spine.append("user-1,2026-01-15T09:00:00Z,\"").append(text).append("\"\n"));
        TrainingSetRequest request = request("", "", List.of(CATALOG), List.of("viewer.avg_price_5m"));
        Files.writeString(request.spine(), spine);

        TrainingSet set = job(request, Progress.NONE).run();

        List<String> expected = new ArrayList<>();
        run.forEach(text -> expected.add("'" + text));
        expected.addAll(plain);
        assertThat(csv(folder.resolve("few/training-set.csv")))
                .extracting(row -> row.get("'=note"))
                .isEqualTo(expected);
        assertThat(set.notes())
                .singleElement()
                .asString()
                .startsWith(run.size() + 1 + " fields of training-set.csv begin like a formula");
        // Parquet has them as they are.
        try (ParquetSpine parquet = new ParquetSpine(folder.resolve("few/training-set.parquet"))) {
            for (String text : texts) {
                assertThat(parquet.next()).isTrue();
                assertThat(text(parquet.cell(2), parquet, 2)).isEqualTo(text);
            }
        }
    }

    /** Rows at few moments, so that ties are common, of entities known and unknown; two rows ask the same. */
    private Path spine() throws IOException {
        List<Long> moments = new ArrayList<>();
        for (int i = 0; i < MOMENTS; i++) {
            SampleEvent event =
                    Sample.SHOP.events().get(random.nextInt(Sample.SHOP.events().size()));
            moments.add(event.arrivalMillis() + (i % 2 == 0 ? 0 : random.nextInt(600_000)));
        }
        StringBuilder text = new StringBuilder(String.join(",", header())).append(",timestamp,note\n");
        for (int i = 0; i < ROWS; i++) {
            Map<String, String> keys = new HashMap<>();
            for (View view : VIEWS) {
                List<String> known = ORACLE.entities(view.name());
                String entity = random.nextInt(20) == 0 ? "" : known.get(random.nextInt(known.size()));
                String[] parts = entity.split("\\|", -1);
                for (int k = 0; k < view.entity().size(); k++) {
                    String part = k < parts.length && !parts[k].isEmpty() ? parts[k] : "nobody";
                    keys.put(column(view.entity().get(k).name()), part);
                }
            }
            header().forEach(name -> text.append(keys.get(name)).append(','));
            text.append(Instant.ofEpochMilli(moments.get(random.nextInt(MOMENTS))))
                    .append(i % 7 == 0 ? ",\"a, \"\"quoted\"\" note\"\n" : ",\n");
        }
        Path spine = folder.resolve("spine.csv");
        Files.writeString(spine, text);
        return spine;
    }

    private List<String> header() {
        return VIEWS.stream()
                .flatMap(view -> view.entity().stream().map(View.KeyField::name))
                .distinct()
                .map(TrainingSetTest::column)
                .toList();
    }

    /** Columns of other names than the events' fields. */
    private static String column(String key) {
        return key.replace('.', '_');
    }

    private TrainingSetRequest request(Path spine, String out, Knowledge knowledge, List<Catalog> catalogs) {
        return request(spine, out, knowledge, WindowEnd.usual(knowledge), catalogs);
    }

    private TrainingSetRequest request(
            Path spine, String out, Knowledge knowledge, WindowEnd windowEnd, List<Catalog> catalogs) {
        Map<String, String> keyColumns = new HashMap<>();
        for (View view : VIEWS) {
            view.entity().forEach(key -> keyColumns.put(key.name(), column(key.name())));
        }
        return new TrainingSetRequest(
                spine,
                null,
                folder.resolve(out),
                catalogs,
                List.of(),
                List.of(),
                null,
                knowledge,
                windowEnd,
                EnumSet.allOf(Format.class),
                false,
                null,
                TimeFormat.ISO8601,
                keyColumns);
    }

    private TrainingSetRequest copy(TrainingSetRequest request, String out, List<String> features, boolean exact) {
        return new TrainingSetRequest(
                request.spine(),
                null,
                folder.resolve(out),
                request.catalogs(),
                request.views(),
                features,
                null,
                request.knowledge(),
                request.windowEnd(),
                request.formats(),
                exact,
                request.timeColumn(),
                request.timeFormat(),
                request.keyColumns());
    }

    private TrainingSetJob job(TrainingSetRequest request, Progress progress) {
        return new TrainingSetJob(request, history.sources(), progress, () -> NOW_MILLIS, 2, 256L << 20);
    }

    static List<Map<String, String>> csv(Path file) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        try (var lines = new CsvMapper()
                .readerFor(String[].class)
                .with(CsvParser.Feature.WRAP_AS_ARRAY)
                .without(CsvParser.Feature.ALLOW_TRAILING_COMMA)
                .<String[]>readValues(file.toFile())) {
            String[] header = lines.next();
            while (lines.hasNext()) {
                String[] line = lines.next();
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 0; i < header.length; i++) {
                    row.put(header[i], line[i]);
                }
                rows.add(row);
            }
        }
        return rows;
    }

    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Ends everything at the n-th step of a stage, without any warning. */
    static final class KilledAfter implements Progress {

        private final Stage stage;
        private final long steps;
        private final AtomicLong taken = new AtomicLong();
        private volatile boolean reached;

        KilledAfter(Stage stage, long steps) {
            this.stage = stage;
            this.steps = steps;
        }

        @Override
        public void stage(Stage next, long total) {
            reached = next == stage;
            step();
        }

        @Override
        public void advance(long by) {
            step();
        }

        private void step() {
            if (reached && taken.incrementAndGet() >= steps) {
                throw new Killed();
            }
        }
    }
}
