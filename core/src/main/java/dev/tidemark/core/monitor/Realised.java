package dev.tidemark.core.monitor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of the predictions of a window.
 *
 * @param startMillis where the window begins, inclusive: with a step of the view's
 * @param endMillis where the window ends, exclusive: with the hop of the moment
 * @param isMatured whether the outcomes of all its predictions have had their time
 * @param predictions how many there were
 * @param labelled how many of them have an outcome; with labels by absence how many have a positive one
 * @param metrics null if they are not known: of an immature window with labels by absence, or without any outcome
 * @param expected what calibrated scores promise at each threshold, of the same predictions as the metrics; empty for numbers
 * @param delays how many positives are still to come; null if that is not known, or nothing is
 * @param challenges beside each challenger that predicted for the same; of immature windows with labels by absence none
 */
public record Realised(
        long startMillis,
        long endMillis,
        boolean isMatured,
        long predictions,
        long labelled,
        boolean isAbsent,
        @Nullable Metrics metrics,
        List<Expected> expected,
        @Nullable Delays delays,
        List<Challenge> challenges) {

    public Realised {
        expected = List.copyOf(expected);
        challenges = List.copyOf(challenges);
    }

    /** The share of predictions whose outcome is known; NaN without predictions. */
    public double coverage() {
        double known = isAbsent ? isMatured ? predictions : 0 : labelled;
        return Math.min(1, known / predictions);
    }
}
