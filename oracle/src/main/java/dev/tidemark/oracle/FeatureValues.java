package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.Definitions.Feature;
import dev.tidemark.oracle.Definitions.Grouping;
import dev.tidemark.oracle.Rungs.Span;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What each aggregate function makes of a list of events. Every call goes through all of them. */
final class FeatureValues {

    /** A value, and how far an answer may be from it. */
    record Evaluated(JsonNode value, Tolerance tolerance) {}

    /** The moment asked about, and the tiles that a decayed function weighs one by one. */
    record Moment(long atMillis, List<Span> tiles) {}

    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String OTHER_GROUP = "$other";
    private static final Set<String> NUMERIC = Set.of(
            "sum",
            "avg",
            "min",
            "max",
            "variance",
            "stddev",
            "median",
            "percentile",
            "histogram",
            "decayed_sum",
            "decayed_avg",
            "mae_difference",
            "mae",
            "rmse",
            "bias");

    /** A distinct count beyond its exact bound is an estimate; this is several standard errors of it. */
    private static final Tolerance DISTINCT_TOLERANCE = Tolerance.relative(0.1);

    /** Decayed values are sums of doubles, rounded to twelve digits: one unit in the last place is forgiven. */
    private static final Tolerance DECAYED_TOLERANCE = Tolerance.relative(2e-11);

    /** A percentile is additionally rounded to eight significant digits. */
    private static final BigDecimal PERCENTILE_ROUNDING = new BigDecimal("1e-7");

    /** When it happened; ties by sequence number, then shard, then place in a packed record (rule T2). */
    private static final Comparator<Event> BY_TIME = Comparator.comparingLong(Event::timeMillis)
            .thenComparing(event -> event.record().sequence())
            .thenComparing(event -> event.record().shardId())
            .thenComparingLong(event -> event.record().subsequence());

    private final Feature feature;
    private final Moment moment;

    private FeatureValues(Feature feature, Moment moment) {
        this.feature = feature;
        this.moment = moment;
    }

    /** What the feature's input must be: {@code number}, {@code probability}, {@code text}, {@code boolean} or {@code any} of these. */
    static String inputType(Feature feature) {
        if (QualityValues.isOfProbabilities(feature)) {
            return "probability";
        }
        return NUMERIC.contains(feature.function())
                ? "number"
                : feature.parameters().getOrDefault("type", "any").toString();
    }

    /** @param events the entity's events in the window */
    static Evaluated evaluate(Feature feature, List<Event> events, Moment moment) {
        FeatureValues values = new FeatureValues(feature, moment);
        List<Event> taken = events.stream()
                .filter(values::takesPart)
                .flatMap(event -> event.each(feature.input()))
                .toList();
        Grouping grouping = feature.groupBy();
        return grouping == null ? values.value(taken) : values.grouped(taken, grouping);
    }

    /** A ratio is about all events; its where tells the hits. Everything else sees only what passes. */
    private boolean takesPart(Event event) {
        return feature.function().equals("ratio")
                || (ViewEvents.passes(feature.where(), event)
                        && (feature.function().equals("profile") || hasInputs(event)));
    }

    private boolean hasInputs(Event event) {
        String label = QualityValues.labelField(feature);
        String other = QualityValues.otherField(feature);
        return (feature.input() == null || event.field(feature.input()) != null)
                && (label == null || event.field(label) != null)
                && (other == null || event.field(other) != null);
    }

    private Evaluated grouped(List<Event> events, Grouping grouping) {
        Map<String, List<Event>> groups = new TreeMap<>(CanonicalOrder::compareText);
        for (Event event : events) {
            groups.computeIfAbsent(groupName(event, grouping), key -> new ArrayList<>())
                    .add(event);
        }
        ObjectNode value = NODES.objectNode();
        int named = groups.size() - (groups.containsKey(OTHER_GROUP) ? 1 : 0);
        boolean overflows = grouping.groups() == null && named > grouping.maxGroups();
        Tolerance tolerance = overflows ? new Tolerance(0, grouping.maxGroups()) : Tolerance.EXACT;
        for (Map.Entry<String, List<Event>> group : groups.entrySet()) {
            Evaluated evaluated = value(group.getValue());
            value.set(group.getKey(), evaluated.value());
            tolerance = tolerance.or(evaluated.tolerance());
        }
        return new Evaluated(value, tolerance);
    }

    private static String groupName(Event event, Grouping grouping) {
        JsonNode group = event.field(grouping.field());
        if (group == null) {
            return OTHER_GROUP;
        }
        String name = CanonicalOrder.text(group);
        boolean isShown = grouping.groups() == null || grouping.groups().contains(name);
        return isShown ? shown(name) : OTHER_GROUP;
    }

