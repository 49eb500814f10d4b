package dev.tidemark.core.event;

import static dev.tidemark.core.event.InvalidEvent.Reason.NOT_JSON;
import static dev.tidemark.core.event.InvalidEvent.Reason.NO_EVENT_TIME;
import static dev.tidemark.core.event.InvalidEvent.Reason.TOO_LARGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.core.event.EventShape.EventTime;
import dev.tidemark.core.event.EventShape.TimeFormat;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEventReaderTest {

    private static final int MAX_BYTES = 100_000;
    private static final String TIME = "\"ts\":\"2026-01-31T10:00:00Z\"";

    private final EventShape shape = shape(TimeFormat.ISO8601, "ts", "user_id", "item.price", "item.category", "x");
    private final JsonEventReader reader = new JsonEventReader(shape);
    private final EventRow row = new EventRow(5);
    private final TreeReader tree = new TreeReader();

    @Test
    void readsTheWantedFieldsAtTheirPaths() {
        read("""
                {"type": "view", "ts": "2026-01-31T10:00:00.5Z", "user_id": 42, "skipped": [{"ts": 1}, "x"],
                 "item": {"id": 7, "category": "shoes", "price": 19.90, "more": {"price": 3}}, "x": true, "price": 5}""");

        assertThat(row.eventTimeMillis()).isEqualTo(1_769_853_600_500L);
        assertThat(row.string(0)).isEqualTo("2026-01-31T10:00:00.5Z");
        assertThat(row.unscaled(1)).isEqualTo(42);
        assertThat(row.decimal(2)).isEqualTo(new BigDecimal("19.90"));
        assertThat(row.string(3)).isEqualTo("shoes");
        assertThat(row.bool(4)).isTrue();
    }

    @Test
    void whatIsMissingOrNullOrBelowNoObjectIsAbsent() {
        read("{" + TIME + ", \"user_id\": null, \"item\": 5}");
        assertThat(TreeReader.values(row).subList(1, 5)).containsOnly(EventRow.Kind.ABSENT);
        read("{" + TIME + ", \"item\": [{\"price\": 1}]}");
        assertThat(TreeReader.values(row).subList(1, 5)).containsOnly(EventRow.Kind.ABSENT);
    }

    @Test
    void objectsAndArraysInPlaceOfAScalarAreCompounds() {
        read("{" + TIME + ", \"user_id\": {\"ts\": 1}, \"x\": [1, [2]]}");
        assertThat(row.kind(1)).isEqualTo(EventRow.Kind.COMPOUND);
        assertThat(row.kind(4)).isEqualTo(EventRow.Kind.COMPOUND);
    }

    /** A decimal has no sign of its own where it is 0: no key, group or comparison can tell -0 from 0. */
    @ParameterizedTest
    @ValueSource(
            strings = {"-0", "-0.0", "-0e0", "-0E+5", "-0.000e-20", "0.0", "-0.0000000000000000000000000000000000"})
    void zeroHasNoSign(String zero) {
        read("{" + TIME + ", \"user_id\": " + zero + ", \"item\": {\"price\": 0}}");
        assertThat(row.decimal(1).stripTrailingZeros()).isEqualTo(row.decimal(2).stripTrailingZeros());
        assertThat(row.decimal(1).toPlainString()).doesNotContain("-");
    }

    @Test
    void nothingOfTheRecordBeforeIsLeft() {
        read("{" + TIME
                + ", \"user_id\": \"u1\", \"item\": {\"price\": 1, \"category\": \"a\"}, \"x\": 12345678901234567890}");
        read("{" + TIME + "}");
        assertThat(TreeReader.values(row).subList(1, 5)).containsOnly(EventRow.Kind.ABSENT);
    }

    @Test
    void ofMembersWithOneNameTheLastCountsWhole() {
        read("{\"x\": 1, \"x\": \"two\", " + TIME + "}");
        assertThat(row.string(4)).isEqualTo("two");
        read("{\"x\": 1, \"x\": null, " + TIME + "}");
        assertThat(row.isAbsent(4)).isTrue();
        read("{\"item\": {\"price\": 1, \"category\": \"a\"}, \"item\": {\"category\": \"b\"}, " + TIME + "}");
        assertThat(row.isAbsent(2)).isTrue();
        assertThat(row.string(3)).isEqualTo("b");
        read("{\"item\": {\"price\": 1}, \"item\": 5, " + TIME + "}");
        assertThat(row.isAbsent(2)).isTrue();
        read("{\"ts\": \"1999-01-31T10:00:00Z\", " + TIME + "}");
        assertThat(row.eventTimeMillis()).isEqualTo(1_769_853_600_000L);
    }

    @Test
    void aFlawThatALaterMemberReplacesDoesNotCount() {
        read("{\"x\": 1e99, \"x\": 1, \"item\": {\"price\": 1e99}, \"item\": {}, " + TIME + "}");
        assertThat(row.unscaled(4)).isEqualTo(1);
        assertThat(row.isAbsent(2)).isTrue();
        read("{\"x\": 1, \"x\": 1e99, " + TIME + "}");
        assertThat(row.flaw(4)).isEqualTo(Flaw.NUMBER_OUT_OF_BOUNDS);
        read("{\"x\": 1e99, \"x\": null, \"item\": {\"price\": 1e99}, \"item\": 5, " + TIME + "}");
        assertThat(row.isAbsent(4)).isTrue();
        assertThat(row.isAbsent(2)).isTrue();
        refuses("{\"ts\": \"2026-01-31T10:00:00Z\", \"ts\": 1}", NO_EVENT_TIME);
        refuses("{\"ts\": \"2026-01-31T10:00:00Z\", \"ts\": null}", NO_EVENT_TIME);
    }

    @Test
    void namesWithDotsAreNamesAndNoPaths() {
        JsonEventReader quoted = new JsonEventReader(shape(TimeFormat.ISO8601, "ts", "f.\"a.b\"", "f.a.b"));
        String event = "{\"ts\":\"2026-01-31T10:00:00Z\",\"f\":{\"a.b\":1,\"a\":{\"b\":2}}}";
        quoted.read(event.getBytes(StandardCharsets.UTF_8), row);
        assertThat(row.decimal(1)).isEqualByComparingTo("1");
        assertThat(row.decimal(2)).isEqualByComparingTo("2");
    }

    @Test
    void namesMatchHoweverTheyAreEscaped() {
        read("{" + TIME + ", \"\\u0075ser\\u005fid\": \"u1\", \"User_id\": 2, \"user_id\\u0000\": 3, \"user_i\": 4}");
        assertThat(row.string(1)).isEqualTo("u1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  \n",
                "null",
                "true",
                "42",
                "\"text\"",
                "[]",
                "[{%s}]",
                "{%s",
                "{%s,",
                "{%s}}",
                "{%s}]",
                "{%s} {%s}",
                "{%s},",
                "{%s}\u0000",
                "{%s} x",
                "{%s,}",
                "{,%s}",
                "{%s \"x\":1}",
                "{%s,\"x\"}",
                "{%s,\"x\":}",
                "{%s,\"x\" 1}",
                "{%s,x:1}",
                "{%s,'x':1}",
                "{%s,\"x\":'y'}",
                "{%s,\"x\":NaN}",
                "{%s,\"x\":Infinity}",
                "{%s,\"x\":-Infinity}",
                "{%s,\"x\":+1}",
                "{%s,\"x\":01}",
                "{%s,\"x\":-}",
                "{%s,\"x\":.5}",
                "{%s,\"x\":1.}",
                "{%s,\"x\":1e}",
                "{%s,\"x\":1x}",
                "{%s,\"x\":0x10}",
                "{%s,\"x\":1_000}",
                "{%s,\"x\":True}",
                "{%s,\"x\":nul}",
                "{%s,\"x\":undefined}",
                "{%s,\"x\":\"open}",
                "{%s,\"x\":\"\\q\"}",
                "{%s,\"x\":\"\\u12\"}",
                "{%s,\"x\":\"tab\tin string\"}",
                "{%s,\"skipped\":\"tab\tin string\"}",
                "{%s,\"skipped\":\"\\q\"}",
                "{%s,\"skipped\":[1,]}",
                "{%s,\"skipped\":[1 2]}",
                "{%s,\"skipped\":{\"a\"}}",
                "{%s,\"skipped\":[1}}",
                "{%s,\"skipped\":01}",
                "{%s,\"skipped\":1.e5}",
                "{%s /* comment */}",
                "{%s // comment\n}",
                "{%s # comment\n}",
                "\uFEFF{%s}",
                "\u00a0{%s}",
                "{%s}\u00a0",
                "secret",
            })
    void refusesWhatIsNoJsonObject(String text) {
        InvalidEvent refused = refuses(text.replace("%s", TIME), NOT_JSON);
        assertThat(refused.getMessage() + refused.remedy()).doesNotContain("secret", "2026", "open", "skipped");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE", "ISO-8859-1"})
    void refusesOtherEncodings(String charset) {
        byte[] data = ("{" + TIME + ",\"x\":\"é\"}").getBytes(Charset.forName(charset));
        assertThat(refuses(data).reason()).isEqualTo(NOT_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c0af", "eda080", "f4908080", "ff", "c3", "e282"})
    void refusesMalformedUtf8EvenInSkippedParts(String hex) {
        byte[] start = ("{" + TIME + ",\"skipped\":\"").getBytes(StandardCharsets.UTF_8);
        byte[] malformed = HexFormat.of().parseHex(hex);
        byte[] data = Arrays.copyOf(start, start.length + malformed.length + 2);
        System.arraycopy(malformed, 0, data, start.length, malformed.length);
        data[data.length - 2] = '"';
        data[data.length - 1] = '}';

        assertThat(refuses(data))
                .hasMessage("the record is not UTF-8 at byte " + start.length)
                .extracting(InvalidEvent::reason)
                .isEqualTo(NOT_JSON);
    }

    @Test
    void takes64LevelsAndRefusesMore() {
        read("{" + TIME + ",\"skipped\":" + "[".repeat(63) + "]".repeat(63) + "}");
        InvalidEvent refused = refuses("{" + TIME + ",\"skipped\":" + "[".repeat(64) + "]".repeat(64) + "}", NOT_JSON);
        assertThat(refused).hasMessageContaining("64 levels");
        refuses("{\"item\":".repeat(65) + "1" + "}".repeat(65), NOT_JSON);
        refuses("{\"item\":".repeat(12_000), NOT_JSON);
    }

    @Test
    void refusesWhatIsLargerThanTheSourceAllows() {
        String event = "{" + TIME + "}";
        read(event + " ".repeat(MAX_BYTES - event.length()));
        InvalidEvent refused = refuses(event + " ".repeat(MAX_BYTES - event.length() + 1), TOO_LARGE);
        assertThat(refused).hasMessageContaining("100001 bytes").hasMessageContaining("100000");
    }

    @Test
    void longNumbersNamesAndStringsThatNobodyReadsAreNoFlaw() {
        read("{\"skipped\":1" + "0".repeat(30_000) + ",\"" + "n".repeat(30_000) + "\":\"" + "s".repeat(30_000) + "\","
                + TIME + "}");
        assertThat(row.eventTimeMillis()).isEqualTo(1_769_853_600_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "1e999999999",
        "1e-999999999",
        "12345678901234567890123456789012345",
        "1e35",
    })
    void aNumberOutOfBoundsIsAFlawOfItsSlotAlone(String number) {
        read("{" + TIME + ",\"skipped\":" + number + ",\"item\":{\"price\":" + number + "},\"x\":1}");
        assertThat(row.kind(2)).isEqualTo(EventRow.Kind.FLAWED);
        assertThat(row.flaw(2)).isEqualTo(Flaw.NUMBER_OUT_OF_BOUNDS);
        assertThat(row.unscaled(4)).isEqualTo(1);
        read("{" + TIME + ",\"item\":{\"price\":2}}");
        assertThat(row.unscaled(2)).isEqualTo(2);
    }

    @Test
    void halfASurrogatePairIsAFlawOfItsSlotAlone() {
        read("{" + TIME + ",\"skipped\":\"\\ud83d\",\"x\":\"\\ud83d\\ude00\"}");
        assertThat(row.string(4)).isEqualTo("😀");
        for (String half : List.of("\\ud83d", "\\ude00", "a\\ud83da", "\\ude00\\ud83d", "\\ud83d\\ud83d\\ude00")) {
            read("{" + TIME + ",\"user_id\":7,\"x\":\"" + half + "\"}");
            assertThat(row.flaw(4)).as(half).isEqualTo(Flaw.LONE_SURROGATE);
            assertThat(row.unscaled(1)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EPOCH_MILLIS, 0, 0",
        "EPOCH_MILLIS, -0, 0",
        "EPOCH_MILLIS, 1769853600123, 1769853600123",
        "EPOCH_MILLIS, 1769853600123.999, 1769853600123",
        "EPOCH_MILLIS, 1.769853600123e12, 1769853600123",
        "EPOCH_MILLIS, 1769853600123.99999999999999999999, 1769853600123",
        "EPOCH_MILLIS, 253402300799999.9, 253402300799999",
        "EPOCH_SECONDS, 1769853600, 1769853600000",
        "EPOCH_SECONDS, 1769853600.1239, 1769853600123",
        "EPOCH_SECONDS, 1769853600.1, 1769853600100",
        "EPOCH_SECONDS, 1.7e9, 1700000000000",
        "EPOCH_SECONDS, 253402300799.9999, 253402300799999",
    })
    void readsEpochTimes(TimeFormat format, String time, long millis) {
        JsonEventReader epochReader = new JsonEventReader(shape(format, "ts"));
        EventRow one = new EventRow(1);
        epochReader.read(("{\"ts\":" + time + "}").getBytes(StandardCharsets.UTF_8), one);
        assertThat(one.eventTimeMillis()).isEqualTo(millis);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EPOCH_MILLIS | -1",
                "EPOCH_MILLIS | -0.1",
                "EPOCH_MILLIS | 253402300800000",
                "EPOCH_MILLIS | 1e18",
                "EPOCH_MILLIS | 1e34",
                "EPOCH_MILLIS | 1e99",
                "EPOCH_MILLIS | \"1769853600123\"",
                "EPOCH_MILLIS | \"2026-01-31T10:00:00Z\"",
                "EPOCH_MILLIS | true",
                "EPOCH_MILLIS | null",
                "EPOCH_MILLIS | {}",
                "EPOCH_SECONDS | 253402300800",
                "EPOCH_SECONDS | 1769853600123",
                "ISO8601 | 1769853600123",
                "ISO8601 | \"1769853600123\"",
                "ISO8601 | \"2026-01-31T10:00:00\"",
                "ISO8601 | \"2026-02-30T10:00:00Z\"",
                "ISO8601 | \"\"",
                "ISO8601 | 1e99",
                "ISO8601 | \"2026-01-31T10:00:00Z\\ud83d\"",
                "EPOCH_MILLIS | 1769853600123.9999999999999999999999999999999",
                "ISO8601 | null",
                "ISO8601 | []",
            })
    void refusesUnreadableEventTimes(TimeFormat format, String time) {
        JsonEventReader timeReader = new JsonEventReader(shape(format, "ts"));
        byte[] data = ("{\"ts\":" + time + "}").getBytes(StandardCharsets.UTF_8);
        InvalidEvent refused = catchThrowableOfType(InvalidEvent.class, () -> timeReader.read(data, new EventRow(1)));
        assertThat(refused.reason()).isEqualTo(NO_EVENT_TIME);
        assertThat(refused).hasMessageContaining("'ts'").hasMessageNotContaining("2026-0");
        assertThat(refused.remedy()).contains("event_time");
    }

    @Test
    void saysWhenTheEventTimeIsMissing() {
        assertThat(refuses("{\"x\": 1}", NO_EVENT_TIME)).hasMessage("the event time 'ts' is missing");
    }

    @Test
    void refusesAFieldInsideAnother() {
        EventShape overlapping = shape(TimeFormat.ISO8601, "ts", "item.price", "item");
        assertThatThrownBy(() -> new JsonEventReader(overlapping))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'item'");
    }

    @Test
    void namesThatNeverRepeatDoNoHarm() {
        for (int i = 0; i < 3_000; i++) {
            StringBuilder event = new StringBuilder("{");
            for (int member = 0; member < 50; member++) {
                event.append("\"id_")
                        .append(i)
                        .append('_')
                        .append(member)
                        .append("\":")
                        .append(member)
                        .append(',');
            }
            read(event + "\"x\":" + i + "," + TIME + "}");
            assertThat(row.unscaled(4)).isEqualTo(i);
        }
    }

    @Test
    void anEventOfThousandsOfNamesIsRead() {
        StringBuilder event = new StringBuilder("{");
        for (int member = 0; member < 9_000; member++) {
            event.append('"').append(Integer.toString(member + 46_656, 36)).append("\":0,");
        }
        read(event + TIME + "}");
        assertThat(row.eventTimeMillis()).isEqualTo(1_769_853_600_000L);
    }

    static Stream<Long> seeds() {
        return Stream.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void agreesWithTheTreeOnRandomEvents(long seed) {
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        for (int i = 0; i < 1_000; i++) {
            String text = json.event();
            assertAgrees(text.getBytes(StandardCharsets.UTF_8), text);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void agreesWithTheTreeOnMutatedEvents(long seed) {
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        for (int i = 0; i < 1_500; i++) {
            byte[] data = mutate(json.event().getBytes(StandardCharsets.UTF_8), random);
            assertAgrees(data, HexFormat.of().formatHex(data));
        }
    }

    private static byte[] mutate(byte[] data, Random random) {
        byte[] mutated = random.nextInt(4) == 0 ? Arrays.copyOf(data, random.nextInt(data.length + 1)) : data.clone();
        String syntax = "{}[]\",:0123456789eE+-.\\u tfn'/\n\0";
        for (int change = random.nextInt(3); change > 0 && mutated.length > 0; change--) {
            int at = random.nextInt(mutated.length);
            mutated[at] =
                    (byte) (random.nextInt(5) == 0 ? random.nextInt() : syntax.charAt(random.nextInt(syntax.length())));
        }
        return mutated;
    }

    private void assertAgrees(byte[] data, String description) {
        Optional<JsonNode> event;
        try {
            event = tree.object(data);
        } catch (NumberFormatException e) {
            // BigDecimal cannot hold such an exponent, so the tree has no opinion; DecimalTextTest has these numbers.
            return;
        }
        InvalidEvent.@Nullable Reason expected = event.isEmpty() ? NOT_JSON : tree.flaw(event.get(), shape);
        if (expected == null) {
            reader.read(data, row);
            assertThat(TreeReader.values(row)).as(description).isEqualTo(tree.values(event.orElseThrow(), shape));
        } else {
            assertThat(refuses(data).reason()).as(description).isEqualTo(expected);
        }
    }

    private void read(String text) {
        reader.read(text.getBytes(StandardCharsets.UTF_8), row);
    }

    private InvalidEvent refuses(String text, InvalidEvent.Reason reason) {
        InvalidEvent refused = refuses(text.getBytes(StandardCharsets.UTF_8));
        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused.remedy()).isNotBlank();
        return refused;
    }

    private InvalidEvent refuses(byte[] data) {
        InvalidEvent refused = catchThrowableOfType(InvalidEvent.class, () -> reader.read(data, row));
        assertThat(refused).as("the refusal").isNotNull();
        return refused;
    }

    private static EventShape shape(TimeFormat format, String... fields) {
        List<FieldPath> paths = Stream.of(fields).map(FieldPath::parse).toList();
        return new EventShape(paths, new EventTime(0, format), MAX_BYTES);
    }
}
