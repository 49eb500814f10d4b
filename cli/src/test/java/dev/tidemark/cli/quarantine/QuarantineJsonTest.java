package dev.tidemark.cli.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.terminal.ShownText;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuarantineJsonTest {

    /** JSON in UTF-8 can hold half a surrogate pair, as an escape: such an event is bad, but it is an event. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\\ud800\",\"b\":\"ü\"}", "{\"a\":\"x\\udc00\",\"b\":\"🙂\"}", "{\"b\":\"ü🙂\"}"})
    void whatIsExportedHasAFormInUtf8AndCanBeRepaired(String payload) throws Exception {
        byte[] original = payload.getBytes(StandardCharsets.UTF_8);
        String line = exported(original);

        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(line)).isTrue();
        assertThat(line).doesNotContain("\n");
        ObjectNode unchanged = QuarantineJson.parse(line);
        assertThat(QuarantineJson.payload(unchanged, original)).isSameAs(original);

        ObjectNode repaired = QuarantineJson.parse(line);
        ((ObjectNode) repaired.get(QuarantineJson.DATA)).put("c", 1);
        ObjectNode wanted = (ObjectNode) new ObjectMapper().readTree(payload);
        wanted.put("c", 1);
        assertThat(new ObjectMapper().readTree(QuarantineJson.payload(repaired, original)))
                .isEqualTo(wanted);
    }

    /** What a line could not be read back with, or not be written with at all, stands in it as a text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"price\":1e999999999999}",
                "{\"price\":12.5e2147483647}",
                "{\"price\":1e-999999999999}",
                "{\"key\":\"mine\",\"data\":1,\"data\":2}"
            })
    void anObjectThatNoLineCanHoldIsExportedAsItsText(String payload) {
        byte[] original = payload.getBytes(StandardCharsets.UTF_8);

        ObjectNode line = QuarantineJson.parse(exported(original));

        assertThat(line.path(QuarantineJson.DATA).asText()).isEqualTo(payload);
        assertThat(QuarantineJson.payload(line, original)).isEqualTo(original);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 998, 999, 1_000, 1_001, 50_000})
    void anyDepthIsExported(int depth) {
        byte[] original = ("{\"a\":".repeat(depth) + "1" + "}".repeat(depth)).getBytes(StandardCharsets.UTF_8);

        ObjectNode line = QuarantineJson.parse(exported(original));

        assertThat(line.path(QuarantineJson.DATA).isObject()).isEqualTo(depth < 1_000);
        assertThat(QuarantineJson.payload(line, original)).isSameAs(original);
    }

    @Test
    void whatATerminalObeysIsAnEscapeThatJsonReadsAsTheSame() {
        String text = "\u001b[2J\u202e\u009b\u007f\u2028\ufeff\udb40\udc41 ü🙂\t";
        ObjectNode line = new ObjectMapper().createObjectNode().put("a", text);

        String written = QuarantineJson.write(line);

        assertThat(written)
                .isEqualToIgnoringCase(
                        "{\"a\":\"\\u001b[2J\\u202e\\u009b\\u007f\\u2028\\ufeff\\udb40\\udc41 ü🙂\\t\"}");
        assertThat(QuarantineJson.parse(written)).isEqualTo(line);
        assertThat(ShownText.text("a\r\nb\tc\ud800")).isEqualTo("a\\u000d\nb\tc\\ud800");
        assertThat(ShownText.line("a\nb")).isEqualTo("a\\u000ab");
    }

    @Test
    void aLineIsEscapedOnlyWhereItMustBe() {
        assertThat(exported("{\"b\":\"ü\"}".getBytes(StandardCharsets.UTF_8))).isEqualTo("{\"data\":{\"b\":\"ü\"}}");
        assertThat(exported("{\"b\":\"\\ud800\"}".getBytes(StandardCharsets.UTF_8)))
                .isEqualToIgnoringCase("{\"data\":{\"b\":\"\\ud800\"}}");
    }

    /** Encoders put '?' in its place, and nobody would have written that. */
    @Test
    void aTextThatNoPayloadCanBeIsRefused() {
        ObjectNode line = QuarantineJson.parse("{\"data\":\"\\ud800\"}");

        assertThatThrownBy(() -> QuarantineJson.payload(line, new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half of a surrogate pair");
    }

    private static String exported(byte[] payload) {
        ObjectNode line = new ObjectMapper().createObjectNode();
        QuarantineJson.addPayload(line, payload);
        return QuarantineJson.write(line);
    }
}
