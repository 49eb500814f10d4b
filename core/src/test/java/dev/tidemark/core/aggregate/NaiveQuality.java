package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What functions of predictions and their labels, and profiles, are by their definitions, without states. */
final class NaiveQuality {

    /** A prediction and its label, as a number. */
    private record Judged(BigDecimal prediction, BigDecimal label) {

        boolean isPositive() {
            return label.signum() != 0;
        }

        BigDecimal error() {
            return prediction.subtract(label);
        }
    }

    private NaiveQuality() {}

    static Function<List<EventRow>, @Nullable Object> confusion(String... thresholds) {
        return events -> {
            List<Map<String, @Nullable Object>> values = new ArrayList<>();
            for (String text : thresholds) {
                BigDecimal threshold = new BigDecimal(text);
                long[] counts = new long[4];
                for (Judged each : judged(events)) {
                    boolean called = each.prediction.compareTo(threshold) >= 0;
                    counts[called ? (each.isPositive() ? 0 : 1) : (each.isPositive() ? 2 : 3)]++;
                }
                Map<String, @Nullable Object> value = new HashMap<>();
                value.put("threshold", threshold);
                value.put("tp", counts[0]);
                value.put("fp", counts[1]);
                value.put("fn", counts[2]);
                value.put("tn", counts[3]);
                value.put("accuracy", share(counts[0] + counts[3], counts[0] + counts[1] + counts[2] + counts[3]));
                BigDecimal precision = share(counts[0], counts[0] + counts[1]);
                BigDecimal recall = share(counts[0], counts[0] + counts[2]);
                value.put("precision", precision);
                value.put("recall", recall);
                value.put("f1", share(2 * counts[0], 2 * counts[0] + counts[1] + counts[2]));
                values.add(value);
            }
            return values;
        };
    }

    static @Nullable BigDecimal logLoss(List<EventRow> events) {
        return mean(judged(events).stream().map(each -> {
            BigDecimal given = each.isPositive() ? each.prediction : BigDecimal.ONE.subtract(each.prediction);
            double probability = Math.max(1e-15, Math.min(1 - 1e-15, given.doubleValue()));
            return new BigDecimal(-StrictMath.log(probability)).round(MathContext.DECIMAL64);
        }));
    }

    static Map<String, Object> logLossDifference(List<EventRow> events) {
        return difference(events, NaiveQuality::logLoss);
    }

    static Map<String, Object> maeDifference(List<EventRow> events) {
        return difference(
                events,
                one -> one.stream()
                        .map(row ->
                                row.decimal(Traffic.INPUT).subtract(label(row)).abs())
                        .findFirst()
                        .orElse(null));
    }

    private static Map<String, Object> difference(
            List<EventRow> events, Function<List<EventRow>, @Nullable BigDecimal> loss) {
        List<BigDecimal> differences = new ArrayList<>();
        for (EventRow row : events) {
            EventRow other = new EventRow(Traffic.SLOTS);
            Rows.copy(row, Traffic.OTHER, other, Traffic.INPUT);
            Rows.copy(row, Traffic.LABEL, other, Traffic.LABEL);
            if (!row.isAbsent(Traffic.INPUT) && !other.isAbsent(Traffic.INPUT) && !other.isAbsent(Traffic.LABEL)) {
                differences.add(Objects.requireNonNull(loss.apply(List.of(row)))
                        .subtract(Objects.requireNonNull(loss.apply(List.of(other)))));
            }
        }
        return Map.of(
                "count",
                (long) differences.size(),
                "sum",
                canonical(sum(differences.stream())),
                "squares",
                canonical(sum(differences.stream().map(one -> one.pow(2)))));
    }

    static @Nullable BigDecimal brier(List<EventRow> events) {
        return mean(judged(events).stream().map(each -> each.error().pow(2)));
    }

    static @Nullable BigDecimal mae(List<EventRow> events) {
        return mean(judged(events).stream().map(each -> each.error().abs()));
    }

    static @Nullable BigDecimal bias(List<EventRow> events) {
        return mean(judged(events).stream().map(Judged::error));
    }

    static @Nullable BigDecimal rmse(List<EventRow> events) {
        List<Judged> judged = judged(events);
        if (judged.isEmpty()) {
            return null;
        }
        BigDecimal squares = judged.stream().map(each -> each.error().pow(2)).reduce(BigDecimal.ZERO, BigDecimal::add);
        return canonical(squares.divide(new BigDecimal(judged.size()), MathContext.DECIMAL128)
                .sqrt(MathContext.DECIMAL64));
    }

