package dev.tidemark.core.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.datadoghq.sketch.ddsketch.mapping.CubicallyInterpolatedMapping;
import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PercentileTest {

    private static final Computation MEDIAN = Rows.bind("median", Map.of());

    /** Shapes of data that a percentile meets. */
    enum Shape {
        UNIFORM,
        LOGNORMAL,
        PARETO,
        BOTH_SIGNS,
        WHOLE_NUMBERS_WITH_ZEROS,
        TINY;

        BigDecimal next(Random random) {
            return new BigDecimal(nextDouble(random)).round(new MathContext(17)).setScale(34, RoundingMode.DOWN);
        }

        private double nextDouble(Random random) {
            return switch (this) {
                case UNIFORM -> random.nextDouble() * 1000;
                case LOGNORMAL -> Math.exp(random.nextGaussian() * 1.5);
                case PARETO -> Math.min(1e6, Math.pow(1 - random.nextDouble(), -1 / 1.2));
                case BOTH_SIGNS -> random.nextGaussian() * 100;
                case WHOLE_NUMBERS_WITH_ZEROS -> random.nextInt(21) - 5;
                case TINY -> random.nextDouble() * 1e-30 + 1e-32;
            };
        }
    }

    static Stream<Arguments> accuracies() {
        List<Arguments> cases = new ArrayList<>();
        long seed = 1;
        for (Shape shape : Shape.values()) {
            for (String error : List.of("0.1", "0.01", "0.003")) {
                for (int size : new int[] {1, 2, 17, 3000}) {
                    cases.add(Arguments.of(shape, error, size, seed++));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}, relative error {1}, {2} numbers, seed {3}")
    @MethodSource("accuracies")
    void isWithinTheRelativeErrorOfTheNearestRank(Shape shape, String error, int size, long seed) {
        List<BigDecimal> percentiles = Stream.of("0", "1", "25", "50", "90", "99.9", "100")
                .map(BigDecimal::new)
                .toList();
        Computation percentile = Rows.bind(
                "percentile",
                Map.of("percentiles", percentiles, "relative_error", new BigDecimal(error), "max_buckets", 4096));
        Random random = new Random(seed);
        List<BigDecimal> numbers =
                Stream.generate(() -> shape.next(random)).limit(size).toList();
        Tiles tiles = Rows.tiles(percentile, numbers.stream().map(Rows::row).toList());
        Map<?, ?> values = (Map<?, ?>) Objects.requireNonNull(percentile.value(tiles));
        List<BigDecimal> sorted = numbers.stream().sorted().toList();
        for (BigDecimal p : percentiles) {
            int rank = (int) Math.max(1, Math.ceil(p.doubleValue() * size / 100));
            BigDecimal exact = sorted.get(rank - 1);
            BigDecimal found = (BigDecimal) Objects.requireNonNull(values.get("p" + p.toPlainString()));
            assertThat(found.subtract(exact).abs())
                    .as("p%s: %s for %s", p, found, exact)
                    .isLessThanOrEqualTo(exact.abs().multiply(new BigDecimal(error)));
            BigDecimal least = sorted.get(0);
            BigDecimal greatest = sorted.get(size - 1);
            assertThat(found).as("p%s", p).isBetween(least, greatest);
            if (found.compareTo(least) != 0 && found.compareTo(greatest) != 0) {
                assertThat(found.precision()).isLessThanOrEqualTo(8);
            }
        }
        assertThat(Objects.requireNonNull(percentile.approximation(tiles)))
                .isEqualTo(new Computation.Approximation("log_buckets", Double.parseDouble(error)));
    }

    @Test
    void ofNothingIsNull() {
        Computation percentile = Rows.bind("percentile", Map.of("percentiles", List.of(new BigDecimal("95.0"))));
        assertThat(Rows.value(percentile, List.of())).isEqualTo(Collections.singletonMap("p95", null));
        assertThat(Rows.value(MEDIAN, List.of())).isNull();
        assertThat(MEDIAN.approximation(Rows.tiles(MEDIAN, List.of()))).isNull();
    }

    @Test
    void theMedianOfTwoIsTheSmaller() {
        BigDecimal median =
                (BigDecimal) Objects.requireNonNull(Rows.value(MEDIAN, List.of(Rows.row(200), Rows.row(100))));
        assertThat(median).isBetween(new BigDecimal(100), new BigDecimal(101));
        assertThat(Rows.value(MEDIAN, List.of(Rows.row(0), Rows.row(5)))).isEqualTo(BigDecimal.ZERO);
    }

    /** Both signs, so that a bucket's value may lie beyond either end. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"0.07", "1", "1.004", "3.3", "7777.7", "-0.07", "-1.004", "-7777.7", "0"})
    void ofOneNumberIsThatNumber(String number) {
        Computation percentile = Rows.bind("percentile", Map.of("percentiles", decimals("0", "50", "100")));
        List<EventRow> events = List.of(Rows.row(new BigDecimal(number)), Rows.row(new BigDecimal(number)));
        Map<?, ?> values = (Map<?, ?>) Objects.requireNonNull(Rows.value(percentile, events));
        assertThat(values.values())
                .allSatisfy(value -> assertThat((BigDecimal) value).isEqualByComparingTo(number));
        assertThat((BigDecimal) Objects.requireNonNull(Rows.value(MEDIAN, events)))
                .isEqualByComparingTo(number);
    }

    @Test
    void aPercentileBeyondAHundredIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rows.bind("percentile", Map.of("percentiles", List.of(new BigDecimal("100.1")))))
                .withMessageContaining("100.1");
    }

    @Test
    void numbersNearestToZeroLoseTheirAccuracyAndTheAnswerSaysSo() {
        List<EventRow> events = new ArrayList<>();
        for (int power = 0; power < 20; power++) {
            events.add(Rows.row(1L << power));
            events.add(Rows.row(-(1L << power)));
        }
        Map<String, Object> bound = Map.of("max_buckets", 4, "percentiles", decimals("2.5", "50", "60", "99"));
        Computation outer = Rows.bind("percentile", Map.of("max_buckets", 4, "percentiles", decimals("2.5", "99")));
        Computation inner = Rows.bind("percentile", bound);
        assertThat(outer.approximation(Rows.tiles(outer, events)))
                .isEqualTo(new Computation.Approximation("log_buckets", 0.01));
        assertThat(inner.approximation(Rows.tiles(inner, events)))
                .isEqualTo(new Computation.Approximation(
                        "log_buckets_collapsed", 1, Map.of("p2.5", 0.01, "p50", 1.0, "p60", 1.0, "p99", 0.01)));
        Computation median = Rows.bind("median", Map.of("max_buckets", 4));
        assertThat(median.approximation(Rows.tiles(median, events)))
                .isEqualTo(new Computation.Approximation("log_buckets_collapsed", 1));
        Map<?, ?> values = (Map<?, ?>) Objects.requireNonNull(Rows.value(inner, events));
        assertThat((BigDecimal) values.get("p2.5")).isBetween(new BigDecimal(-529_531), new BigDecimal(-519_045));
        assertThat((BigDecimal) values.get("p50")).isBetween(new BigDecimal(-66_192), new BigDecimal(-64_880));
        assertThat((BigDecimal) values.get("p60")).isBetween(new BigDecimal(64_880), new BigDecimal(66_192));
        assertThat((BigDecimal) values.get("p99")).isBetween(new BigDecimal(519_045), new BigDecimal(529_531));
    }

    /** The model keeps everything and collapses once, at the end. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void collapsingDependsOnNoOrderAndNoSplit(long seed) {
        Random random = new Random(seed);
        int maxBuckets = 1 + random.nextInt(6);
        List<Integer> indices =
                Stream.generate(() -> random.nextInt(31) - 15).limit(80).toList();
        byte[] expected = bytes(collapsed(indices, maxBuckets));
        for (int attempt = 0; attempt < 50; attempt++) {
            List<Integer> shuffled = new ArrayList<>(indices);
            Collections.shuffle(shuffled, random);
            BucketCounts all = new BucketCounts(maxBuckets);
            for (int from = 0; from < shuffled.size(); ) {
                int to = Math.min(shuffled.size(), from + 1 + random.nextInt(30));
                BucketCounts part = new BucketCounts(maxBuckets);
                shuffled.subList(from, to).forEach(index -> part.add(index, 1));
                all.merge(random.nextBoolean() ? part : BucketCounts.read(new ByteReader(bytes(part)), maxBuckets));
                from = to;
            }
            assertThat(bytes(all)).as("order %s", shuffled).isEqualTo(expected);
        }
    }

    private static BucketCounts collapsed(List<Integer> indices, int maxBuckets) {
        List<Integer> kept = indices.stream()
                .distinct()
                .sorted(Collections.reverseOrder())
                .limit(maxBuckets)
                .toList();
        int lowest = kept.get(kept.size() - 1);
        BucketCounts counts = new BucketCounts(maxBuckets);
        kept.forEach(index -> counts.add(index, Collections.frequency(indices, index)));
        long below = indices.stream().filter(index -> index < lowest).count();
        if (below > 0) {
            counts.add(Integer.MIN_VALUE, below);
        }
        return counts;
    }

    private static byte[] bytes(BucketCounts counts) {
        ByteWriter out = new ByteWriter();
        counts.writeTo(out);
        return out.toByteArray();
    }

    /** The same mapping as the published one, up to the last bit of its constants. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void bucketsAreThoseOfThePublishedMapping(long seed) {
        Random random = new Random(seed);
        double error = 0.001 + random.nextDouble() * 0.05;
        LogBuckets buckets = new LogBuckets(error);
        CubicallyInterpolatedMapping published = new CubicallyInterpolatedMapping(error - 1e-7);
        for (int i = 0; i < 20_000; i++) {
            double number = Math.pow(10, random.nextDouble() * 70 - 35);
            assertThat(buckets.index(number))
                    .as("%s at error %s", number, error)
                    .isEqualTo(published.index(number));
        }
    }

    @Test
    void numbersOfOneValueFallIntoOneBucketHoweverTheyAreWritten() {
        StateType type = MEDIAN.states().get(0);
        byte[] expected = Tiles.bytes(Rows.of(type, List.of(Rows.row(new BigDecimal("1234.5")))));
        for (String written : List.of("1234.50", "12345e-1", "0.12345e4", "1234.50000000000000000000000000")) {
            assertThat(Tiles.bytes(Rows.of(type, List.of(Rows.row(new BigDecimal(written))))))
                    .as(written)
                    .isEqualTo(expected);
        }
        assertThat(Tiles.bytes(Rows.of(type, List.of(Rows.row(new BigDecimal("3e5"))))))
                .isEqualTo(Tiles.bytes(Rows.of(type, List.of(Rows.row(300_000)))));
    }

    private static List<BigDecimal> decimals(String... texts) {
        return Stream.of(texts).map(BigDecimal::new).toList();
    }
}
