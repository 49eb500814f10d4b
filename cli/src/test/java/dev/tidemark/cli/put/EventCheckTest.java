package dev.tidemark.cli.put;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.samplesevents.Sample;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventCheckTest {

    private static final Catalog HELLO = new CatalogCompiler().compile(Sample.HELLO.catalog());
    private static final Instant NOW = Instant.parse("2026-01-31T10:00:00Z");

    private static EventCheck check(@Nullable String key, @Nullable Catalog catalog, boolean isForced) {
        return new EventCheck(
                "input",
                key == null ? null : FieldPath.parse(key),
                catalog,
                Sample.HELLO.stream(),
                isForced,
                NOW::toEpochMilli);
    }

    private static void look(EventCheck check, String... lines) {
        for (int i = 0; i < lines.length; i++) {
            check.look(lines[i].getBytes(UTF_8), i + 1L);
        }
        check.checkRefused();
    }

    @Test
    void theKeyIsTheFieldsValue() {
        EventCheck check = check("item.id", null, false);

        assertThat(check.look("{\"item\":{\"id\":17}}".getBytes(UTF_8), 1)).isEqualTo("17");
        check.checkRefused();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"user\":\"u\"}",
                "{\"user_id\":null}",
                "{\"user_id\":\"\"}",
                "{\"user_id\":{}}",
                "{\"user_id\":\"\\ud800\"}",
                "no json",
                "{\"user_id\":\"u\"} {}"
            })
    void aRecordWithoutAKeyIsRefusedUnlessForced(String bad) {
        String good = "{\"user_id\":\"u\"}";

        assertThatThrownBy(() -> look(check("user_id", null, false), good, bad, bad))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("user_id")
                .hasMessageContaining("2 of its 3 records")
                .hasMessageContaining("--force");
        look(check("user_id", null, true), good, bad, bad);
        look(check(null, null, false), good, bad, bad);
    }

    @Test
    void shapesThatAreNoLinesOfObjectsAreNamed() {
        assertShape("JSON array", "[{\"a\":1},{\"a\":2}]");
        assertShape("JSON array", "[", "  {\"a\":1},");
        assertShape("over several lines", "{", "  \"a\": 1");
        assertShape("over several lines", "{ \"a\": [", "}");
        assertShape("a table", "user_id,price", "u1,3.5");
        assertShape("a table", "\"user_id\";\"price\"", "\"u;1\";\"3,5\"");
        assertShape("a table", "user_id\tprice", "u1\t3.5");
        look(check(null, null, true), "user_id,price", "u1,3.5");
        look(check(null, null, false), "{\"a\":1", "{\"a\":2}");
        look(check(null, null, false), "not, json", "{\"a\":1,\"b\":2}");
    }

    private static void assertShape(String name, String... lines) {
        assertThatThrownBy(() -> look(check(null, null, false), lines))
                .isInstanceOf(Failure.class)
                .hasMessageContaining(name)
                .hasMessageContaining("--force");
    }

    /** Whether a record counts, the views of the catalog say: these are JSON objects, and yet none counts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ts\":\"2026-01-31 10h\",\"user_id\":\"u\",\"price\":1}",
                "{\"ts\":\"2020-01-31T10:00:00Z\",\"user_id\":\"u\",\"price\":1}",
                "{\"ts\":\"2026-01-31T10:00:00Z\",\"user_id\":\"u\",\"price\":\"1\"}",
                "not json"
            })
    void aThousandThatCountNowhereAreRefused(String bad) {
        EventCheck check = check(null, HELLO, false);
        for (int i = 1; i < EventCheck.FIRST; i++) {
            check.look(bad.getBytes(UTF_8), i);
        }
        assertThatThrownBy(() -> check.look(bad.getBytes(UTF_8), EventCheck.FIRST))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("none of the first 1000 records would count")
                .hasMessageContaining("for example line 1")
                .hasMessageContaining("--force");
    }

    @Test
    void oneOfTheFirstThousandThatCountsIsEnough() {
        EventCheck check = check(null, HELLO, false);
        check.look("{\"ts\":\"2026-01-31T10:00:00Z\",\"user_id\":\"u\",\"price\":1}".getBytes(UTF_8), 1);
        for (int i = 2; i < 2 * EventCheck.FIRST; i++) {
            check.look("not json".getBytes(UTF_8), i);
        }
        assertThat(check.records()).isEqualTo(2L * EventCheck.FIRST - 1);
    }

    @Test
    void aRecordThatNoStreamHoldsIsRefusedByItsLine() {
        String large = "{\"a\":\"" + "x".repeat(1 << 20) + "\"}";

        assertThatThrownBy(() -> look(check(null, null, false), "{}", large)).hasMessageContaining("line 2 has");
    }
}
