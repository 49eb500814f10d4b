package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values straight from their definitions, over all events at once, without states. */
final class Naive {

    private static final Comparator<EventRow> EVENT_ORDER = Comparator.comparingLong(EventRow::eventTimeMillis)
            .thenComparing(row -> new BigInteger(row.position().sequenceNumber()))
            .thenComparing(EventRow::shardId)
            .thenComparingLong(row -> row.position().subsequence());

    private Naive() {}

    static Object count(List<EventRow> events) {
        return (long) events.size();
    }

    static BigDecimal sum(List<EventRow> events) {
        return canonical(numbers(events).stream().reduce(BigDecimal.ZERO, BigDecimal::add));
    }

    static @Nullable BigDecimal avg(List<EventRow> events) {
        int n = numbers(events).size();
        return n == 0 ? null : canonical(sum(events).divide(new BigDecimal(n), MathContext.DECIMAL64));
    }

    static @Nullable BigDecimal min(List<EventRow> events) {
        return numbers(events).stream()
                .reduce(BigDecimal::min)
                .map(Naive::canonical)
                .orElse(null);
    }

    static @Nullable BigDecimal max(List<EventRow> events) {
        return numbers(events).stream()
                .reduce(BigDecimal::max)
                .map(Naive::canonical)
                .orElse(null);
    }

    static Function<List<EventRow>, @Nullable Object> variance(boolean sample) {
        return events -> {
            BigDecimal quotient = squaredDeviations(events, sample, MathContext.DECIMAL64);
            return quotient == null ? null : canonical(quotient);
        };
    }

    static Function<List<EventRow>, @Nullable Object> stddev(boolean sample) {
        return events -> {
            BigDecimal quotient = squaredDeviations(events, sample, MathContext.DECIMAL128);
            return quotient == null ? null : canonical(quotient.sqrt(MathContext.DECIMAL64));
        };
    }

    /** n·Σ(n·x − Σx)² over n³ (or n²·(n − 1)·n): the definition by deviations, cleared of fractions. */
    private static @Nullable BigDecimal squaredDeviations(List<EventRow> events, boolean sample, MathContext digits) {
        List<BigDecimal> numbers = numbers(events);
        if (numbers.size() < (sample ? 2 : 1)) {
            return null;
        }
        BigDecimal n = new BigDecimal(numbers.size());
        BigDecimal sum = sum(events);
        BigDecimal total = BigDecimal.ZERO;
        for (BigDecimal number : numbers) {
            total = total.add(n.multiply(number).subtract(sum).pow(2));
        }
        BigDecimal divisor = n.pow(2).multiply(sample ? n.subtract(BigDecimal.ONE) : n);
        return total.divide(divisor, digits);
    }

    static @Nullable BigDecimal one(List<EventRow> events) {
        return events.isEmpty() ? null : BigDecimal.ONE;
    }

    static @Nullable Object first(List<EventRow> events) {
        return withInput(events).stream().min(EVENT_ORDER).map(Naive::scalar).orElse(null);
    }

    static @Nullable Object last(List<EventRow> events) {
        return withInput(events).stream().max(EVENT_ORDER).map(Naive::scalar).orElse(null);
    }

    static Function<List<EventRow>, @Nullable Object> firstN(int n) {
        return events -> withInput(events).stream()
                .sorted(EVENT_ORDER)
                .limit(n)
                .map(Naive::scalar)
                .toList();
    }

    static Function<List<EventRow>, @Nullable Object> lastN(int n) {
        return events -> withInput(events).stream()
                .sorted(EVENT_ORDER.reversed())
                .limit(n)
                .map(Naive::scalar)
                .toList();
    }

    static long distinct(List<EventRow> events) {
        return withInput(events).stream().map(Naive::scalar).distinct().count();
    }

