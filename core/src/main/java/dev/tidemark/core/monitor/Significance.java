package dev.tidemark.core.monitor;

/**
 * What sampling alone gives: a distance below such a limit says nothing. Each limit is exceeded with the given probability, at
 * most, when nothing has changed.
 */
final class Significance {

    private static final int BISECTIONS = 200;

    /** Of Student's t. */
    private static final int MOST_EXACT_DEGREES = 100;

    private Significance() {}

    /**
     * Of the population stability index between samples of {@code n} and {@code m} rows in {@code cells} cells: χ² with
     * {@code cells − 1} degrees of freedom, times 1/n + 1/m.
     */
    static double psi(int cells, long n, long m, double probability) {
        return cells < 2 ? 0 : chiSquareQuantile(cells - 1, probability) * (1.0 / n + 1.0 / m);
    }

    /** Of the two-sample Kolmogorov–Smirnov distance: √(−ln(α/2)/2) · √(1/n + 1/m), which is an upper bound. */
    static double ks(long n, long m, double probability) {
        return StrictMath.sqrt(-StrictMath.log(probability / 2) / 2) * StrictMath.sqrt(1.0 / n + 1.0 / m);
    }

    /**
     * Of the rise of a share from {@code a} of {@code n} rows to {@code b} of {@code m}, one-sided, by the pooled share and with
     * half a row for continuity.
     */
    static double rise(double a, long n, double b, long m, double probability) {
        double pooled = (a * n + b * m) / ((double) n + m);
        return normalQuantile(probability) * StrictMath.sqrt(pooled * (1 - pooled) * (1.0 / n + 1.0 / m))
                + 0.5 / Math.min(n, m);
    }

    /** What a standard normal number exceeds with this probability, below a half. */
    static double normalQuantile(double probability) {
        return StrictMath.sqrt(chiSquareQuantile(1, 2 * probability));
    }

    /**
     * What Student's t of so many degrees of freedom exceeds with this probability, below a half: exact for up to a hundred; for
     * more by the expansion around the normal quantile, which at 0.025 is less than 1e-7 off. M. Abramowitz, I. Stegun,
     * "Handbook of Mathematical Functions", 26.7.5.
     */
    static double studentQuantile(long degrees, double probability) {
        if (degrees <= MOST_EXACT_DEGREES) {
            double low = 0;
            double high = StrictMath.PI / 2;
            for (int i = 0; i < BISECTIONS; i++) {
                double middle = (low + high) / 2;
                if (studentWithin((int) degrees, middle) < 1 - 2 * probability) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            return StrictMath.sqrt((double) degrees) * StrictMath.tan(low);
        }
        double z = normalQuantile(probability);
        double square = z * z;
        double n = degrees;
        return z
                + z * (square + 1) / (4 * n)
                + z * ((5 * square + 16) * square + 3) / (96 * n * n)
                + z * (((3 * square + 19) * square + 17) * square - 15) / (384 * n * n * n);
    }

    /**
     * The probability that the absolute of Student's t is at most √degrees · tan(angle), by the finite series. M. Abramowitz,
     * I. Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
     */
    private static double studentWithin(int degrees, double angle) {
        double cosine = StrictMath.cos(angle);
        boolean isOdd = degrees % 2 == 1;
        double term = isOdd ? cosine : 1;
        double sum = 0;
        for (int power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
            sum += term;
            term *= cosine * cosine * (power + 1) / (power + 2);
        }
        double within = StrictMath.sin(angle) * sum;
        return isOdd ? (angle + within) * 2 / StrictMath.PI : within;
    }

    /** What a χ² number of so many degrees of freedom exceeds with this probability. */
    static double chiSquareQuantile(int degrees, double probability) {
        double low = 0;
        double high = 1;
        while (chiSquareAbove(degrees, high) > probability) {
            high *= 2;
        }
        for (int i = 0; i < BISECTIONS && high > low; i++) {
            double middle = (low + high) / 2;
            if (chiSquareAbove(degrees, middle) > probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /**
     * One minus the regularised lower incomplete gamma function P(k/2, x/2), by its series x^a e^−x / Γ(a+1) · Σ x^n / ((a+1) …
     * (a+n)): M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 6.5.29 and 26.4.
     */
    private static double chiSquareAbove(int degrees, double x) {
        double a = degrees / 2.0;
        double half = x / 2;
        double logGamma = degrees % 2 == 0 ? 0 : StrictMath.log(StrictMath.PI) / 2;
        for (double factor = a; factor > 0; factor--) {
            logGamma += StrictMath.log(factor);
        }
        double term = 1;
        double sum = 1;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= half / (a + n);
            sum += term;
        }
        return 1 - sum * StrictMath.exp(a * StrictMath.log(half) - half - logGamma);
    }
}
