package dev.tidemark.core.monitor;

/**
 * The mean difference d of the losses of two models on the same requests: far more exact than the difference of two means,
 * since what makes a request hard is hard for both.
 *
 * @param requests how many, at least 2
 * @param mean of the first model's loss minus the second's: positive if the second is better
 * @param low the lower end of the interval that holds the true mean in 95 of 100 cases
 * @param high its upper end
 */
public record PairedDifference(long requests, double mean, double low, double high) {

    private static final double OUTSIDE = 0.025;

    /**
     * From sums.
     *
     * @param sum Σd
     * @param sumOfSquares Σd²
     * @throws IllegalArgumentException for fewer than 2 requests
     */
    public static PairedDifference of(long requests, double sum, double sumOfSquares) {
        if (requests < 2) {
            throw new IllegalArgumentException(requests + " requests have no interval");
        }
        double mean = sum / requests;
        double variance = Math.max(0, (sumOfSquares - sum * mean) / (requests - 1));
        double half = Significance.studentQuantile(requests - 1, OUTSIDE) * StrictMath.sqrt(variance / requests);
        return new PairedDifference(requests, mean, mean - half, mean + half);
    }

    /** Whether the interval leaves out 0: one of the two is better. */
    public boolean isDecided() {
        return low > 0 || high < 0;
    }
}