    static Function<List<EventRow>, @Nullable Object> topK(int k) {
        return events -> {
            Map<Object, Long> counts = new HashMap<>();
            withInput(events).forEach(event -> counts.merge(scalar(event), 1L, Long::sum));
            return counts.entrySet().stream()
                    .sorted(Map.Entry.<Object, Long>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey(Inputs::compareScalars)))
                    .limit(k)
                    .map(entry -> Map.of("value", entry.getKey(), "count", entry.getValue()))
                    .toList();
        };
    }

    static Function<List<EventRow>, @Nullable Object> histogram(String... boundaries) {
        return events -> {
            List<Long> counts = new ArrayList<>();
            for (int i = 0; i <= boundaries.length; i++) {
                int bucket = i;
                counts.add(numbers(events).stream()
                        .filter(x -> bucket == 0 || x.compareTo(new BigDecimal(boundaries[bucket - 1])) >= 0)
                        .filter(x -> bucket == boundaries.length || x.compareTo(new BigDecimal(boundaries[bucket])) < 0)
                        .count());
            }
            return counts;
        };
    }

    /** For groups that are all listed, or all allowed. */
    static Function<List<EventRow>, @Nullable Object> grouped(
            Function<List<EventRow>, @Nullable Object> naive, GroupBy.Spec groups, boolean overInput) {
        return events -> {
            Map<String, List<EventRow>> byGroup = new HashMap<>();
            for (EventRow event : overInput ? withInput(events) : events) {
                byGroup.merge(groupOf(event, groups), List.of(event), Naive::concatenated);
            }
            Map<String, @Nullable Object> values = new HashMap<>();
            byGroup.forEach((group, ofGroup) -> values.put(group, naive.apply(ofGroup)));
            return values;
        };
    }

    /** Of all elements of all lists, as if they were events. */
    static Function<List<EventRow>, @Nullable Object> ofEach(Function<List<EventRow>, @Nullable Object> naive) {
        return events -> naive.apply(withInput(events).stream()
                .flatMap(event -> event.elements(Traffic.INPUT).stream())
                .toList());
    }

    private static String groupOf(EventRow event, GroupBy.Spec groups) {
        String name = switch (event.kind(Traffic.GROUP)) {
            case STRING -> event.string(Traffic.GROUP);
            case BOOLEAN -> String.valueOf(event.bool(Traffic.GROUP));
            case NUMBER, BIG_NUMBER -> canonical(event.decimal(Traffic.GROUP)).toPlainString();
            case ABSENT, COMPOUND, FLAWED, LIST -> "";
        };
        boolean isNamed =
                event.kind(Traffic.GROUP) == EventRow.Kind.STRING || event.isNumber(Traffic.GROUP) || !name.isEmpty();
        boolean isListed =
                !(groups instanceof GroupBy.Listed listed) || listed.groups().contains(name);
        return isNamed && isListed ? shown(name) : "$other";
    }

    /** A group that is really called so is not the one of all others. */
    private static String shown(String name) {
        return name.matches("\\$+other") ? "$" + name : name;
    }

    static Function<List<EventRow>, @Nullable Object> decayedSum(double halfLifeMillis) {
        return events -> rounded(weighted(events, halfLifeMillis, Naive::sum));
    }

    static Function<List<EventRow>, @Nullable Object> decayedCount(double halfLifeMillis) {
        return events -> rounded(weighted(events, halfLifeMillis, tile -> new BigDecimal(tile.size())));
    }

    static Function<List<EventRow>, @Nullable Object> decayedAvg(double halfLifeMillis) {
        return events -> withInput(events).isEmpty()
                ? null
                : rounded(weighted(events, halfLifeMillis, Naive::sum)
                        / weighted(
                                events,
                                halfLifeMillis,
                                tile -> new BigDecimal(withInput(tile).size())));
    }

    private static double weighted(
            List<EventRow> events, double halfLifeMillis, Function<List<EventRow>, BigDecimal> number) {
        TreeMap<Long, List<EventRow>> tiles = new TreeMap<>();
        for (EventRow event : events) {
            tiles.merge(event.eventTimeMillis() / Tiles.WIDTH_MILLIS, List.of(event), Naive::concatenated);
        }
        double total = 0;
        for (var tile : tiles.entrySet()) {
            double age = Tiles.AT_MILLIS - (tile.getKey() + 0.5) * Tiles.WIDTH_MILLIS;
            total += StrictMath.pow(2, -Math.max(0, age) / halfLifeMillis)
                    * number.apply(tile.getValue()).doubleValue();
        }
        return total;
    }

    private static List<EventRow> concatenated(List<EventRow> a, List<EventRow> b) {
        return Stream.concat(a.stream(), b.stream()).toList();
    }

    private static BigDecimal rounded(double value) {
        return canonical(new BigDecimal(value).round(new MathContext(12, RoundingMode.HALF_EVEN)));
    }

    private static Object scalar(EventRow row) {
        return switch (row.kind(Traffic.INPUT)) {
            case STRING -> row.string(Traffic.INPUT);
            case BOOLEAN -> row.bool(Traffic.INPUT);
            default -> canonical(row.decimal(Traffic.INPUT));
        };
    }

    private static List<BigDecimal> numbers(List<EventRow> events) {
        return withInput(events).stream().map(row -> row.decimal(Traffic.INPUT)).toList();
    }

    private static List<EventRow> withInput(List<EventRow> events) {
        return events.stream().filter(row -> !row.isAbsent(Traffic.INPUT)).toList();
    }

    private static BigDecimal canonical(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
