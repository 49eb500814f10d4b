package dev.tidemark.core.aggregate;

import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code auc}: the area under the ROC curve, which is the probability that a positive event has the higher score than a
 * negative one, equal scores counting half. Scores are compared by their buckets of the {@link Grid#PROBABILITY} grid.
 * Null without events of both labels; to 16 significant digits.
 *
 * <p>Approximation: method {@code score_buckets}, with a bound on the <em>absolute</em> error: within a bucket the order is
 * not known, which is half of the pairs there. Exact where no bucket has events of both labels.
 */
final class Auc extends Judgement {

    Auc() {
        super(
                "auc",
                "area under the ROC curve of a probability, with a bound on its error",
                /* ofProbabilities= */ true);
    }

    @Override
    public Computation bind(FieldInput input, Map<String, Object> arguments) {
        return new Area(SplitType.byLabel(Label.in(arguments), QuantileStateType.ofProbabilities(input)));
    }

    /**
     * Twice the numbers of pairs of a negative and a positive event.
     *
     * @param ordered twice those where the positive has the higher bucket, and once those of one bucket
     * @param tied once those of one bucket
     */
    private record Pairs(BigInteger all, BigInteger ordered, BigInteger tied) {

        static @Nullable Pairs of(SplitState counts) {
            TreeMap<Integer, long[]> buckets = new TreeMap<>();
            ((QuantileState) counts.first()).forEach((side, index, count) -> bucket(buckets, side, index)[0] += count);
            ((QuantileState) counts.second()).forEach((side, index, count) -> bucket(buckets, side, index)[1] += count);
            BigInteger ordered = BigInteger.ZERO;
            BigInteger tied = BigInteger.ZERO;
            long below = 0;
            long positives = 0;
            for (long[] bucket : buckets.values()) {
                BigInteger here = BigInteger.valueOf(bucket[1]);
                ordered = ordered.add(here.multiply(BigInteger.valueOf(2 * below + bucket[0])));
                tied = tied.add(here.multiply(BigInteger.valueOf(bucket[0])));
                below += bucket[0];
                positives += bucket[1];
            }
            BigInteger all = BigInteger.valueOf(2 * below).multiply(BigInteger.valueOf(positives));
            return all.signum() == 0 ? null : new Pairs(all, ordered, tied);
        }

        private static long[] bucket(TreeMap<Integer, long[]> buckets, int side, int index) {
            return buckets.computeIfAbsent(Grid.place(side, index), place -> new long[2]);
        }

        BigDecimal share(BigInteger pairs) {
            return new BigDecimal(pairs).divide(new BigDecimal(all), MathContext.DECIMAL64);
        }
    }

    private record Area(StateType type) implements Computation {

        @Override
        public List<StateType> states() {
            return List.of(type);
        }

        @Override
        public @Nullable BigDecimal value(TileStates tiles) {
            Pairs pairs = Pairs.of((SplitState) tiles.merged(0));
            return pairs == null ? null : Decimals.canonical(pairs.share(pairs.ordered()));
        }

        @Override
        public @Nullable Approximation approximation(TileStates tiles) {
            Pairs pairs = Pairs.of((SplitState) tiles.merged(0));
            return pairs == null || pairs.tied().signum() == 0
                    ? null
                    : new Approximation(
                            "score_buckets", pairs.share(pairs.tied()).doubleValue());
        }
    }
}
