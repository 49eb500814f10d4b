package dev.tidemark.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.value.ValueType;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profile beside a set, against what the set's own rows say. */
class SetProfileTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20_261_130L);
    private static final long NOW_MILLIS = SampleEvent.START_MILLIS + 48 * 3_600_000L;
    private static final int ROWS = 500;
    private static final int LISTED = 32;
    private static final BigDecimal RELATIVE_ERROR = new BigDecimal("0.01");
    private static final Catalog CATALOG = new CatalogCompiler().compile(Sample.SHOP.catalog());
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final Random random = new Random(SEED);
    private final ShopHistory history = new ShopHistory(random);

    @TempDir
    private Path folder;

    @Test
    void everyColumnIsWhatTheRowsSay() throws Exception {
        run("views", spine(), null, 2);

        JsonNode profile = profile("views");
        List<Map<String, String>> rows = TrainingSetTest.csv(folder.resolve("views/training-set.csv"));
        List<String> compared = new ArrayList<>();
        for (String column : rows.get(0).keySet()) {
            if (!profile.path("left_out").has(column)) {
                List<String> cells = rows.stream().map(row -> row.get(column)).toList();
                check(column, profile.path("columns").path(column), cells);
                compared.add(column);
            }
        }
        assertThat(compared)
                .isEqualTo(names(profile.path("columns")))
                .contains("label", "note", "padded", "many", "mixed", "flag", "viewer__avg_price_30m");
        assertThat(profile.path("columns").path("label").path("cells")).hasSize(2);
        assertThat(profile.path("columns").path("padded").path("values").has("007"))
                .isTrue();
        assertThat(profile.path("columns").path("many").path("other").asLong()).isPositive();
        assertThat(profile.path("left_out").properties())
                .extracting(Map.Entry::getKey, left -> left.getValue().asText())
                .contains(
                        tuple("user_id", "keys"),
                        tuple("timestamp", "moments"),
                        tuple("viewer__recent_items_1h", "lists"),
                        tuple("viewer__price_percentiles_24h", "objects"),
                        tuple("viewer__avg_price_by_category_24h", "objects"));
    }

    @Test
    void itNamesTheSetAndTheModel() throws Exception {
        Path spine = spine();
        TrainingSet set = run("set", spine, "discount", 2);

        JsonNode manifest = new ObjectMapper().readTree(set.manifest().toFile());
        JsonNode profile = profile("set");
        assertThat(profile.path("format").asInt()).isEqualTo(1);
        assertThat(profile.path("rows").asInt()).isEqualTo(ROWS);
        assertThat(profile.path("sha256").asText())
                .isEqualTo(JobFiles.sha256(folder.resolve("set/training-set.parquet")));
        assertThat(profile.path("model").asText()).isEqualTo("discount");
        assertThat(profile.path("hash"))
                .isEqualTo(manifest.path("model").path("hash"))
                .isNotNull();
        assertThat(names(profile.path("columns")))
                .containsAll(CATALOG.model("discount").orElseThrow().names());
        assertThat(manifest.path("profile").path("name").asText()).isEqualTo("profile.json.gz");
        assertThat(manifest.path("profile").path("sha256").asText())
                .isEqualTo(JobFiles.sha256(folder.resolve("set/profile.json.gz")));
        assertThat(set.profile()).isEqualTo(folder.resolve("set/profile.json.gz"));
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBytes() throws Exception {
        Path spine = spine();
        run("one", spine, "discount", 1);
        run("five", spine, "discount", 5);

        assertThat(folder.resolve("five/profile.json.gz"))
                .hasSameBinaryContentAs(folder.resolve("one/profile.json.gz"));
    }

    @Test
    void aColumnOfParquetIsWhatItsTypeSays() throws Exception {
        List<Type> columns = List.of(
                text("user_id"),
                ColumnTypes.moment("timestamp"),
                ColumnTypes.moment("seen"),
                Types.optional(PrimitiveTypeName.DOUBLE).named("number"),
                text("digits"),
                Types.optional(PrimitiveTypeName.INT64)
                        .as(LogicalTypeAnnotation.timeType(true, TimeUnit.MICROS))
                        .named("clock"));
        Path spine = folder.resolve("spine.parquet");
        long moment = Instant.parse("2026-01-15T09:00:00Z").toEpochMilli();
        // No event can have the last three numbers, nor the last text.
        List<Double> numbers = List.of(0.0, -2.5, 1e35, Double.NaN, 1e-40);
        List<String> digits = List.of("1", "2", "2", "3", "x".repeat(300));
        try (ParquetRowWriter out = new ParquetRowWriter(spine, columns, 0)) {
            for (int i = 0; i < numbers.size(); i++) {
                out.write(new Object[] {"user-1", moment, moment, numbers.get(i), digits.get(i), 20_000L});
            }
        }

        run("set", spine, null, 2);

        JsonNode profile = profile("set");
        assertThat(profile.path("columns").path("number").toString())
                .isEqualTo("{\"count\":2,\"nulls\":3,\"mean\":-1.25,\"stddev\":1.25,"
                        + "\"cells\":{\"-2.510727\":1,\"0\":1},\"values\":{},\"other\":0}");
        assertThat(profile.path("columns").path("digits").toString())
                .isEqualTo("{\"count\":4,\"nulls\":1,\"mean\":null,\"stddev\":null,\"cells\":{},"
                        + "\"values\":{\"1\":1,\"2\":2,\"3\":1},\"other\":0}");
        assertThat(profile.path("left_out").path("seen").asText()).isEqualTo("moments");
        assertThat(profile.path("left_out").path("clock").asText()).isEqualTo("no numbers, texts or booleans");
    }

    private static void check(String column, JsonNode profile, List<String> cells) {
        List<String> present = cells.stream().filter(cell -> !cell.isEmpty()).toList();
        assertThat(profile.path("count").asInt()).as(column).isEqualTo(present.size());
        assertThat(profile.path("nulls").asInt()).as(column).isEqualTo(cells.size() - present.size());
        boolean isNumeric = !profile.path("cells").isEmpty();
        checkNumbers(column, profile, isNumeric ? present : List.of());
        checkTexts(column, profile, isNumeric ? List.of() : present);
    }

    /** Both the numbers and the cells that stand for them rise, so the one that stands at a number's place is its own. */
    private static void checkNumbers(String column, JsonNode profile, List<String> texts) {
        List<BigDecimal> numbers = texts.stream().map(BigDecimal::new).sorted().toList();
        List<BigDecimal> standing = new ArrayList<>();
        profile.path("cells").properties().forEach(cell -> {
            for (long i = 0; i < cell.getValue().asLong(); i++) {
                standing.add(new BigDecimal(cell.getKey()));
            }
        });
        assertThat(standing).as(column).hasSameSizeAs(numbers).isSorted();
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < numbers.size(); i++) {
            BigDecimal number = numbers.get(i);
            sum = sum.add(number);
            assertThat(standing.get(i).subtract(number).abs())
                    .as("%s of %s", number, column)
                    .isLessThanOrEqualTo(number.abs().multiply(RELATIVE_ERROR));
        }
        if (numbers.isEmpty()) {
            assertThat(profile.path("mean").isNull()).as(column).isTrue();
        } else {
            MathContext digits = new MathContext(16);
            BigDecimal count = BigDecimal.valueOf(numbers.size());
            BigDecimal mean = sum.divide(count, new MathContext(40));
            BigDecimal squares = numbers.stream()
                    .map(number -> number.subtract(mean).pow(2))
                    .reduce(BigDecimal.ZERO, BigDecimal::add);
            assertThat(profile.path("mean").decimalValue()).as(column).isEqualByComparingTo(mean.round(digits));
            assertThat(profile.path("stddev").doubleValue())
                    .as(column)
                    .isCloseTo(Math.sqrt(squares.divide(count, digits).doubleValue()), Percentage.withPercentage(1e-9));
        }
    }

    private static void checkTexts(String column, JsonNode profile, List<String> texts) {
        Map<String, Long> counts = new TreeMap<>();
        texts.forEach(text -> counts.merge(text, 1L, Long::sum));
        long listed = 0;
        for (Map.Entry<String, JsonNode> value : profile.path("values").properties()) {
            assertThat(value.getValue().asLong()).as(column).isEqualTo(counts.get(value.getKey()));
            listed += value.getValue().asLong();
        }
        assertThat(profile.path("values")).as(column).hasSize(Math.min(LISTED, counts.size()));
        assertThat(profile.path("other").asLong()).as(column).isEqualTo(texts.size() - listed);
    }

    /** Columns of numbers, of texts that are none, of more texts than are listed, and of both. */
    private Path spine() throws IOException {
        StringBuilder text = new StringBuilder(
                "user_id,item_id,category,timestamp,list_price,device,label,note,padded,many,mixed,flag\n");
        List<SampleEvent> events = Sample.SHOP.events();
        for (int i = 0; i < ROWS; i++) {
            SampleEvent event = events.get(random.nextInt(events.size()));
            JsonNode json = JSON.readTree(event.bytes().length == 0 ? "{}".getBytes(UTF_8) : event.bytes());
            text.append(String.join(
                            ",",
                            json.path("user_id").asText("nobody"),
                            json.path("item").path("id").asText("nothing"),
                            json.path("item").path("category").asText("none"),
                            Instant.ofEpochMilli(event.arrivalMillis() + random.nextInt(600_000))
                                    .toString(),
                            new BigDecimal(random.nextInt(20_000))
                                    .movePointLeft(2)
                                    .toString(),
                            random.nextInt(3) == 0 ? "" : "phone",
                            random.nextInt(4) == 0 ? "1" : "0",
                            i % 7 == 0 ? "a note" : "",
                            "00" + random.nextInt(10),
                            "text-" + random.nextInt(100),
                            i == ROWS - 1 ? "last" : String.valueOf(random.nextInt(20)),
                            random.nextBoolean() ? "true" : ""))
                    .append('\n');
        }
        return Files.writeString(folder.resolve("spine.csv"), text);
    }

    private TrainingSet run(String out, Path spine, @Nullable String model, int threads) {
        TrainingSetRequest request = new TrainingSetRequest(
                spine,
                null,
                folder.resolve(out),
                List.of(CATALOG),
                model == null ? List.of("viewer") : List.of(),
                List.of(),
                model,
                Knowledge.NOW,
                WindowEnd.EXACT,
                EnumSet.allOf(Format.class),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());
        return new TrainingSetJob(request, history.sources(), Progress.NONE, () -> NOW_MILLIS, threads, 256L << 20)
                .run();
    }

    private JsonNode profile(String set) throws IOException {
        Path file = folder.resolve(set).resolve("profile.json.gz");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return JSON.readTree(in.readAllBytes());
        }
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static Type text(String name) {
        return ColumnTypes.value(name, ValueType.STRING, false);
    }
}
