package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.value.ValueType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code calibration}: whether events with a probability of 0.3 are positive three times in ten. {@code ece}, the expected
 * calibration error, is the mean distance between a bucket's mean probability and its share of positives, each bucket weighing
 * as many events as it has. {@code slope} is that of the least-squares line from probabilities to labels (0 and 1), over single
 * events: 1 where probabilities are as far apart as they should be, less where they are too far.
 *
 * <p>All sums are exact, and each value is one division of them, to 16 significant digits. Both values are null for no events,
 * {@code slope} also where all probabilities are equal. Buckets without events are left out.
 */
final class Calibration extends Judgement {

    private static final Parameter BUCKETS = new Parameter(
            "buckets", Parameter.Kind.INTEGER, 10, 1, 100, "into how many buckets of equal width probabilities go");

    private static final int SUMS = 0;
    private static final int SQUARES = 1;

    Calibration() {
        super(
                "calibration",
                "whether a probability is as often right as it says: ece, slope, and per bucket mean score and rate of positives",
                /* ofProbabilities= */ true,
                BUCKETS);
    }

    @Override
    public ValueType type(ValueType input, Map<String, Object> arguments) {
        Map<String, ValueType> bucket = new LinkedHashMap<>();
        bucket.put("from", ValueType.NUMBER);
        bucket.put("to", ValueType.NUMBER);
        bucket.put("count", ValueType.INTEGER);
        bucket.put("mean_score", ValueType.NUMBER);
        bucket.put("rate", ValueType.NUMBER);
        Map<String, ValueType> members = new LinkedHashMap<>();
        members.put("ece", ValueType.NUMBER);
        members.put("slope", ValueType.NUMBER);
        members.put("buckets", ValueType.list(ValueType.struct(bucket)));
        return ValueType.struct(members);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        int buckets = Arguments.get(arguments, BUCKETS, Integer.class);
        Label label = Label.in(arguments);
        return new BoundFunction(
                List.of(
                        SplitType.byLabel(label, new ScoreSums.Type(input, buckets)),
                        SplitType.byLabel(label, SumState.Type.ofSquares(input))),
                tiles -> new Finish(buckets, tiles).value());
    }

    /** The totals that a value is made of. */
    private static final class Finish {

        private final int buckets;
        private final ScoreSums negatives;
        private final ScoreSums positives;
        private final BigDecimal squares;
        private final List<Map<String, @Nullable Object>> shown = new ArrayList<>();
        private BigDecimal distances = BigDecimal.ZERO;
        private BigDecimal scores = BigDecimal.ZERO;
        private BigDecimal scoresOfPositives = BigDecimal.ZERO;
        private long all;
        private long positive;

        Finish(int buckets, TileStates tiles) {
            this.buckets = buckets;
            SplitState sums = (SplitState) tiles.merged(SUMS);
            SplitState squared = (SplitState) tiles.merged(SQUARES);
            this.negatives = (ScoreSums) sums.first();
            this.positives = (ScoreSums) sums.second();
            this.squares = ((SumState) squared.first()).value().add(((SumState) squared.second()).value());
        }

        Map<String, @Nullable Object> value() {
            for (int bucket = 0; bucket < buckets; bucket++) {
                take(bucket);
            }
            Map<String, @Nullable Object> value = new LinkedHashMap<>();
            value.put("ece", Avg.quotient(distances, all));
            value.put("slope", slope());
            value.put("buckets", Collections.unmodifiableList(shown));
            return Collections.unmodifiableMap(value);
        }

        private void take(int bucket) {
            long positivesHere = positives.count(bucket);
            long count = negatives.count(bucket) + positivesHere;
            if (count == 0) {
                return;
            }
            BigDecimal sum = negatives.sum(bucket).add(positives.sum(bucket));
            BigDecimal labels = BigDecimal.valueOf(positivesHere);
            distances = distances.add(sum.subtract(labels).abs());
            scores = scores.add(sum);
            scoresOfPositives = scoresOfPositives.add(positives.sum(bucket));
            all += count;
            positive += positivesHere;
            Map<String, @Nullable Object> value = new LinkedHashMap<>();
            value.put("from", Avg.quotient(BigDecimal.valueOf(bucket), buckets));
            value.put("to", Avg.quotient(BigDecimal.valueOf(bucket + 1L), buckets));
            value.put("count", count);
            value.put("mean_score", Avg.quotient(sum, count));
            value.put("rate", Avg.quotient(labels, count));
            shown.add(Collections.unmodifiableMap(value));
        }

        private @Nullable BigDecimal slope() {
            BigDecimal n = BigDecimal.valueOf(all);
            BigDecimal divisor = n.multiply(squares).subtract(scores.multiply(scores));
            BigDecimal dividend = n.multiply(scoresOfPositives).subtract(scores.multiply(BigDecimal.valueOf(positive)));
            return divisor.signum() == 0 ? null : Decimals.canonical(dividend.divide(divisor, MathContext.DECIMAL64));
        }
    }
}
