package dev.tidemark.core.monitor;

import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A version beside a challenger, on the same predictions: log losses, or of numbers absolute errors.
 *
 * @param challenger the other version
 * @param difference the version's loss less the challenger's: positive if the challenger is better
 */
public record Challenge(String challenger, PairedDifference difference) {

    /** Exact sums over some predictions. */
    private record Sums(long count, BigDecimal sum, BigDecimal squares) {

        static final Sums NONE = new Sums(0, BigDecimal.ZERO, BigDecimal.ZERO);

        static Sums of(@Nullable Object value) {
            if (value == null) {
                return NONE;
            }
            Map<?, ?> members = Values.map(value);
            return new Sums(
                    Values.count(members.get("count")),
                    Values.number(members.get("sum")),
                    Values.number(members.get("squares")));
        }

        Sums plus(Sums more) {
            return new Sums(count + more.count, sum.add(more.sum), squares.add(more.squares));
        }

        Sums minus(Sums less) {
            return new Sums(count - less.count, sum.subtract(less.sum), squares.subtract(less.squares));
        }
    }

    /**
     * Of what the views of challengers answer about the same predictions.
     *
     * @param came of outcomes
     * @param predicted of all predictions as negatives; null unless labels are by absence
     * @return empty if there are fewer than two predictions
     */
    public static Optional<Challenge> of(
            String challenger,
            Map<String, @Nullable Object> came,
            @Nullable Map<String, @Nullable Object> predicted,
            Window window) {
        return of(
                        List.of(challenger),
                        new InWindow(came, window),
                        predicted == null ? null : new InWindow(predicted, window))
                .stream()
                .findFirst();
    }

    /** Those that have two predictions at least; see the other. */
    static List<Challenge> of(List<String> challengers, InWindow came, @Nullable InWindow predicted) {
        List<Challenge> all = new ArrayList<>();
        for (String challenger : challengers) {
            Sums sums = Sums.of(came.value(Monitor.differenceOf(challenger)));
            if (predicted != null) {
                sums = Sums.of(predicted.value(Monitor.differenceOf(challenger)))
                        .minus(Sums.of(came.value(Monitor.differenceAsNoOf(challenger))))
                        .plus(sums);
            }
            if (sums.count() >= 2) {
                all.add(new Challenge(
                        challenger,
                        PairedDifference.of(
                                sums.count(),
                                sums.sum().doubleValue(),
                                sums.squares().doubleValue())));
            }
        }
        return all;
    }
}
