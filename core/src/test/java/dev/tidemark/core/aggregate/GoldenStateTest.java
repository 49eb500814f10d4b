package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.event.EventRow;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * States that were stored by an earlier version must be read and written alike by every later one. The bytes are in
 * {@code golden/sketch-states.properties}, hexadecimal. Where one of these tests fails, stored data would be read
 * wrongly: change the format's version, not the file.
 */
class GoldenStateTest {

    private static final Map<String, Sample> SAMPLES = Map.of(
            "distinct-exact", new Sample("distinct", Map.of(), scalars()),
            "distinct-sparse", new Sample("distinct", Map.of("exact_up_to", 2, "precision", 8), scalars()),
            "distinct-dense", new Sample("distinct", Map.of("exact_up_to", 2, "precision", 8), numbers(1000)),
            "quantiles", new Sample("median", Map.of(), numbers(40)),
            "quantiles-collapsed", new Sample("median", Map.of("max_buckets", 3), numbers(40)),
            "values", new Sample("top_k", Map.of(), scalars()),
            "values-overflowed", new Sample("top_k", Map.of("max_values", 3), scalars()),
            "histogram",
                    new Sample(
                            "histogram", Map.of("boundaries", List.of(BigDecimal.ZERO, BigDecimal.TEN)), numbers(40)),
            "group-by", new Sample(new GroupBy.Bounded(Traffic.GROUP_FIELD, 2), numbers(40)),
            "group-by-listed",
                    new Sample(new GroupBy.Listed(Traffic.GROUP_FIELD, List.of("g3", "gone", "g1")), numbers(40)));

    private record Sample(StateType type, List<EventRow> events) {

        Sample(String function, Map<String, Object> arguments, List<EventRow> events) {
            this(Rows.bind(function, arguments).states().get(0), events);
        }

        Sample(GroupBy.Spec groups, List<EventRow> events) {
            this(GroupBy.of(Rows.bind("sum", Map.of()), groups).states().get(0), events);
        }
    }

    static Stream<String> names() {
        return SAMPLES.keySet().stream().sorted();
    }

    @Test
    void everySampleHasItsBytesAndEveryBytesTheirSample() throws IOException {
        assertThat(golden().stringPropertyNames()).isEqualTo(SAMPLES.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void isWrittenAsEver(String name) throws IOException {
        Sample sample = Objects.requireNonNull(SAMPLES.get(name));
        byte[] written = Tiles.bytes(Rows.of(sample.type(), sample.events()));
        assertThat(HexFormat.of().formatHex(written)).isEqualTo(golden().getProperty(name));
    }

    @ParameterizedTest
    @MethodSource("names")
    void isReadAsEver(String name) throws IOException {
        Sample sample = Objects.requireNonNull(SAMPLES.get(name));
        byte[] stored = HexFormat.of().parseHex(golden().getProperty(name));
        State read = sample.type().read(new ByteReader(stored), Traffic.SHARDS.get(0));
        assertThat(Tiles.bytes(read)).isEqualTo(stored);
    }

    private static Properties golden() throws IOException {
        Properties golden = new Properties();
        try (InputStream in = GoldenStateTest.class.getResourceAsStream("/golden/sketch-states.properties")) {
            golden.load(Objects.requireNonNull(in, "golden/sketch-states.properties is missing"));
        }
        return golden;
    }

    private static List<EventRow> scalars() {
        return Stream.of(
                        "a",
                        "a",
                        "ä\uD83D\uDE00",
                        "",
                        42,
                        0,
                        new BigDecimal("-1.50"),
                        new BigDecimal("1e20"),
                        true,
                        false)
                .map(Rows::row)
                .toList();
    }

    private static List<EventRow> numbers(int count) {
        List<EventRow> rows = new ArrayList<>();
        IntStream.range(0, count)
                .forEach(i -> rows.add(Rows.row(new BigDecimal(i * i - 25).movePointLeft(1), "g" + i % 5)));
        return rows;
    }
}
