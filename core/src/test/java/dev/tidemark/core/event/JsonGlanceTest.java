package dev.tidemark.core.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.tile.EntityKeys;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonGlanceTest {

    private static final List<String> FIELDS = List.of("ts", "user_id", "item.price", "item.category", "a");

    private final JsonEventReader reader = new JsonEventReader(new EventShape(
            FIELDS.stream().map(FieldPath::parse).toList(),
            new EventShape.EventTime(0, EventShape.TimeFormat.ISO8601),
            100_000));

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 300));
    }

    /** Whatever the reader finds in an event, the glance must have seen. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void overlooksNoKey(long seed) {
        RandomJson random = new RandomJson(new Random(seed));
        EventRow row = new EventRow(FIELDS.size());
        for (int n = 0; n < 50; n++) {
            String event = random.event();
            for (int slot = 0; slot < FIELDS.size(); slot++) {
                String key = key(event, row, slot);
                if (key != null) {
                    for (String value : EntityKeys.values(key)) {
                        assertThat(glance(value, event))
                                .as("'" + value + "' in " + event + ", seed " + seed)
                                .isTrue();
                    }
                }
            }
        }
    }

    /** Null if no event can have it. */
    private @Nullable String key(String event, EventRow row, int slot) {
        try {
            reader.read(event.getBytes(UTF_8), row);
            return EntityKeys.of(row, new int[] {slot}, List.of("key"));
        } catch (InvalidEvent e) {
            return null;
        }
    }

    private boolean glance(String value, String event) {
        Predicate<byte[]> glance = JsonEventReader.glance(value);
        return glance.test(event.getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "42",
                "42.0",
                "42.00",
                "4.2e1",
                "4.2E+1",
                "0.42e2",
                "4200e-2",
                "\"42\"",
                " 42",
                "\n42",
                "\"4\\u0032\"",
                "4213"
            })
    void aNumberMayBeWrittenInManyWays(String written) {
        assertThat(glance("42", "{\"user_id\":" + written + "}")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {"0,-0", "0,-0.0", "-5,-5", "4.5,4.50", "4200,42e2", "1.5,\"1.5\"", "-,\"-\"", "é|1,\"é|1\""})
    void findsWhatIsWrittenOtherwise(String value, String written) {
        assertThat(glance(value, "{\"user_id\":" + written + "}")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "u1,\"u12\"",
                "u1,\"xu1\"",
                "u1,u1",
                "42,142",
                "42,1.42",
                "42,\"a42\"",
                "42,\"420\"",
                "150000,\"a1e5\"",
                "150000,\"1.5e5\"",
                "tens,10",
                "ee,1e5"
            })
    void doesNotSeeWhatIsNotThere(String value, String written) {
        assertThat(glance(value, "{\"type\":\"view\",\"user_id\":" + written + ",\"price\":12.50}"))
                .isFalse();
    }

    @Test
    void looksAtTheEndsOfWhatIsNoEvent() {
        for (String event : List.of("", "u", "u1", "\"u1", "u1\"", "\"u1\"", "e", "1e", ":1e", "{\"a\":1e")) {
            assertThat(glance("u1", event)).isEqualTo(event.equals("\"u1\""));
        }
        assertThat(glance("7", ":1e")).isTrue();
        assertThat(glance("7", "1e")).isFalse();
        assertThat(glance("", "{}")).isTrue();
    }
}
