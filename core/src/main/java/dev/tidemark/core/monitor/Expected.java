package dev.tidemark.core.monitor;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The quality that calibrated scores promise, without any label: of events with score p a share of p is positive. NannyML calls
 * it confidence-based performance estimation. Scores are taken from the grid, within a hundredth of the nearer end of [0, 1].
 *
 * @param rows how many scores
 * @param threshold a score at it or above is taken for positive
 * @param positives the expected share of positives
 * @param accuracy expected
 * @param accuracyError its standard error when outcomes are drawn by the scores
 * @param precision expected; null if no score is at the threshold
 * @param recall expected; null if no positive is expected
 * @param f1 expected; null as these
 * @param brier expected
 * @param brierError its standard error
 */
public record Expected(
        long rows,
        double threshold,
        double positives,
        double accuracy,
        double accuracyError,
        @Nullable Double precision,
        @Nullable Double recall,
        @Nullable Double f1,
        double brier,
        double brierError) {

    /** Null without scores. */
    static @Nullable Expected of(Profile scores, double threshold) {
        long rows = scores.numbers();
        if (rows == 0) {
            return null;
        }
        double positives = 0;
        double above = 0;
        double truePositives = 0;
        double uncertain = 0;
        double brierVariance = 0;
        for (Map.Entry<BigDecimal, Long> cell : scores.cells().entrySet()) {
            double p = cell.getKey().doubleValue();
            long count = cell.getValue();
            positives += count * p;
            uncertain += count * p * (1 - p);
            brierVariance += count * (1 - 2 * p) * (1 - 2 * p) * p * (1 - p);
            if (p >= threshold) {
                above += count;
                truePositives += count * p;
            }
        }
        double right = truePositives + (rows - above) - (positives - truePositives);
        return new Expected(
                rows,
                threshold,
                positives / rows,
                right / rows,
                StrictMath.sqrt(uncertain) / rows,
                quotient(truePositives, above),
                quotient(truePositives, positives),
                quotient(2 * truePositives, above + positives),
                uncertain / rows,
                StrictMath.sqrt(brierVariance) / rows);
    }

    private static @Nullable Double quotient(double a, double b) {
        return b == 0 ? null : (Double) (a / b);
    }
}
