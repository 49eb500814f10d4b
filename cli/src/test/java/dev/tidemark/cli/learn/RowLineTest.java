package dev.tidemark.cli.learn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.FieldPath;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowLineTest {

    private static final byte[] EVENT = """
            {"before": {"score": 1, "list": [{"score": 2}]}, "score": 0.2500, "name": "é \\"quoted\\" }",
             "big": -12345678901234567890E-3 , "none": null,"is":true,
             "deep": {"a": {"b": [1,
            \t2.50]}}, "last": 7}""".getBytes(UTF_8);

    /** As it is written, but for line ends and tabs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "score|0.2500",
                "name|\"é \\\"quoted\\\" }\"",
                "big|-12345678901234567890E-3",
                "none|null",
                "is|true",
                "deep.a|{\"b\": [1,  2.50]}",
                "deep.a.b|[1,  2.50]",
                "last|7",
                "before.score|1",
            })
    void aValueIsWrittenAsItWas(String path, String raw) throws IOException {
        assertThat(RowLine.raw(EVENT, FieldPath.parse(path))).isEqualTo(raw);
    }

    @ParameterizedTest
    @CsvSource({"missing", "deep.b", "score.a", "deep.a.b.c", "list"})
    void whatIsNotThereIsNone(String path) throws IOException {
        assertThat(RowLine.raw(EVENT, FieldPath.parse(path))).isNull();
    }
}
