package dev.tidemark.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 200));
    }

    /** Any valid string, with any character escaped in any of the ways that JSON has for it, as a JSON parser reads it. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readsWhatAParserReads(long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder json = new StringBuilder("[\"");
        random.ints(random.nextInt(80), 0x20, Character.MAX_CODE_POINT)
                .map(point -> random.nextBoolean() ? 0x20 + point % 96 : point)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .forEach(point -> append(json, random, point));
        byte[] bytes = json.append("\", 1]").toString().getBytes(UTF_8);

        String text = new ObjectMapper().readTree(bytes).get(0).textValue();

        assertThat(new JsonText(bytes).utf8(1)).asString(UTF_8).isEqualTo(text);
    }

    private static void append(StringBuilder json, Random random, int point) {
        if (point == '"' || point == '\\' || random.nextInt(3) == 0) {
            if (random.nextInt(4) == 0) {
                json.append('\\').append("\"\\/bfnrt".charAt(random.nextInt(8)));
            }
            for (char unit : Character.toChars(point)) {
                json.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) unit));
            }
        } else {
            json.appendCodePoint(point);
        }
    }

    @Test
    void nothingIsReadForNothing() {
        assertThat(new JsonText("\"\"".getBytes(UTF_8)).utf8(0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"",
                "\"abc",
                "\"\\",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12",
                "\"\\ud83c\"",
                "\"\\ud83cx\\udf0a\"",
                "\"\\udf0a\\ud83c\"",
                "\"\\ud83c\\u0041\"",
                "\"\\ud83c\\"
            })
    void whatIsNoTextIsNotRead(String json) {
        assertThatThrownBy(() -> new JsonText(json.getBytes(UTF_8)).utf8(0)).isInstanceOf(InvalidObjectException.class);
    }
}
