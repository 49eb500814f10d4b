package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sets of the sample shop's model, whose rows are spines that are given, or the shop's own events. */
class ModelTrainingSetTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);
    private static final long NOW_MILLIS = SampleEvent.START_MILLIS + 48 * 3_600_000L;
    private static final int ROWS = 300;
    private static final String HEADER = "user_id,item_id,category,timestamp,list_price,device\n";
    private static final Catalog CATALOG = new CatalogCompiler().compile(Sample.SHOP.catalog());
    private static final Model MODEL = CATALOG.model("discount").orElseThrow();
    private static final Set<String> VIEWS = new TreeSet<>(Set.of("viewer", "shopper", "item", "viewer_category"));

    private final Random random = new Random(SEED);
    private final ShopHistory history = new ShopHistory(random);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"SERVED,LIVE", "NOW,EXACT", "NOW,LIVE"})
    void aRowHasTheViewsValuesAndWhatIsDerivedFromThem(Knowledge knowledge, WindowEnd windowEnd) throws Exception {
        Path spine = Files.writeString(folder.resolve("spine.csv"), spine());
        TrainingSet set = run(request(spine, "model", "discount", List.of(), knowledge, windowEnd));
        run(request(spine, "views", null, List.copyOf(VIEWS), knowledge, windowEnd));

        List<Map<String, String>> vectors = csv("model");
        List<Map<String, String>> values = csv("views");
        assertThat(List.copyOf(vectors.get(0).keySet()).subList(0, 6))
                .isEqualTo(List.of(HEADER.strip().split(",")));
        assertThat(List.copyOf(vectors.get(0).keySet())
                        .subList(6, vectors.get(0).size()))
                .isEqualTo(MODEL.names());
        int quotients = 0;
        for (int i = 0; i < ROWS; i++) {
            Map<String, String> vector = vectors.get(i);
            Map<String, String> ofViews = values.get(i);
            Map<String, String> expected = new LinkedHashMap<>();
            for (String column : HEADER.strip().split(",")) {
                expected.put(column, ofViews.get(column));
            }
            MODEL.names().forEach(name -> expected.put(name, ofViews.get(name.replaceFirst("\\.", "__"))));
            BigDecimal price = new BigDecimal(ofViews.get("list_price"));
            expected.put("request.list_price", plain(price));
            expected.put(
                    "request.device", ofViews.getOrDefault("device", "").isEmpty() ? "desktop" : ofViews.get("device"));
            String usual = ofViews.getOrDefault("viewer__avg_price_30m", "");
            boolean known = !usual.isEmpty();
            quotients += known ? 1 : 0;
            double quotient = known ? price.doubleValue() / Double.parseDouble(usual) : 1;
            assertThat(Double.parseDouble(vector.get("price_vs_usual"))).isEqualTo(quotient);
            expected.put("price_vs_usual", vector.get("price_vs_usual"));
            assertThat(vector).as("row %d, seed %d", i, SEED).isEqualTo(expected);
        }
        assertThat(quotients).isBetween(10, ROWS - 10);
        TrainingSetTest.compareParquet(folder.resolve("model/training-set.parquet"), vectors);
        JsonNode manifest = new ObjectMapper().readTree(set.manifest().toFile());
        assertThat(manifest.path("model").path("name").asText()).isEqualTo("discount");
        assertThat(manifest.path("model").path("hash").asText()).isEqualTo(MODEL.hash());
        List<String> facts = new ArrayList<>();
        manifest.path("model").path("facts").forEach(fact -> facts.add(fact.asText()));
        assertThat(facts).isEqualTo(MODEL.facts());
    }

    @Test
    void aSpineInParquetMakesTheSameSet() throws Exception {
        List<@Nullable Object[]> rows = new ArrayList<>();
        StringBuilder text = new StringBuilder(HEADER);
        for (int i = 0; i < 50; i++) {
            String[] cells = row().split(",", -1);
            text.append(String.join(",", cells)).append('\n');
            rows.add(new @Nullable Object[] {
                cells[0],
                cells[1],
                cells[2],
                Instant.parse(cells[3]).toEpochMilli(),
                new BigDecimal(cells[4]),
                cells[5].isEmpty() ? null : cells[5]
            });
        }
        Path parquet = folder.resolve("spine.parquet");
        write(parquet, ValueType.NUMBER, rows);
        run(request(parquet, "parquet", "discount", List.of(), Knowledge.NOW, WindowEnd.EXACT));
        run(request(
                Files.writeString(folder.resolve("spine.csv"), text),
                "csv",
                "discount",
                List.of(),
                Knowledge.NOW,
                WindowEnd.EXACT));

        List<Map<String, String>> ofParquet = csv("parquet");
        List<Map<String, String>> ofCsv = csv("csv");
        ofParquet.forEach(row -> row.keySet().retainAll(MODEL.names()));
        ofCsv.forEach(row -> row.keySet().retainAll(MODEL.names()));
        assertThat(ofParquet).isEqualTo(ofCsv);
    }

    @Test
    void anInfiniteNumberOrAnotherTypeInParquetIsNamedByRowAndInput() throws Exception {
        long at = SampleEvent.START_MILLIS;
        Path numbers = folder.resolve("numbers.parquet");
        write(
                numbers,
                ValueType.NUMBER,
                List.of(
                        new @Nullable Object[] {"u", "i", "c", at, new BigDecimal("1e400"), "x"},
                        new @Nullable Object[] {"u", "i", "c", at, null, "x"},
                        new @Nullable Object[] {"u", "i", "c", at, new BigDecimal("1e36"), "x"}));
        assertThatThrownBy(() -> run(requestOf(numbers)))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("row 1: request input 'list_price': 'Infinity' is no number, text or boolean")
                .hasMessageContaining("row 2: request input 'list_price' (number) is missing")
                .hasMessageContaining("row 3: request input 'list_price' is a number of more than 34 digits");
        Path texts = folder.resolve("texts.parquet");
        write(texts, ValueType.STRING, rowsOf(at, "59.9"));
        assertThatThrownBy(() -> run(requestOf(texts)))
                .hasMessageContaining("row 1: request input 'list_price' is a text where a number is wanted");
        Path flags = folder.resolve("flags.parquet");
        write(flags, ValueType.BOOLEAN, rowsOf(at, true));
        assertThatThrownBy(() -> run(requestOf(flags)))
                .hasMessageContaining("row 1: request input 'list_price' is a boolean where a number is wanted");
    }

    private static List<@Nullable Object[]> rowsOf(long at, Object price) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        rows.add(new @Nullable Object[] {"u", "i", "c", at, price, "x"});
        return rows;
    }

    private static void write(Path file, ValueType price, List<@Nullable Object[]> rows) throws IOException {
        List<Type> types = new ArrayList<>();
        for (String name : HEADER.strip().split(",")) {
            types.add(
                    switch (name) {
                        case "timestamp" -> ColumnTypes.moment(name);
                        case "list_price" -> ColumnTypes.value(name, price, false);
                        default -> ColumnTypes.value(name, ValueType.STRING, false);
                    });
        }
        try (ParquetRowWriter out = new ParquetRowWriter(file, types, 0)) {
            for (@Nullable Object[] row : rows) {
                out.write(row);
            }
        }
    }

    @Test
    void everyBadCellOfACsvFileIsNamedByLineAndInput() throws Exception {
        Path spine = Files.writeString(folder.resolve("bad.csv"), HEADER + """
                u,i,c,2026-01-15T09:00:00Z,59.9,phone
                u,i,c,2026-01-15T09:00:00Z,,phone
                u,i,c,2026-01-15T09:00:00Z,cheap,phone
                u,i,c,2026-01-15T09:00:00Z,NaN,phone
                u,i,c,2026-01-15T09:00:00Z,1e99999999999,phone
                u,i,c,2026-01-15T09:00:00Z,1e999999999,phone
                u,i,c,2026-01-15T09:00:00Z,1,%s
                u,i,c,2026-01-15T09:00:00,1,phone
                """.formatted("x".repeat(300)));
        assertThatThrownBy(() -> run(requestOf(spine)))
                .isInstanceOf(TrainingSetProblem.class)
                .message()
                .contains(
                        "line 3: request input 'list_price' (number) is missing",
                        "line 4: request input 'list_price': 'cheap' is no number: write it like 59.9",
                        "line 5: request input 'list_price': 'NaN' is no number",
                        "line 6: request input 'list_price': '1e99999999999' is no number",
                        "line 7: request input 'list_price' is a number of more than 34 digits",
                        "line 8: request input 'device' is a text of more than 256 bytes",
                        "line 9: column 'timestamp'")
                .doesNotContain("line 2:");
        assertThat(folder.resolve("set/training-set.json")).doesNotExist();
    }

    @Test
    void aColumnMayBeMissingOnlyIfTheInputHasADefault() throws Exception {
        Path spine = Files.writeString(
                folder.resolve("spine.csv"),
                "user_id,item_id,category,timestamp,list_price\nu,i,c,2026-01-15T09:00:00Z,59.90\n");
        run(requestOf(spine));
        assertThat(csv("set").get(0))
                .containsEntry("request.device", "desktop")
                .containsEntry("request.list_price", "59.9")
                .containsEntry("price_vs_usual", "1");
        Path without = Files.writeString(
                folder.resolve("without.csv"), "user_id,item_id,category,timestamp\nu,i,c,2026-01-15T09:00:00Z\n");
        assertThatThrownBy(() -> run(request(without, "other", "discount", List.of(), Knowledge.NOW, WindowEnd.EXACT)))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("has no column 'list_price' for the model's request input of this name");
        Path fields = Files.writeString(
                folder.resolve("fields.csv"),
                "user_id,item.id,item.category,timestamp,list_price\nu,i,c,2026-01-15T09:00:00Z,1\n");
        assertThatThrownBy(() -> run(request(fields, "other", "discount", List.of(), Knowledge.NOW, WindowEnd.EXACT)))
                .hasMessageContaining("has no column 'item_id' for the entity key 'item_id'")
                .hasMessageContaining("--key-column item_id=COLUMN");
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,false", "True,", "1,", "'',"})
    void aBooleanIsTrueOrFalse(String cell, @Nullable String expected) throws Exception {
        Catalog catalog = new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: ts}
                views:
                  unused: {source: shop, entity: user_id, features: {n: {function: count, windows: 1h}}}
                models:
                  plain:
                    request: {member: {type: boolean}, note: {type: text, default: none}}
                    inputs: [request: [note, member]]
                    derived: {guest: {expression: "!request.member"}}
                """);
        Path spine = Files.writeString(
                folder.resolve("spine.csv"), "timestamp,member,note\n2026-01-15T09:00:00Z," + cell + ",\n");
        TrainingSetRequest request =
                request(spine, null, "set", catalog, "plain", List.of(), Knowledge.SERVED, WindowEnd.LIVE, Map.of());
        if (expected == null) {
            assertThatThrownBy(() -> run(request)).hasMessageContaining("line 2: request input 'member'");
        } else {
            // A model that reads no view has no history, and that is nothing to warn of.
            assertThat(run(request).notes()).isEmpty();
            assertThat(csv("set").get(0))
                    .containsEntry("request.note", "none")
                    .containsEntry("request.member", expected)
                    .containsEntry("guest", Boolean.toString(!Boolean.parseBoolean(expected)));
            assertThat(ParquetRows.read(folder.resolve("set/training-set.parquet"))
                            .schema()
                            .getType("guest")
                            .asPrimitiveType()
                            .getPrimitiveTypeName())
                    .isEqualTo(PrimitiveTypeName.BOOLEAN);
        }
    }

    @Test
    void anotherDefinitionOfTheModelIsAnotherSet() throws Exception {
        Path spine = Files.writeString(folder.resolve("spine.csv"), spine());
        run(requestOf(spine));
        Catalog other =
                new CatalogCompiler().compile(Sample.SHOP.catalog().replace("default: desktop}", "default: phone}"));
        assertThatThrownBy(() -> run(request(
                        spine, null, "set", other, "discount", List.of(), Knowledge.NOW, WindowEnd.EXACT, Map.of())))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("(other catalogs, model, views)");
        assertThatThrownBy(() -> run(request(spine, "x", "discounts", List.of(), Knowledge.NOW, WindowEnd.EXACT)))
                .hasMessageContaining("no model 'discounts' in catalog")
                .hasMessageContaining("there are [discount]");
        assertThatThrownBy(() -> requestOf(Files.writeString(folder.resolve("s.csv"), "x"), List.of("viewer")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aColumnInTheWayOfAValueIsToldBeforeAnythingIsComputed() throws Exception {
        Path spine = Files.writeString(
                folder.resolve("spine.csv"), HEADER.strip() + ",Price_vs_usual\nu,i,c,2026-01-15T09:00:00Z,1,,7\n");
        assertThatThrownBy(() -> run(requestOf(spine))).hasMessageContaining("has a column 'Price_vs_usual' already");
    }

    private static String plain(BigDecimal price) {
        return price.signum() == 0 ? "0" : price.stripTrailingZeros().toPlainString();
    }

    private String spine() {
        StringBuilder text = new StringBuilder(HEADER);
        for (int i = 0; i < ROWS; i++) {
            text.append(row()).append('\n');
        }
        return text.toString();
    }

    /** Of people and items that the events know; some moments tie. */
    private String row() {
        List<SampleEvent> events = Sample.SHOP.events();
        SampleEvent event = events.get(random.nextInt(events.size()));
        JsonNode json = json(event);
        long at = event.arrivalMillis() / 60_000 * 60_000 + (random.nextBoolean() ? 0 : random.nextInt(600_000));
        return String.join(
                ",",
                json.path("user_id").asText("nobody"),
                json.path("item").path("id").asText("nothing"),
                json.path("item").path("category").asText("none"),
                Instant.ofEpochMilli(at).toString(),
                new BigDecimal(random.nextInt(20_000)).movePointLeft(2).toString(),
                random.nextInt(3) == 0 ? "" : "phone");
    }

    private static JsonNode json(SampleEvent event) {
        try {
            return new ObjectMapper().readTree(event.bytes());
        } catch (IOException e) {
            return new ObjectMapper().createObjectNode();
        }
    }

    private TrainingSet run(TrainingSetRequest request) {
        return new TrainingSetJob(request, history.sources(), Progress.NONE, () -> NOW_MILLIS, 2, 256L << 20).run();
    }

    private List<Map<String, String>> csv(String set) throws IOException {
        return TrainingSetTest.csv(folder.resolve(set).resolve("training-set.csv"));
    }

    private TrainingSetRequest requestOf(Path spine) {
        return requestOf(spine, List.of());
    }

    private TrainingSetRequest requestOf(Path spine, List<String> views) {
        return request(spine, "set", "discount", views, Knowledge.NOW, WindowEnd.EXACT);
    }

    private TrainingSetRequest request(
            Path spine,
            String out,
            @Nullable String model,
            List<String> views,
            Knowledge knowledge,
            WindowEnd windowEnd) {
        Map<String, String> keys = model == null ? Map.of("item.id", "item_id", "item.category", "category") : Map.of();
        return request(spine, null, out, CATALOG, model, views, knowledge, windowEnd, keys);
    }

    private TrainingSetRequest request(
            Path spine,
            @Nullable SpineFrom from,
            String out,
            Catalog catalog,
            @Nullable String model,
            List<String> views,
            Knowledge knowledge,
            WindowEnd windowEnd,
            Map<String, String> keyColumns) {
        return new TrainingSetRequest(
                spine,
                from,
                folder.resolve(out),
                List.of(catalog),
                views,
                List.of(),
                model,
                knowledge,
                windowEnd,
                EnumSet.allOf(Format.class),
                false,
                null,
                TimeFormat.ISO8601,
                keyColumns);
    }
}
