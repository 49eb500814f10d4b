package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventShape.EventTime;
import dev.tidemark.core.event.EventShape.TimeFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever {@link PlainJson} reads, Jackson reads the same; {@link JsonEventReaderTest} holds both against the tree. */
class PlainJsonTest {

    private static final EventShape SHAPE = new EventShape(
            List.of(
                    FieldPath.parse("ts"),
                    FieldPath.parse("user_id"),
                    FieldPath.parse("item.price"),
                    FieldPath.parse("item.category"),
                    FieldPath.parse("x")),
            new EventTime(0, TimeFormat.ISO8601),
            100_000);

    private final PlainJson plain = new PlainJson(PathNode.rootOf(SHAPE.fields()));
    private final JsonEventReader jackson = new JsonEventReader(SHAPE);
    private final EventRow row = new EventRow(SHAPE.fields().size());
    private final EventRow expected = new EventRow(SHAPE.fields().size());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " {\t}\r\n",
                "{\"ts\":\"2026-01-31T10:00:00Z\",\"user_id\":\"u-17\",\"x\":19.90}",
                "{\"x\":0,\"user_id\":-0,\"item\":{\"price\":-0.00,\"category\":\"\"}}",
                "{\"x\":999999999999999999,\"user_id\":-0.00000000000000001}",
                "{\"x\":true,\"user_id\":false,\"ts\":null}",
                "{\"x\":[],\"user_id\":{},\"skipped\":[1,[\"a\",{\"x\":2}],true,null,-1.5],\"item\":[{\"price\":1}]}",
                "{\"item\":{\"price\":1,\"category\":\"a\"},\"item\":{\"more\":{\"price\":2}}}",
                "{\"é\":\"grüße 日本 😀\",\"x\":\"\u007f\",\"è\":1}",
                "{ \"skipped\" : 123456789012345678901234567890.5 , \"x\" : 1 }",
                "{\"x\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}",
            })
    void readsWhatIsPlainAsJacksonDoes(String text) {
        assertThat(isReadAlike(text.getBytes(StandardCharsets.UTF_8))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"x\":\"a\\nb\"}",
                "{\"\\u0078\":1}",
                "{\"x\":1e2}",
                "{\"skipped\":1E-2}",
                "{\"x\":1234567890123456789}",
                "{\"x\":0.000000000000000001}",
                "{\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}",
            })
    void leavesTheRestToJackson(String text) {
        assertThat(isReadAlike(text.getBytes(StandardCharsets.UTF_8))).isFalse();
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 8);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readsRandomEventsAsJacksonDoes(long seed) {
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        int plainEvents = 0;
        for (int i = 0; i < 2_000; i++) {
            plainEvents += isReadAlike(json.event().getBytes(StandardCharsets.UTF_8)) ? 1 : 0;
        }
        assertThat(plainEvents).isGreaterThan(100);
    }

    /** One or two bytes of an event are others: most are no JSON any more, and some mean something else. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readsNothingThatJacksonRefuses(long seed) {
        Random random = new Random(seed);
        String syntax = "{}[]\",:0123456789eE+-.\\u tfn'/\n\0\u001f\u007f";
        byte[] event = ("{\"ts\":\"2026-01-31T10:00:00Z\", \"user_id\":\"u-17\",\"item\":{\"price\":19.90,\"category\":"
                        + "\"shoes and more\"},\"skipped\":[1,-0.5,null,{\"x\":true}],\"x\":false,\"é\":\"ü\"}")
                .getBytes(StandardCharsets.UTF_8);
        int plainEvents = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] data = event.clone();
            for (int change = 0; change <= i % 2; change++) {
                data[random.nextInt(data.length)] = (byte) syntax.charAt(random.nextInt(syntax.length()));
            }
            plainEvents += Utf8.isWellFormed(data) && isReadAlike(data) ? 1 : 0;
        }
        assertThat(plainEvents).isGreaterThan(2_000);
    }

    @Test
    void noPrefixOfAnEventIsAnEvent() {
        byte[] event = "{\"a\":{\"b\":[true,-1.5]},\"x\":\"y\"}".getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < event.length; length++) {
            assertThat(isReadAlike(Arrays.copyOf(event, length))).isFalse();
        }
    }

    /** Whether the event is plain; if so, Jackson must have read the same. */
    private boolean isReadAlike(byte[] data) {
        row.clear();
        if (!plain.read(data, row)) {
            return false;
        }
        String text = HexFormat.of().formatHex(data);
        expected.clear();
        jackson.parse(data, expected);
        assertThat(values(row)).as(text).isEqualTo(values(expected));
        return true;
    }

    /** Exactly what the slots hold, numbers as they are written. */
    private static List<Object> values(EventRow row) {
        List<Object> values = new ArrayList<>();
        for (int slot = 0; slot < row.slots(); slot++) {
            values.add(
                    row.kind(slot) == EventRow.Kind.NUMBER
                            ? row.decimal(slot)
                            : TreeReader.values(row).get(slot));
        }
        return values;
    }
}
