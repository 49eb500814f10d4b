package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.Definitions.Feature;
import dev.tidemark.oracle.FeatureValues.Evaluated;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What functions of predictions and their labels make of a list of events, and profiles. */
final class QualityValues {

    private static final Set<String> OF_PROBABILITIES =
            Set.of("confusion", "log_loss", "brier", "auc", "calibration", "log_loss_difference");

    /** Beyond this ratio two scores are never in one bucket: (1 + 0.01) / (1 - 0.01), and what rounding adds. */
    private static final double BUCKET_RATIO = 1.0203;

    private static final double LEAST_SCORE = 1e-6;

    private final Feature feature;
    private final List<Event> events;

    /** A prediction and its label. */
    private record Judged(BigDecimal prediction, BigDecimal label) {

        boolean isPositive() {
            return label.signum() != 0;
        }

        BigDecimal error() {
            return prediction.subtract(label);
        }
    }

    QualityValues(Feature feature, List<Event> events) {
        this.feature = feature;
        this.events = events;
    }

    static boolean isOfProbabilities(Feature feature) {
        return OF_PROBABILITIES.contains(feature.function())
                || "probability".equals(feature.parameters().get("grid"));
    }

    /** The field of the label; null if there is none, or it is a constant. */
    static @Nullable String labelField(Feature feature) {
        return feature.parameters().get("label") instanceof String field ? field : null;
    }

    /** The field of another prediction of the same; null if there is none. */
    static @Nullable String otherField(Feature feature) {
        return feature.parameters().get("other") instanceof String field ? field : null;
    }

    static String labelType(Feature feature) {
        return isOfProbabilities(feature) ? "binary" : "number";
    }

    Evaluated value() {
        return switch (feature.function()) {
            case "confusion" -> FeatureValues.exact(confusion());
            case "log_loss" ->
                FeatureValues.exact(
                        mean(judged().stream().map(QualityValues::logLoss).toList()));
            case "brier" -> FeatureValues.exact(mean(squares()));
            case "auc" -> auc();
            case "calibration" -> FeatureValues.exact(calibration());
            case "mae" ->
                FeatureValues.exact(
                        mean(judged().stream().map(each -> each.error().abs()).toList()));
            case "rmse" -> FeatureValues.exact(rootMean(squares()));
            case "bias" ->
                FeatureValues.exact(mean(judged().stream().map(Judged::error).toList()));
            case "log_loss_difference" -> FeatureValues.exact(difference(QualityValues::logLoss));
            case "mae_difference" ->
                FeatureValues.exact(difference(each -> each.error().abs()));
            case "profile" -> profile();
            default -> throw new IllegalArgumentException("unknown function '" + feature.function() + "'");
        };
    }

    private List<Judged> judged() {
        return events.stream()
                .map(event -> new Judged(input(event).decimalValue(), label(event)))
                .toList();
    }

    private JsonNode input(Event event) {
        return Objects.requireNonNull(event.field(Objects.requireNonNull(feature.input())));
    }

    private BigDecimal label(Event event) {
        String field = labelField(feature);
        if (field == null) {
            return new BigDecimal(String.valueOf(feature.parameters().get("label")));
        }
        JsonNode label = Objects.requireNonNull(event.field(field));
        return label.isBoolean() ? (label.booleanValue() ? BigDecimal.ONE : BigDecimal.ZERO) : label.decimalValue();
    }

    private ObjectNode difference(Function<Judged, BigDecimal> loss) {
        String other = Objects.requireNonNull(otherField(feature));
        List<BigDecimal> differences = events.stream()
                .map(event -> {
                    BigDecimal label = label(event);
                    BigDecimal challenger =
                            Objects.requireNonNull(event.field(other)).decimalValue();
                    return loss.apply(new Judged(input(event).decimalValue(), label))
                            .subtract(loss.apply(new Judged(challenger, label)));
                })
                .toList();
        ObjectNode value = FeatureValues.NODES.objectNode();
        value.put("count", differences.size());
        value.set("sum", FeatureValues.number(sum(differences)));
        value.set(
                "squares",
                FeatureValues.number(
                        sum(differences.stream().map(each -> each.pow(2)).toList())));
        return value;
    }