    /** A group that is really called so is not the one of all others. */
    private static String shown(String group) {
        return group.matches("\\$+other") ? "$" + group : group;
    }

    private Evaluated value(List<Event> events) {
        return switch (feature.function()) {
            case "count" -> exact(NODES.numberNode(events.size()));
            case "sum" -> exact(number(sum(events)));
            case "avg" -> exact(quotient(sum(events), events.size()));
            case "min" -> exact(extreme(events, 1));
            case "max" -> exact(extreme(events, -1));
            case "variance" -> exact(variance(events));
            case "stddev" -> exact(stddev(events));
            case "ratio" -> exact(ratio(events));
            case "first" -> exact(single(ordered(events, BY_TIME, 1)));
            case "last" -> exact(single(ordered(events, BY_TIME.reversed(), 1)));
            case "first_n" -> exact(ordered(events, BY_TIME, feature.integer("n", 1)));
            case "last_n" -> exact(ordered(events, BY_TIME.reversed(), feature.integer("n", 1)));
            case "distinct" -> distinct(events);
            case "median" -> percentiles(events, NODES.nullNode());
            case "percentile" -> percentiles(events, NODES.objectNode());
            case "top_k" -> topValues(events);
            case "histogram" -> exact(histogram(events));
            case "decayed_sum", "decayed_avg", "decayed_count" -> decayed(events);
            case "confusion",
                    "log_loss",
                    "brier",
                    "auc",
                    "calibration",
                    "mae",
                    "rmse",
                    "bias",
                    "log_loss_difference",
                    "mae_difference",
                    "profile" -> new QualityValues(feature, events).value();
            default -> throw new IllegalArgumentException("unknown function '" + feature.function() + "'");
        };
    }

    static Evaluated exact(JsonNode value) {
        return new Evaluated(value, Tolerance.EXACT);
    }

    static JsonNode number(BigDecimal number) {
        return NODES.numberNode(CanonicalOrder.strip(number));
    }

    private List<BigDecimal> numbers(List<Event> events) {
        return events.stream().map(event -> input(event).decimalValue()).toList();
    }

    private JsonNode input(Event event) {
        JsonNode value = feature.input() == null ? null : event.field(feature.input());
        if (value == null) {
            throw new IllegalStateException("feature '" + feature.name() + "' took an event without its input");
        }
        return value.isNumber() ? number(value.decimalValue()) : value;
    }

