package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.event.EventShape.EventTime;
import dev.tidemark.core.event.EventShape.TimeFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields that are elements, lists, read in other ways or have odd names, against a walk through Jackson's tree. */
class FieldReadingTest {

    private static final List<String> FIELDS = List.of(
            "@timestamp",
            "number(x)",
            "x",
            "truncate(x)",
            "hash(x)",
            "hash(items[*].sku)",
            "items[*].sku",
            "number(items[*].price)",
            "tags[*]",
            "grid[0][1]",
            "grid[2]",
            "number(rows[1].price)",
            "rows[0].\"a\\\"b\"",
            "\"größe\".\"user-agent\"",
            "constant(all)",
            "number(\"line\\\\end\")");

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final EventShape shape = new EventShape(
            FIELDS.stream().map(FieldPath::parse).toList(), new EventTime(0, TimeFormat.ISO8601), 1_000_000);
    private final JsonEventReader reader = new JsonEventReader(shape);
    private final TreeReader tree = new TreeReader();
    private final EventRow row = new EventRow(shape.fields().size());
    private final EventRow byJackson = new EventRow(shape.fields().size());

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 40));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void areReadAsTheTreeSays(long seed) throws JsonProcessingException {
        Random random = new Random(seed);
        for (int n = 0; n < 200; n++) {
            String event = event(random);
            byte[] data = event.getBytes(StandardCharsets.UTF_8);
            JsonNode node = JSON.readTree(event);

            reader.read(data, row);

            String description = event + ", seed " + seed;
            assertThat(TreeReader.values(row)).as(description).isEqualTo(tree.values(node, shape));
            byJackson.clear();
            reader.parse(data, byJackson);
            row.clear();
            if (new PlainJson(PathNode.rootOf(shape.fields())).read(data, row)) {
                assertThat(TreeReader.values(row)).as(description).isEqualTo(TreeReader.values(byJackson));
            }
        }
    }

    /** The members in any order, some of them missing, some twice: of these the last one counts. */
    private static String event(Random random) {
        List<String> members = new ArrayList<>();
        for (String name :
                List.of("x", "items", "tags", "grid", "rows", "größe", "line\\\\end", "other", "items", "x")) {
            if (random.nextInt(4) > 0) {
                members.add('"' + name + "\": " + value(random, name, 0));
            }
        }
        Collections.shuffle(members, random);
        members.add(random.nextInt(members.size() + 1), "\"@timestamp\":\"2026-01-31T10:00:00Z\"");
        return "{" + String.join(random.nextBoolean() ? "," : " ,\n", members) + "}";
    }

    private static String value(Random random, String name, int depth) {
        int kind = random.nextInt(name.equals("x") || name.startsWith("line") ? 12 : 20);
        if (kind >= 12 && depth < 4) {
            return random.nextInt(5) == 0 ? object(random, depth) : array(random, depth);
        }
        return switch (kind) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> String.valueOf(random.nextInt(100));
            case 3 -> "-12.50";
            case 4 -> "1e3";
            case 5 -> "123456789012345678901234567890";
            case 6 -> "1e99";
            case 7 -> '"' + "é".repeat(random.nextInt(260)) + "€😀x" + '"';
            case 8 -> "\"" + random.nextInt(1_000) + "." + random.nextInt(1_000) + "\"";
            case 9 ->
                "\""
                        + List.of("+5", "007.50", ".5", "5.", "-1E+2", "", " 1", "1_000", "1e999999999", "0x1", "NaN")
                                .get(random.nextInt(11))
                        + "\"";
            case 10 -> "\"a\\nb\"";
            case 11 -> "\"\\ud800\"";
            default -> object(random, depth);
        };
    }

    private static String array(Random random, int depth) {
        int size = random.nextInt(40) == 0 ? 95 + random.nextInt(12) : random.nextInt(4);
        List<String> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(value(random, "", size > 10 ? 9 : depth + 1));
        }
        return "[" + String.join(", ", elements) + "]";
    }

    private static String object(Random random, int depth) {
        List<String> members = new ArrayList<>();
        for (String name : List.of("sku", "price", "a\\\"b", "user-agent", "sku", "y")) {
            if (random.nextInt(3) > 0) {
                members.add('"' + name + "\":" + (depth > 3 ? "1" : value(random, "x", depth + 1)));
            }
        }
        return "{" + String.join(",", members) + "}";
    }

    @Test
    void anEmptyListIsThereAndAMissingOneIsNot() {
        read("{\"@timestamp\":\"2026-01-31T10:00:00Z\",\"items\":[],\"tags\":\"a\"}");

        assertThat(row.elements(slot("items[*].sku"))).isEmpty();
        assertThat(row.kind(slot("tags[*]"))).isEqualTo(EventRow.Kind.ABSENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"items[*]", "items[0].price.net", "items[*].price", "a"})
    void aShapeThatReadsAPlaceInTwoSensesIsRefused(String other) {
        List<FieldPath> fields = Stream.of("ts", "items[0].price", "a.b", other)
                .map(FieldPath::parse)
                .toList();

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new JsonEventReader(new EventShape(fields, new EventTime(0, TimeFormat.ISO8601), 1_000)));
    }

    private void read(String event) {
        reader.read(event.getBytes(StandardCharsets.UTF_8), row);
    }

    private static int slot(String field) {
        return FIELDS.indexOf(field);
    }
}
