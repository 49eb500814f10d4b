package dev.tidemark.core.learn;

import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.Map;

/**
 * What a training set is made of: a function of the cut and of how the model is trained.
 *
 * @param rows in {@link LabelledRow#ORDER}
 * @param fromMillis the predictions' times begin here, inclusive
 * @param holdoutFromMillis those from here on are for judging
 * @param toMillis the time of the cut, exclusive
 * @param trainedUpTo by lane of the live fold, the last position that was known before {@code holdoutFromMillis}: no row for
 *     training knows anything later. A lane that had nothing of the
 *     set's time by then may have none
 * @param leftOut what are no rows
 */
public record LabelledSet(
        List<LabelledRow> rows,
        long fromMillis,
        long holdoutFromMillis,
        long toMillis,
        Map<String, Position> trainedUpTo,
        LeftOut leftOut) {

    /**
     * How many predictions of that time are no rows, each counted by the first reason that holds.
     *
     * @param immature their outcome may still come, or change
     * @param unlabelled they have none
     * @param straddling they were predicted before the holdout, but were complete only in it
     * @param sampled the sample leaves them out
     */
    public record LeftOut(long immature, long unlabelled, long straddling, long sampled) {

        static final LeftOut NONE = new LeftOut(0, 0, 0, 0);
    }

    public LabelledSet {
        rows = List.copyOf(rows);
        trainedUpTo = Map.copyOf(trainedUpTo);
    }
}
