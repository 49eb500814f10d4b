package dev.tidemark.core.monitor;

import java.math.BigDecimal;

/**
 * The mean difference d of the losses of two models on the same requests: far more exact than the difference of two means,
 * since what makes a request hard is hard for both.
 *
 * @param requests how many, at least 2
 * @param mean of the first model's loss minus the second's: positive if the second is better
 * @param error the standard error of the mean
 */
public record PairedDifference(long requests, double mean, double error) {

    /** The confidence of an interval where nobody says another. */
    public static final double USUAL_CONFIDENCE = 0.95;

    /** @throws IllegalArgumentException for fewer than 2 requests */
    public PairedDifference {
        if (requests < 2) {
            throw new IllegalArgumentException(requests + " requests have no interval");
        }
    }

    /**
     * From sums.
     *
     * @param sum Σd
     * @param sumOfSquares Σd²
     * @throws IllegalArgumentException for fewer than 2 requests
     */
    public static PairedDifference of(long requests, double sum, double sumOfSquares) {
        double mean = sum / requests;
        double variance = Math.max(0, (sumOfSquares - sum * mean) / (requests - 1));
        return new PairedDifference(requests, mean, StrictMath.sqrt(variance / requests));
    }

    /** The lower end of the interval that holds the true mean in 95 of 100 cases. */
    public double low() {
        return low(USUAL_CONFIDENCE);
    }

    /** Its upper end. */
    public double high() {
        return high(USUAL_CONFIDENCE);
    }

    /**
     * The lower end of the interval that holds the true mean with a confidence; outside it lies as much on either side.
     *
     * @param confidence between 0 and 1, both excluded
     */
    public double low(double confidence) {
        return mean - half(confidence);
    }

    /** Its upper end. */
    public double high(double confidence) {
        return mean + half(confidence);
    }

    private double half(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("a confidence is between 0 and 1: " + confidence);
        }
        // 1 - 0.95 is not 0.05 in doubles.
        double outside = BigDecimal.ONE.subtract(BigDecimal.valueOf(confidence)).doubleValue() / 2;
        return Significance.studentQuantile(requests - 1, outside) * error;
    }

    /** Whether the usual interval leaves out 0: one of the two is better. */
    public boolean isDecided() {
        return low() > 0 || high() < 0;
    }
}
