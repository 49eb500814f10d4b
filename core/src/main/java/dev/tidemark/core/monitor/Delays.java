package dev.tidemark.core.monitor;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many positives a window will have in the end, by the delays with which earlier ones came.
 *
 * @param rate the expected share of positives
 * @param error its standard error
 * @param arrived the part of the positives that is taken to be there already
 */
public record Delays(double rate, double error, double arrived) {

    private static final double MILLIS = 1_000;

    /**
     * Divides what has come by the part that should have come. Predictions are taken to be spread evenly over the window.
     *
     * @param delays of earlier positives, in seconds
     * @param predictions of the window
     * @param positives that have come so far
     * @param widthMillis the width of the window, which ends at the moment of the question
     * @return null if nothing is known of delays, or nothing should have come
     */
    static @Nullable Delays of(Profile delays, long predictions, long positives, long widthMillis) {
        long known = delays.numbers();
        if (known == 0 || predictions == 0) {
            return null;
        }
        double arrived = 0;
        for (Map.Entry<BigDecimal, Long> cell : delays.cells().entrySet()) {
            // Of predictions spread over the window, this part is older than the delay.
            double older = Math.max(0, 1 - Math.max(0, cell.getKey().doubleValue()) * MILLIS / widthMillis);
            arrived += older * cell.getValue() / known;
        }
        return arrived == 0
                ? null
                : new Delays(
                        positives / arrived / predictions,
                        StrictMath.sqrt((double) positives) / arrived / predictions,
                        arrived);
    }
}