    static Function<List<EventRow>, @Nullable Object> calibration(int buckets) {
        return events -> {
            TreeMap<Integer, List<Judged>> byBucket = new TreeMap<>();
            List<Judged> judged = judged(events);
            for (Judged each : judged) {
                int bucket = each.prediction.multiply(new BigDecimal(buckets)).intValue();
                byBucket.computeIfAbsent(Math.min(bucket, buckets - 1), key -> new ArrayList<>())
                        .add(each);
            }
            BigDecimal distances = BigDecimal.ZERO;
            List<Map<String, @Nullable Object>> shown = new ArrayList<>();
            for (Map.Entry<Integer, List<Judged>> bucket : byBucket.entrySet()) {
                List<Judged> inside = bucket.getValue();
                BigDecimal scores = sum(inside.stream().map(Judged::prediction));
                BigDecimal labels = sum(inside.stream().map(Judged::label));
                distances = distances.add(scores.subtract(labels).abs());
                Map<String, @Nullable Object> value = new HashMap<>();
                value.put("from", share(bucket.getKey(), buckets));
                value.put("to", share(bucket.getKey() + 1L, buckets));
                value.put("count", (long) inside.size());
                value.put("mean_score", canonical(scores.divide(new BigDecimal(inside.size()), MathContext.DECIMAL64)));
                value.put("rate", canonical(labels.divide(new BigDecimal(inside.size()), MathContext.DECIMAL64)));
                shown.add(value);
            }
            Map<String, @Nullable Object> value = new HashMap<>();
            value.put(
                    "ece",
                    judged.isEmpty()
                            ? null
                            : canonical(distances.divide(new BigDecimal(judged.size()), MathContext.DECIMAL64)));
            value.put("slope", slope(judged));
            value.put("buckets", shown);
            return value;
        };
    }

    /** Of the least-squares line, by deviations from the means, cleared of fractions. */
    private static @Nullable BigDecimal slope(List<Judged> judged) {
        BigDecimal n = new BigDecimal(judged.size());
        BigDecimal scores = sum(judged.stream().map(Judged::prediction));
        BigDecimal labels = sum(judged.stream().map(Judged::label));
        BigDecimal together = sum(judged.stream()
                .map(each -> n.multiply(each.prediction)
                        .subtract(scores)
                        .multiply(n.multiply(each.label).subtract(labels))));
        BigDecimal squares = sum(judged.stream()
                .map(each -> n.multiply(each.prediction).subtract(scores).pow(2)));
        return squares.signum() == 0 ? null : canonical(together.divide(squares, MathContext.DECIMAL64));
    }

    /** Where no bound is reached. */
    static Function<List<EventRow>, @Nullable Object> profile(Grid grid) {
        LogBuckets buckets = new LogBuckets(0.01);
        return events -> {
            List<EventRow> numeric =
                    events.stream().filter(row -> row.isNumber(Traffic.INPUT)).toList();
            TreeMap<BigDecimal, Long> cells = new TreeMap<>();
            for (EventRow row : numeric) {
                cells.merge(cell(grid, buckets, row.decimal(Traffic.INPUT)), 1L, Long::sum);
            }
            Map<String, Object> shown = new LinkedHashMap<>();
            cells.forEach((number, count) -> shown.put(canonical(number).toPlainString(), count));
            Map<String, Long> values = new HashMap<>();
            for (EventRow row : events) {
                switch (row.kind(Traffic.INPUT)) {
                    case STRING -> values.merge(row.string(Traffic.INPUT), 1L, Long::sum);
                    case BOOLEAN -> values.merge(Boolean.toString(row.bool(Traffic.INPUT)), 1L, Long::sum);
                    case ABSENT, NUMBER, BIG_NUMBER, COMPOUND, FLAWED, LIST -> {}
                }
            }
            Map<String, @Nullable Object> value = new HashMap<>();
            long nulls =
                    events.stream().filter(row -> row.isAbsent(Traffic.INPUT)).count();
            value.put("count", events.size() - nulls);
            value.put("nulls", nulls);
            value.put("mean", Naive.avg(numeric));
            value.put("stddev", Naive.stddev(false).apply(numeric));
            value.put("cells", shown);
            value.put("values", values);
            value.put("other", 0L);
            return value;
        };
    }

    private static BigDecimal cell(Grid grid, LogBuckets buckets, BigDecimal number) {
        if (grid == Grid.LOG) {
            int sign = number.signum();
            return sign == 0
                    ? BigDecimal.ZERO
                    : buckets.value(buckets.index(number.abs().doubleValue())).multiply(new BigDecimal(sign));
        }
        boolean isLow = number.doubleValue() <= 0.5;
        BigDecimal distance = isLow ? number : BigDecimal.ONE.subtract(number);
        BigDecimal value = buckets.value(buckets.index(Math.max(distance.doubleValue(), 1e-6)), 0.5);
        return isLow ? value : BigDecimal.ONE.subtract(value);
    }

    private static List<Judged> judged(List<EventRow> events) {
        return events.stream()
                .filter(row -> !row.isAbsent(Traffic.INPUT) && !row.isAbsent(Traffic.LABEL))
                .map(row -> new Judged(row.decimal(Traffic.INPUT), label(row)))
                .toList();
    }

    private static BigDecimal label(EventRow row) {
        if (row.kind(Traffic.LABEL) == EventRow.Kind.BOOLEAN) {
            return row.bool(Traffic.LABEL) ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        return row.decimal(Traffic.LABEL);
    }

    private static @Nullable BigDecimal mean(Stream<BigDecimal> terms) {
        List<BigDecimal> all = terms.toList();
        return all.isEmpty()
                ? null
                : canonical(sum(all.stream()).divide(new BigDecimal(all.size()), MathContext.DECIMAL64));
    }

    private static BigDecimal sum(Stream<BigDecimal> terms) {
        return terms.reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static @Nullable BigDecimal share(long part, long whole) {
        return whole == 0 ? null : canonical(new BigDecimal(part).divide(new BigDecimal(whole), MathContext.DECIMAL64));
    }

    private static BigDecimal canonical(BigDecimal value) {
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
