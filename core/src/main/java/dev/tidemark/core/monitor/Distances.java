package dev.tidemark.core.monitor;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far the values of two profiles are apart. The index and the Kolmogorov–Smirnov distance stand beside what sampling alone
 * would give: they mean something only if they exceed that <em>and</em> a threshold of interest.
 *
 * @param psi the population stability index over {@link Cells}, half a count added to each (Jeffreys)
 * @param psiLimit what sampling alone gives
 * @param js the Jensen–Shannon divergence over the same cells, in bits: 0 for equal, 1 for disjoint
 * @param along of the numbers; null without numbers on both sides
 * @param unseen the share of live texts that the baseline does not list
 * @param contributions to {@code psi}, the largest first
 */
public record Distances(
        double psi,
        double psiLimit,
        double js,
        @Nullable Along along,
        double unseen,
        List<Contribution> contributions) {

    /** Fewer independent values for each cell say nothing. */
    private static final int LEAST_PER_CELL = 5;

    /**
     * A cell's part of the index.
     *
     * @param cell what it holds
     * @param baseline the baseline's share in it
     * @param live the live share in it
     */
    public record Contribution(String cell, double psi, double baseline, double live) {}

    /**
     * Distances along the grid.
     *
     * @param ks the Kolmogorov–Smirnov distance on the grid
     * @param ksLimit what sampling alone gives
     * @param ksSlack how much larger the distance of the numbers themselves may be: the mass of the largest cell
     * @param wasserstein the mean distance by which numbers have moved, in their own unit
     */
    public record Along(double ks, double ksLimit, double ksSlack, double wasserstein) {}

    public Distances {
        contributions = List.copyOf(contributions);
    }

    /**
     * Compares.
     *
     * @param effective how many independent live values there are, at most as many as values
     * @param significance the probability of exceeding a limit when nothing has changed
     * @return null if there are too few values to tell: fewer than five independent ones for each cell, on either side
     */
    static @Nullable Distances of(Profile baseline, Profile live, long effective, double significance) {
        Cells cells = new Cells(baseline);
        long[] before = cells.counts(baseline);
        long[] now = cells.counts(live);
        int[] used = IntStream.range(0, before.length)
                .filter(cell -> before[cell] + now[cell] > 0)
                .toArray();
        long least = (long) LEAST_PER_CELL * used.length;
        if (used.length == 0 || effective < least || baseline.present() < least) {
            return null;
        }
        double total = baseline.present();
        double liveTotal = live.present();
        double js = 0;
        List<Contribution> contributions = new ArrayList<>();
        for (int cell : used) {
            double a = before[cell] / total;
            double b = now[cell] / liveTotal;
            js += (part(a, (a + b) / 2) + part(b, (a + b) / 2)) / 2;
            double moved = index(
                    (before[cell] + 0.5) / (total + used.length / 2.0),
                    (now[cell] + 0.5) / (liveTotal + used.length / 2.0));
            contributions.add(new Contribution(cells.names().get(cell), moved, a, b));
        }
        contributions.sort(Comparator.comparingDouble(Contribution::psi).reversed());
        return new Distances(
                contributions.stream().mapToDouble(Contribution::psi).sum(),
                Significance.psi(used.length, baseline.present(), effective, significance),
                Math.max(0, js / StrictMath.log(2)),
                along(baseline, live, effective, significance),
                unseen(baseline, live),
                contributions);
    }

    private static double index(double a, double b) {
        return (b - a) * StrictMath.log(b / a);
    }

    private static double part(double share, double middle) {
        return share == 0 ? 0 : share * StrictMath.log(share / middle);
    }

    private static double unseen(Profile baseline, Profile live) {
        long seen = live.values().entrySet().stream()
                .filter(one -> baseline.values().containsKey(one.getKey()))
                .mapToLong(one -> one.getValue())
                .sum();
        return live.texts() == 0 ? 0 : (double) (live.texts() - seen) / live.texts();
    }

    private static @Nullable Along along(Profile baseline, Profile live, long effective, double significance) {
        long numbers = baseline.numbers();
        long liveNumbers = live.numbers();
        if (numbers == 0 || liveNumbers == 0) {
            return null;
        }
        NavigableSet<BigDecimal> grid = new TreeSet<>(baseline.cells().keySet());
        grid.addAll(live.cells().keySet());
        double ks = 0;
        double slack = 0;
        double wasserstein = 0;
        double apart = 0;
        double last = grid.first().doubleValue();
        for (BigDecimal number : grid) {
            wasserstein += Math.abs(apart) * (number.doubleValue() - last);
            last = number.doubleValue();
            double a = (double) baseline.cells().getOrDefault(number, 0L) / numbers;
            double b = (double) live.cells().getOrDefault(number, 0L) / liveNumbers;
            apart += a - b;
            ks = Math.max(ks, Math.abs(apart));
            slack = Math.max(slack, Math.max(a, b));
        }
        double limit = Significance.ks(numbers, Math.min(liveNumbers, effective), significance);
        return new Along(ks, limit, slack, wasserstein);
    }
}
