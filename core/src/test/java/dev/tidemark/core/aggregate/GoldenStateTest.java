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

    private static final Map<String, Sample> SAMPLES = Map.ofEntries(
            sample("distinct-exact", "distinct", Map.of(), scalars()),
            sample("distinct-sparse", "distinct", Map.of("exact_up_to", 2, "precision", 8), scalars()),
            sample("distinct-dense", "distinct", Map.of("exact_up_to", 2, "precision", 8), numbers(1000)),
            sample("quantiles", "median", Map.of(), numbers(40)),
            sample("quantiles-collapsed", "median", Map.of("max_buckets", 3), numbers(40)),
            sample("values", "top_k", Map.of(), scalars()),
            sample("values-overflowed", "top_k", Map.of("max_values", 3), scalars()),
            sample(
                    "histogram",
                    "histogram",
                    Map.of("boundaries", List.of(BigDecimal.ZERO, BigDecimal.TEN)),
                    numbers(40)),
            Map.entry("group-by", new Sample(new GroupBy.Bounded(Traffic.GROUP_FIELD, 2), numbers(40))),
            Map.entry(
                    "group-by-listed",
                    new Sample(new GroupBy.Listed(Traffic.GROUP_FIELD, List.of("g3", "gone", "g1")), numbers(40))),
            sample("by-label", "confusion", Map.of(), judged()),
            sample("log-loss", "log_loss", Map.of(), judged()),
            sample("squared-error", "brier", Map.of(), judged()),
            sample("absolute-error", "mae", Map.of(), judged()),
            sample("error", "bias", Map.of(), judged()),
            sample("log-loss-difference", "log_loss_difference", Map.of(), compared()),
            sample("absolute-error-difference", "mae_difference", Map.of(), compared()),
            sample("probabilities", "auc", Map.of(), judged()),
            sample("score-sums", "calibration", Map.of("buckets", 3), judged()),
            Map.entry(
                    "numbers",
                    new Sample(Rows.bind("profile", Map.of()).states().get(1), scalars())),
            Map.entry(
                    "texts", new Sample(Rows.bind("profile", Map.of()).states().get(4), scalars())),
            Map.entry(
                    "net",
                    new Sample(Net.of(Rows.bind("sum", Map.of())).states().get(0), takenBackInPart(numbers(5)))),
            Map.entry(
                    "net-added-only",
                    new Sample(Net.of(Rows.bind("count", Map.of())).states().get(0), numbers(5))));

    private record Sample(StateType type, List<EventRow> events) {

        Sample(String function, Map<String, Object> arguments, List<EventRow> events) {
            this(Rows.bind(function, arguments).states().get(0), events);
        }

        Sample(GroupBy.Spec groups, List<EventRow> events) {
            this(GroupBy.of(Rows.bind("sum", Map.of()), groups).states().get(0), events);
        }
    }

    private static Map.Entry<String, Sample> sample(
            String name, String function, Map<String, Object> arguments, List<EventRow> events) {
        return Map.entry(name, new Sample(function, arguments, events));
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

    private static List<EventRow> judged() {
        return List.of(
                Rows.judged(0, false),
                Rows.judged(new BigDecimal("0.9"), true),
                Rows.judged(new BigDecimal("0.90"), 1),
                Rows.judged(new BigDecimal("0.5"), 0),
                Rows.judged(new BigDecimal("0.1234567890123456789012345678901234"), true),
                Rows.judged(1, 1),
                Rows.judged(new BigDecimal("0.3"), null),
                Rows.judged(null, true));
    }

    /** Each with another prediction; the last has none. */
    private static List<EventRow> compared() {
        List<EventRow> rows = new ArrayList<>(judged());
        for (int i = 0; i < rows.size() - 1; i++) {
            rows.get(i).setNumber(Traffic.OTHER, 2L + i, 1);
        }
        return rows;
    }

    /** The second and the fourth are taken back. */
    private static List<EventRow> takenBackInPart(List<EventRow> added) {
        List<EventRow> rows = new ArrayList<>(added);
        rows.add(Rows.takenBack(added.get(1)));
        rows.add(Rows.takenBack(added.get(3)));
        return rows;
    }
}