    private ArrayNode confusion() {
        List<BigDecimal> thresholds = feature.parameters().containsKey("thresholds")
                ? feature.decimals("thresholds")
                : List.of(new BigDecimal("0.5"));
        ArrayNode values = FeatureValues.NODES.arrayNode();
        for (BigDecimal threshold : thresholds) {
            long tp = count(threshold, true, true);
            long fp = count(threshold, true, false);
            long fn = count(threshold, false, true);
            long tn = count(threshold, false, false);
            ObjectNode value = values.addObject();
            value.set("threshold", FeatureValues.number(threshold));
            value.put("tp", tp).put("fp", fp).put("fn", fn).put("tn", tn);
            value.set("accuracy", quotient(tp + tn, tp + fp + fn + tn));
            value.set("precision", quotient(tp, tp + fp));
            value.set("recall", quotient(tp, tp + fn));
            value.set("f1", quotient(2 * tp, 2 * tp + fp + fn));
        }
        return values;
    }

    private long count(BigDecimal threshold, boolean called, boolean positive) {
        return judged().stream()
                .filter(each -> each.isPositive() == positive)
                .filter(each -> each.prediction.compareTo(threshold) >= 0 == called)
                .count();
    }

    private static BigDecimal logLoss(Judged judged) {
        BigDecimal given = judged.isPositive() ? judged.prediction : BigDecimal.ONE.subtract(judged.prediction);
        double probability = Math.max(1e-15, Math.min(1 - 1e-15, given.doubleValue()));
        return new BigDecimal(-StrictMath.log(probability)).round(MathContext.DECIMAL64);
    }

    private List<BigDecimal> squares() {
        return judged().stream().map(each -> each.error().pow(2)).toList();
    }

    /** Pair by pair. Scores that may share a bucket may be taken for equal, which moves a pair by a half. */
    private Evaluated auc() {
        long doubled = 0;
        long pairs = 0;
        long unsure = 0;
        List<Judged> judged = judged();
        for (Judged positive : judged) {
            for (Judged negative : judged) {
                if (positive.isPositive() && !negative.isPositive()) {
                    int order = positive.prediction.compareTo(negative.prediction);
                    pairs++;
                    doubled += 1 + order;
                    unsure += order != 0 && mayShareBucket(positive.prediction, negative.prediction) ? 1 : 0;
                }
            }
        }
        return pairs == 0
                ? FeatureValues.exact(FeatureValues.NODES.nullNode())
                : new Evaluated(
                        quotient(doubled, 2 * pairs), Tolerance.absolute((double) unsure / (2 * pairs) + 1e-15));
    }

    private static boolean mayShareBucket(BigDecimal a, BigDecimal b) {
        return isNear(a, b) || isNear(BigDecimal.ONE.subtract(a), BigDecimal.ONE.subtract(b));
    }

    private static boolean isNear(BigDecimal a, BigDecimal b) {
        double less = Math.max(LEAST_SCORE, a.min(b).doubleValue());
        return Math.max(LEAST_SCORE, a.max(b).doubleValue()) <= less * BUCKET_RATIO;
    }

    private ObjectNode calibration() {
        int buckets = feature.integer("buckets", 10);
        TreeMap<Integer, List<Judged>> byBucket = new TreeMap<>();
        List<Judged> judged = judged();
        for (Judged each : judged) {
            int bucket = each.prediction.multiply(BigDecimal.valueOf(buckets)).intValue();
            byBucket.computeIfAbsent(Math.min(bucket, buckets - 1), key -> new ArrayList<>())
                    .add(each);
        }
        BigDecimal distances = BigDecimal.ZERO;
        ArrayNode shown = FeatureValues.NODES.arrayNode();
        for (Map.Entry<Integer, List<Judged>> bucket : byBucket.entrySet()) {
            List<Judged> inside = bucket.getValue();
            List<BigDecimal> scores = inside.stream().map(Judged::prediction).toList();
            List<BigDecimal> labels = inside.stream().map(Judged::label).toList();
            distances = distances.add(sum(scores).subtract(sum(labels)).abs());
            ObjectNode value = shown.addObject();
            value.set("from", quotient(bucket.getKey(), buckets));
            value.set("to", quotient(bucket.getKey() + 1, buckets));
            value.put("count", inside.size());
            value.set("mean_score", mean(scores));
            value.set("rate", mean(labels));
        }
        ObjectNode value = FeatureValues.NODES.objectNode();
        value.set("ece", quotient(distances, judged.size()));
        value.set("slope", slope(judged));
        value.set("buckets", shown);
        return value;
    }