    private BigDecimal sum(List<Event> events) {
        return numbers(events).stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static JsonNode quotient(BigDecimal dividend, int divisor) {
        return divisor == 0
                ? NODES.nullNode()
                : number(dividend.divide(BigDecimal.valueOf(divisor), MathContext.DECIMAL64));
    }

    private JsonNode extreme(List<Event> events, int sign) {
        return numbers(events).stream()
                .min((a, b) -> sign * a.compareTo(b))
                .map(FeatureValues::number)
                .orElse(NODES.nullNode());
    }

    private JsonNode variance(List<Event> events) {
        BigDecimal divisor = varianceDivisor(events.size());
        return divisor.signum() == 0
                ? NODES.nullNode()
                : number(squaredDeviations(events).divide(divisor, MathContext.DECIMAL64));
    }

    private JsonNode stddev(List<Event> events) {
        BigDecimal divisor = varianceDivisor(events.size());
        return divisor.signum() == 0
                ? NODES.nullNode()
                : number(squaredDeviations(events)
                        .divide(divisor, MathContext.DECIMAL128)
                        .sqrt(MathContext.DECIMAL64));
    }

    /** n times the sum of the squares minus the square of the sum. */
    private BigDecimal squaredDeviations(List<Event> events) {
        BigDecimal squares = numbers(events).stream().map(x -> x.multiply(x)).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal sum = sum(events);
        return squares.multiply(BigDecimal.valueOf(events.size())).subtract(sum.multiply(sum));
    }

    private BigDecimal varianceDivisor(int size) {
        long n = size;
        return BigDecimal.valueOf(n * (feature.bool("sample") ? Math.max(n - 1, 0) : n));
    }

    private JsonNode ratio(List<Event> events) {
        long hits = events.stream()
                .filter(event -> ViewEvents.passes(feature.where(), event))
                .count();
        return quotient(BigDecimal.valueOf(hits), events.size());
    }

    private ArrayNode ordered(List<Event> events, Comparator<Event> order, int most) {
        ArrayNode values = NODES.arrayNode();
        events.stream().sorted(order).limit(most).forEach(event -> values.add(input(event)));
        return values;
    }

    private static JsonNode single(ArrayNode values) {
        return values.isEmpty() ? NODES.nullNode() : values.get(0);
    }

    private Evaluated distinct(List<Event> events) {
        Set<JsonNode> values = new TreeSet<>(CanonicalOrder.SCALARS);
        events.forEach(event -> values.add(input(event)));
        boolean estimated = values.size() > feature.integer("exact_up_to", 256);
        return new Evaluated(NODES.numberNode(values.size()), estimated ? DISTINCT_TOLERANCE : Tolerance.EXACT);
    }

    /** @param form an object for one member per percentile; anything else for the median alone */
    private Evaluated percentiles(List<Event> events, JsonNode form) {
        BigDecimal relativeError = feature.decimal("relative_error", "0.01");
        List<BigDecimal> sorted = numbers(events).stream().sorted().toList();
        // An answer is never below the least number or above the greatest.
        boolean isExact = sorted.isEmpty() || sorted.get(0).compareTo(sorted.get(sorted.size() - 1)) == 0;
        Tolerance tolerance = isExact
                ? Tolerance.EXACT
                : Tolerance.relative(relativeError.add(PERCENTILE_ROUNDING).doubleValue());
        if (!(form instanceof ObjectNode values)) {
            return new Evaluated(nearestRank(sorted, BigDecimal.valueOf(50)), tolerance);
        }
        for (BigDecimal percentile : feature.decimals("percentiles")) {
            String name = "p" + CanonicalOrder.strip(percentile).toPlainString();
            values.set(name, nearestRank(sorted, percentile));
        }
        return new Evaluated(values, tolerance);
    }

    private static JsonNode nearestRank(List<BigDecimal> sorted, BigDecimal percentile) {
        if (sorted.isEmpty()) {
            return NODES.nullNode();
        }
        int rank = percentile
                .multiply(BigDecimal.valueOf(sorted.size()))
                .movePointLeft(2)
                .setScale(0, RoundingMode.CEILING)
                .intValueExact();
        return number(sorted.get(Math.max(rank, 1) - 1));
    }

    private Evaluated topValues(List<Event> events) {
        Map<JsonNode, Long> counts = new TreeMap<>(CanonicalOrder.SCALARS);
        events.forEach(event -> counts.merge(input(event), 1L, Long::sum));
        int k = feature.integer("k", 10);
        boolean overflows = counts.size() > feature.integer("max_values", 256);
        ArrayNode values = NODES.arrayNode();
        counts.entrySet().stream()
                .sorted(Map.Entry.<JsonNode, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(CanonicalOrder.SCALARS)))
                .limit(overflows ? counts.size() : k)
                .forEach(each -> values.addObject()
                        .<ObjectNode>set("value", each.getKey())
                        .put("count", each.getValue()));
        return new Evaluated(values, overflows ? new Tolerance(0, k) : Tolerance.EXACT);
    }

    private JsonNode histogram(List<Event> events) {
        List<BigDecimal> boundaries = feature.decimals("boundaries");
        int[] counts = new int[boundaries.size() + 1];
        for (BigDecimal x : numbers(events)) {
            counts[(int) boundaries.stream().filter(b -> b.compareTo(x) <= 0).count()]++;
        }
        ArrayNode values = NODES.arrayNode();
        for (int count : counts) {
            values.add(count);
        }
        return values;
    }

    private Evaluated decayed(List<Event> events) {
        double weightedCount = 0;
        double weightedSum = 0;
        boolean sums = !feature.function().equals("decayed_count");
        for (Span tile : moment.tiles()) {
            List<Event> inside = events.stream()
                    .filter(event -> tile.contains(event.timeMillis()))
                    .toList();
            if (!inside.isEmpty()) {
                double weight = weight(tile);
                weightedCount += weight * inside.size();
                weightedSum += sums ? weight * sum(inside).doubleValue() : 0;
            }
        }
        JsonNode value = switch (feature.function()) {
            case "decayed_count" -> twelveDigits(weightedCount);
            case "decayed_sum" -> twelveDigits(weightedSum);
            default -> events.isEmpty() ? NODES.nullNode() : twelveDigits(weightedSum / weightedCount);
        };
        return new Evaluated(value, events.isEmpty() ? Tolerance.EXACT : DECAYED_TOLERANCE);
    }

    private double weight(Span tile) {
        long ageMillis = Math.max(0, moment.atMillis() - tile.middleMillis());
        return StrictMath.pow(2, -(double) ageMillis / feature.durationMillis("half_life"));
    }

    private static JsonNode twelveDigits(double value) {
        return number(new BigDecimal(value).round(new MathContext(12, RoundingMode.HALF_EVEN)));
    }

    /** The shortest decimal that reads back as the same double. */
    static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < 17; digits++) {
            BigDecimal candidate = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (candidate.doubleValue() == value) {
                return candidate;
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }
}
