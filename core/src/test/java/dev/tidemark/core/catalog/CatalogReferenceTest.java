package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.event.IsoTime;
import dev.tidemark.core.window.Window;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** docs/catalog.md says what the code does. */
class CatalogReferenceTest {

    private static final String FILE = "catalog.md";
    private static final String BEGIN = "<!-- functions: generated, see CatalogReferenceTest -->\n";
    private static final String END = "<!-- end of functions -->";
    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
    private static final Pattern KEY_ROW = Pattern.compile("^\\| `([a-z_]+)` \\|", Pattern.MULTILINE);

    @Test
    void listsTheFunctionsOfTheRegistry() throws IOException {
        String text = PublishedFile.read(FILE);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertThat(begin).isGreaterThanOrEqualTo(BEGIN.length());

        PublishedFile.assertUpToDate(FILE, text.substring(0, begin) + table() + text.substring(end), getClass());
    }

    @Test
    void itsExamplesCompile() throws IOException {
        assertThat(completeExamples())
                .isNotEmpty()
                .allSatisfy(example -> assertThat(
                                new CatalogCompiler().compile(example).views())
                        .isNotEmpty());
    }

    @Test
    void hasARowForEveryKey() throws IOException {
        List<String> rows = KEY_ROW.matcher(PublishedFile.read(FILE))
                .results()
                .map(row -> row.group(1))
                .toList();
        Matcher keys = Pattern.compile("keys here: ([a-z_, ]+)").matcher(unknownKeys());
        List<String> expected = new ArrayList<>();
        while (keys.find()) {
            expected.addAll(List.of(keys.group(1).strip().split(", ")));
        }

        assertThat(expected).hasSizeGreaterThan(20);
        assertThat(rows).containsAll(expected);
    }

    @Test
    void itsMomentsAreReadAsItSays() throws IOException {
        String text = PublishedFile.read(FILE);
        String section = text.substring(text.indexOf("### Moments in ISO 8601"), text.indexOf("## Pairs\n"));
        Matcher rows = Pattern.compile("^\\| `([^`]+)` \\| (.+) \\|$", Pattern.MULTILINE)
                .matcher(section);
        int refusedFrom = section.indexOf("| not read |");
        int read = 0;
        int refused = 0;
        while (rows.find()) {
            long millis = IsoTime.parseMillis(rows.group(1));
            if (rows.start() < refusedFrom) {
                assertThat(millis)
                        .as(rows.group(1))
                        .isEqualTo(Instant.parse(rows.group(2)).toEpochMilli());
                read++;
            } else {
                assertThat(millis).as(rows.group(1)).isEqualTo(IsoTime.NONE);
                refused++;
            }
        }

        assertThat(read).isEqualTo(8);
        assertThat(refused).isEqualTo(10);
    }

    /** Those that define a whole catalog; others are excerpts. */
    static List<String> completeExamples() throws IOException {
        return YAML.matcher(PublishedFile.read(FILE))
                .results()
                .map(block -> block.group(1))
                .filter(block -> block.startsWith("tidemark: 1"))
                .toList();
    }

    /** The compiler's own list of keys, at every level. */
    private static String unknownKeys() {
        try {
            new CatalogCompiler().compile("""
                            zzz: 1
                            sources: {s: {zzz: 1, event_time: {zzz: 1}}}
                            pairs: {p: {zzz: 1, left: {zzz: 1}}}
                            views:
                              v:
                                zzz: 1
                                drop_duplicates: {zzz: 1}
                                features: {f: {function: count, zzz: 1, group_by: {zzz: 1}}}
                                derived: {d: {zzz: 1}}
                            models:
                              m:
                                zzz: 1
                                request: {r: {zzz: 1}}
                            """);
            throw new AssertionError("unknown keys compiled");
        } catch (InvalidDefinition e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder("\n| function | computes | input | parameters |\n|---|---|---|---|\n");
        for (AggregateFunction function : AggregateFunctions.all()) {
            table.append("| `")
                    .append(function.name())
                    .append("` | ")
                    .append(function.summary())
                    .append(function.needsWhere() ? "; needs `where`" : "")
                    .append(function.allowsLifetime() ? "" : "; not for `lifetime`")
                    .append(" | ")
                    .append(
                            switch (function.input()) {
                                case NONE -> "none";
                                case NUMBER -> "number";
                                case SCALAR -> "string, number or boolean";
                                case TEXT -> "string";
                                case BOOLEAN -> "boolean";
                                case PROBABILITY -> "number from 0 to 1";
                                case BINARY -> "boolean, 0 or 1";
                            })
                    .append(" | ")
                    .append(function.parameters().stream()
                            .map(CatalogReferenceTest::parameter)
                            .collect(Collectors.joining("<br>")))
                    .append(" |\n");
        }
        return table.append('\n').toString();
    }

    private static String parameter(Parameter parameter) {
        String kind = parameter.kind().name().toLowerCase(Locale.ROOT);
        String bounds = bounds(parameter);
        String size = switch (parameter.kind()) {
            case NUMBERS, PERCENTS, STRINGS -> " elements";
            case INTEGER, NUMBER, BOOLEAN, DURATION, LABEL, FIELD, GRID -> "";
        };
        return "`" + parameter.name() + "`: " + parameter.summary() + " (" + kind
                + (bounds.isEmpty() ? "" : ", " + bounds + size)
                + (parameter.defaultValue() == null ? ", required" : ", default " + shown(parameter.defaultValue()))
                + ")";
    }

    private static String shown(Object value) {
        return value instanceof Enum<?> word ? SourceReader.nameOf(word) : value.toString();
    }

    private static String bounds(Parameter parameter) {
        String min = bound(parameter, parameter.min());
        String max = bound(parameter, parameter.max());
        return min == null ? "" : max == null ? "at least " + min : min + " to " + max;
    }

    private static @Nullable String bound(Parameter parameter, double bound) {
        if (Double.isNaN(bound)) {
            return null;
        }
        return parameter.kind() == Parameter.Kind.DURATION
                ? Window.formatDuration((long) bound)
                : BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
    }
}
