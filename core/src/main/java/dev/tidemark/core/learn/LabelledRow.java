package dev.tidemark.core.learn;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.math.BigDecimal;
import java.util.Comparator;

/**
 * A prediction with what came of it.
 *
 * @param id the pair's key as canonical text
 * @param atMillis when it was predicted
 * @param label 0 or 1 if labels are yes or no
 * @param knownMillis when the record became known that gave it its present label
 * @param laneId the lane of that record, as the live fold reads it
 * @param position of that record: the half that made the first pair since which the label is the same, or that took a yes back; of
 *     a prediction that never had a yes the prediction itself, if labels are by absence
 * @param prediction as folded
 * @param split what a training set takes it for
 * @param share of the rows like it that are kept; its weight is one divided by this
 */
public record LabelledRow(
        String id,
        long atMillis,
        BigDecimal label,
        long knownMillis,
        String laneId,
        Position position,
        RawRecord prediction,
        Split split,
        double share) {

    /** Total, and the same for any number of threads. */
    public static final Comparator<LabelledRow> ORDER = Comparator.comparingLong(LabelledRow::knownMillis)
            .thenComparing(LabelledRow::laneId)
            .thenComparing(LabelledRow::position)
            .thenComparing(LabelledRow::id)
            .thenComparingLong(LabelledRow::atMillis);

    /** What a training set takes a row for. */
    public enum Split {
        TRAIN,
        HOLDOUT
    }

    /** What the row counts for, so that the rows left out by sampling are made up for. */
    public double weight() {
        return 1 / share;
    }
}
