package dev.tidemark.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FieldPathTest {

    @Test
    void namesAreJoinedByDotsAndQuotedIfTheyHaveOthers() {
        FieldPath path = FieldPath.parse("features.\"viewer.views_30m\".x");

        assertThat(path.steps())
                .containsExactly(
                        new FieldPath.Member("features"),
                        new FieldPath.Member("viewer.views_30m"),
                        new FieldPath.Member("x"));
        assertThat(path.toString()).isEqualTo("features.\"viewer.views_30m\".x");
        assertThat(path.isPlain()).isFalse();
        assertThat(FieldPath.parse("item.price")).isEqualTo(new FieldPath(List.of("item", "price")));
        assertThat(FieldPath.parse("item.\"price\"").toString()).isEqualTo("item.price");
        assertThat(FieldPath.parse("item.price").isPlain()).isTrue();
    }

    /** The form that is parsed, and the one that a catalog's versions are made of. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "@timestamp; \"@timestamp\"",
                "user-agent; \"user-agent\"",
                "properties.$session_id; properties.\"$session_id\"",
                "items[0].price; items[0].price",
                "matrix[2][10]; matrix[2][10]",
                "items[*].\"s k u\"; items[*].\"s k u\"",
                "\"a\\\"b\\\\c\"; \"a\\\"b\\\\c\"",
                "\"größe\"; \"größe\"",
                "number(amount); number(amount)",
                "truncate(headers.user-agent); truncate(headers.\"user-agent\")",
                "hash(\"url\"); hash(url)",
                "constant(all); constant(all)",
                "number; number"
            })
    void isWrittenInOneForm(String text, String written) {
        FieldPath path = FieldPath.parse(text);

        assertThat(path.toString()).isEqualTo(written);
        assertThat(FieldPath.parse(written)).isEqualTo(path);
    }

    @Test
    void findsItsNode() throws IOException {
        JsonNode event = new ObjectMapper().readTree("{\"items\": [{\"price\": 1}, {\"price\": 2}]}");

        assertThat(FieldPath.parse("items[1].price").in(event).asInt()).isEqualTo(2);
        assertThat(FieldPath.parse("items[2].price").in(event).isMissingNode()).isTrue();
        assertThat(FieldPath.parse("items.price").in(event).isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a.",
                ".a",
                "a..b",
                "1a",
                "a b",
                "\"a",
                "a\"b\"",
                "\"\"",
                "\"a\"b",
                "\"a\\\"",
                "ä",
                "[0]",
                "a[",
                "a[]",
                "a[-1]",
                "a[1000]",
                "a[*][*]",
                "a[x]",
                "a.[0]",
                "a[0]b",
                "number()",
                "number(a",
                "round(a)",
                "number(number(a))",
                "constant(a.b)",
                "number(a) "
            })
    void whatIsNoPathIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> FieldPath.parse(text));
    }
}
