package dev.tidemark.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswersTest {

    @ParameterizedTest(name = "{0} with tolerance {1} and {2}: {3} differences")
    @CsvSource(delimiter = '|', textBlock = """
                    1                   | {}                  | 1.0                 | 0
                    100                 | {}                  | 1e2                 | 0
                    1                   | {}                  | 2                   | 1
                    1                   | {}                  | '"1"'               | 1
                    null                | {}                  | 0                   | 1
                    null                | {}                  | null                | 0
                    '"a"'               | {}                  | '"b"'               | 1
                    true                | {}                  | false               | 1
                    [1,2]               | {}                  | [1,2.0]             | 0
                    [1,2]               | {}                  | [2,1]               | 2
                    [1,2]               | {}                  | [1]                 | 1
                    '{"a":1,"b":2}'     | {}                  | '{"b":2,"a":1}'     | 0
                    '{"a":1}'           | {}                  | '{"a":1,"b":2}'     | 1
                    '{"a":1}'           | {}                  | '{}'                | 1
                    100                 | '{"relative":0.01}' | 101                 | 0
                    100                 | '{"relative":0.01}' | 101.001             | 1
                    '{"p50":-100}'      | '{"relative":0.01}' | '{"p50":-99}'       | 0
                    0                   | '{"relative":0.01}' | 0.001               | 1
                    '[{"value":"a","count":3},{"value":"b","count":2},{"value":"c","count":1}]' | '{"at_most":2}' | '[{"value":"a","count":3},{"value":"c","count":1}]' | 0
                    '[{"value":"a","count":3},{"value":"b","count":2}]' | '{"at_most":1}' | '[{"value":"b","count":3}]' | 1
                    '[{"value":"a","count":3},{"value":"b","count":2}]' | '{"at_most":1}' | '[{"value":"a","count":3},{"value":"b","count":2}]' | 1
                    '{"a":1,"b":2,"c":3}' | '{"at_most":2}'   | '{"a":1,"c":3,"$other":2}' | 0
                    '{"a":1,"b":2,"c":3}' | '{"at_most":2}'   | '{"a":1,"c":4,"$other":2}' | 1
                    """)
    void compares(String expected, String tolerance, String actual, int differences) {
        JsonNode answer =
                Answers.read("{\"values\":{\"f\":" + expected + "},\"tolerances\":{\"f\":" + tolerance + "}}");
        assertThat(Answers.differences(answer, Answers.read("{\"f\":" + actual + "}")))
                .hasSize(differences);
    }

    @Test
    void aNumberThatWentThroughADoubleIsRefused() {
        JsonNode answer = Answers.read("{\"values\":{\"f\":70.5}}");
        JsonNode actual = JsonNodeFactory.instance.objectNode().put("f", 70.5);
        assertThatThrownBy(() -> Answers.differences(answer, actual)).hasMessageContaining("f was read as a double");
    }

    @Test
    void saysWhereWhatAndWhatInstead() {
        JsonNode answer = Answers.read("""
                {"view": "viewer", "entity": "user-1", "at": "2026-01-15T10:00:00Z",
                 "values": {"avg_price_30m": 12.5, "views_30m": 3, "gone": 1}, "tolerances": {}}""");
        JsonNode actual = Answers.read("{\"avg_price_30m\": 12.4, \"views_30m\": 3, \"extra\": 2}");
        assertThat(Answers.differences(answer, actual))
                .isEqualTo(List.of(
                        "viewer/user-1 at 2026-01-15T10:00:00Z: avg_price_30m should be 12.5 but is 12.4",
                        "viewer/user-1 at 2026-01-15T10:00:00Z: gone should be 1 but is nothing",
                        "viewer/user-1 at 2026-01-15T10:00:00Z: extra should be nothing but is 2"));
        assertThat(Answers.differences(answer, actual, Set.of("avg_price_30m", "gone", "extra")))
                .isEmpty();
    }
}
