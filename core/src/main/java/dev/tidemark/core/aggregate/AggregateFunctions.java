package dev.tidemark.core.aggregate;

import java.util.List;
import java.util.Optional;

/** All aggregate functions, by the name a catalog uses. */
public final class AggregateFunctions {

    private static final List<AggregateFunction> ALL = List.of(
            new Count(),
            new Sum(),
            new Avg(),
            Extreme.min(),
            Extreme.max(),
            Variance.variance(),
            Variance.stddev(),
            new Ratio(),
            Ordered.first(),
            Ordered.last(),
            Ordered.firstN(),
            Ordered.lastN(),
            new Distinct(),
            new Percentile.Function(),
            new Percentile.Median(),
            new TopK(),
            new Histogram(),
            Decayed.sum(),
            Decayed.avg(),
            Decayed.count(),
            new Confusion(),
            Loss.logLoss(),
            Loss.brier(),
            new Auc(),
            new Calibration(),
            Loss.mae(),
            Loss.rmse(),
            Loss.bias(),
            LossDifference.ofLogLoss(),
            LossDifference.ofMae(),
            new Profile());

    private AggregateFunctions() {}

    /** In the order of the documentation; names are distinct. */
    public static List<AggregateFunction> all() {
        return ALL;
    }

    public static Optional<AggregateFunction> find(String name) {
        return ALL.stream().filter(function -> function.name().equals(name)).findFirst();
    }
}
