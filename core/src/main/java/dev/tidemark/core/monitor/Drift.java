package dev.tidemark.core.monitor;

import org.jspecify.annotations.Nullable;

/**
 * How a value has moved from its baseline.
 *
 * @param rows live events
 * @param baselineRows the baseline's
 * @param effective how many independent live events there are: rows of one entity are not independent
 * @param nullShare of the live events
 * @param baselineNullShare of the baseline's
 * @param nullLimit how much the share of nulls may rise by sampling alone
 * @param distances null if there are too few values to tell
 */
public record Drift(
        long rows,
        long baselineRows,
        long effective,
        double nullShare,
        double baselineNullShare,
        double nullLimit,
        @Nullable Distances distances) {

    /** With fewer independent events on either side, a share says nothing. */
    static final int LEAST_ROWS = 50;

    /**
     * Compares.
     *
     * @param entities how many different entities the live events are about; a lower bound of it will do
     * @param significance the probability of exceeding a limit when nothing has changed
     */
    public static Drift of(Profile baseline, Profile live, long entities, double significance) {
        long effective = Math.min(live.rows(), entities);
        return new Drift(
                live.rows(),
                baseline.rows(),
                effective,
                live.nullShare(),
                baseline.nullShare(),
                baseline.rows() == 0 || effective == 0
                        ? 1
                        : Significance.rise(
                                baseline.nullShare(), baseline.rows(), live.nullShare(), effective, significance),
                Distances.of(baseline, live, Math.min(live.present(), effective), significance));
    }

    /** Whether there are enough events to tell anything of the share of nulls. */
    public boolean tellsNulls() {
        return effective >= LEAST_ROWS && baselineRows >= LEAST_ROWS;
    }

    /** Whether more are null than {@code times} the baseline's share and {@code plus}, and not by sampling alone. */
    public boolean hasMoreNulls(double times, double plus) {
        return tellsNulls()
                && nullShare > times * baselineNullShare + plus
                && nullShare - baselineNullShare > nullLimit;
    }

    /** Whether the values have moved by more than the threshold, and by more than sampling alone gives. */
    public boolean hasMoved(double psi) {
        return distances != null && distances.psi() > psi && distances.psi() > distances.psiLimit();
    }
}