    /** Of the least-squares line through all events: n·Σpy − Σp·Σy over n·Σp² − (Σp)². */
    private static JsonNode slope(List<Judged> judged) {
        BigDecimal n = BigDecimal.valueOf(judged.size());
        BigDecimal scores = sum(judged.stream().map(Judged::prediction).toList());
        BigDecimal labels = sum(judged.stream().map(Judged::label).toList());
        BigDecimal products = sum(judged.stream()
                .map(each -> each.prediction.multiply(each.label))
                .toList());
        BigDecimal squares =
                sum(judged.stream().map(each -> each.prediction.pow(2)).toList());
        BigDecimal divisor = n.multiply(squares).subtract(scores.pow(2));
        return divisor.signum() == 0
                ? FeatureValues.NODES.nullNode()
                : FeatureValues.number(
                        n.multiply(products).subtract(scores.multiply(labels)).divide(divisor, MathContext.DECIMAL64));
    }

    /** Every number is a cell of its own. */
    private Evaluated profile() {
        List<JsonNode> present = new ArrayList<>();
        for (Event event : events) {
            JsonNode value = event.field(Objects.requireNonNull(feature.input()));
            if (value != null) {
                present.add(value);
            }
        }
        List<BigDecimal> numbers = present.stream()
                .filter(JsonNode::isNumber)
                .map(JsonNode::decimalValue)
                .toList();
        TreeMap<BigDecimal, Integer> cells = new TreeMap<>();
        numbers.forEach(number -> cells.merge(number, 1, Integer::sum));
        TreeMap<String, Integer> values = new TreeMap<>(CanonicalOrder::compareText);
        present.stream().filter(each -> !each.isNumber()).forEach(each -> values.merge(each.asText(), 1, Integer::sum));
        if (values.size() > feature.integer("max_values", 32)) {
            throw new UnsupportedOperationException("feature '" + feature.name() + "' saw " + values.size()
                    + " texts, more than max_values; the oracle answers only below it");
        }
        ObjectNode value = FeatureValues.NODES.objectNode();
        value.put("count", present.size());
        value.put("nulls", events.size() - present.size());
        value.set("mean", mean(numbers));
        value.set("stddev", stddev(numbers));
        ObjectNode shown = value.putObject("cells");
        cells.forEach((number, count) -> shown.put(CanonicalOrder.strip(number).toPlainString(), count));
        ObjectNode texts = value.putObject("values");
        values.forEach(texts::put);
        value.put("other", 0);
        boolean onLogGrid = !isOfProbabilities(feature);
        double error = onLogGrid ? feature.decimal("relative_error", "0.01").doubleValue() : 0.01;
        return new Evaluated(value, Tolerance.cells(error));
    }

    private static JsonNode stddev(List<BigDecimal> numbers) {
        BigDecimal n = BigDecimal.valueOf(numbers.size());
        BigDecimal squares = sum(numbers.stream().map(number -> number.pow(2)).toList());
        return numbers.isEmpty()
                ? FeatureValues.NODES.nullNode()
                : FeatureValues.number(n.multiply(squares)
                        .subtract(sum(numbers).pow(2))
                        .divide(n.pow(2), MathContext.DECIMAL128)
                        .sqrt(MathContext.DECIMAL64));
    }

    private static JsonNode rootMean(List<BigDecimal> terms) {
        return terms.isEmpty()
                ? FeatureValues.NODES.nullNode()
                : FeatureValues.number(sum(terms)
                        .divide(BigDecimal.valueOf(terms.size()), MathContext.DECIMAL128)
                        .sqrt(MathContext.DECIMAL64));
    }

    private static JsonNode mean(List<BigDecimal> terms) {
        return quotient(sum(terms), terms.size());
    }

    private static BigDecimal sum(List<BigDecimal> terms) {
        return terms.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static JsonNode quotient(long dividend, long divisor) {
        return quotient(BigDecimal.valueOf(dividend), divisor);
    }

    private static JsonNode quotient(BigDecimal dividend, long divisor) {
        return divisor == 0
                ? FeatureValues.NODES.nullNode()
                : FeatureValues.number(dividend.divide(BigDecimal.valueOf(divisor), MathContext.DECIMAL64));
    }
}
