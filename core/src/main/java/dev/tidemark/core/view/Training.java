package dev.tidemark.core.view;

import dev.tidemark.core.expression.EventFilter;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a model is trained again: of which labelled rows, when, by which step, and what a candidate must be before it takes the
 * champion's place. It decides neither the model's hash nor what any view stores.
 *
 * @param model the name of the model
 * @param modelHash its hash in the same catalog
 * @param rows what it is trained with, and judged by
 * @param everyMillis how often a run starts by schedule; null if none does
 * @param when causes of the monitor that start a run, as {@code Cause.Kind.word} has them
 * @param atLeast how many rows there must be that are new since the cut of the last run
 * @param restMillis how long no run starts after the end of one
 * @param command the training step of the local run: a program and its arguments; empty if there is none
 * @param gate what a candidate must be
 * @param promote what happens before and after it takes the champion's place
 */
public record Training(
        String model,
        String modelHash,
        Rows rows,
        @Nullable Long everyMillis,
        List<String> when,
        long atLeast,
        long restMillis,
        List<String> command,
        Gate gate,
        Promote promote) {

    /** The causes that may start a run: with another one, training again would not help. */
    public static final List<String> CAUSES = List.of("drift", "concept", "prior");

    /** The challenger that a candidate is logged as while it is in shadow. */
    public static final String CANDIDATE = "candidate";

    /**
     * The predictions with their labels that a model learns from. A training set has those of a stretch of time that ends with
     * its cut: the newest are for judging, see {@link #holdoutMillis}, the others for training.
     *
     * @param view of the pairs of predictions and outcomes; it is folded nowhere and no view of the catalog. Its entity is the
     *     pair's key, and pairs are those of the monitor's quality. Where labels are by absence, only a yes is a pair
     * @param labelSlot where its pairs have the label; {@link #NO_SLOT} where labels are by absence
     * @param isBinary whether labels are yes or no, told as 1 and 0; else they are numbers
     * @param isAbsent whether a prediction without a pair is a no, once the horizon has passed; else one without a label is no
     *     row
     * @param predictions which events of the source are predictions of the model; null for all
     * @param horizonMillis how long after a prediction its outcome may take to be known
     * @param lastMillis how far back from the time of a cut the rows reach
     * @param isMatured whether a row waits for the horizon although its label is known
     * @param yes the share of the rows with another label than 0 that are kept
     * @param no of those with 0; of numbers it is the same
     * @param holdoutMillis how much of the time is for judging; less than {@code lastMillis}
     */
    public record Rows(
            View view,
            int labelSlot,
            boolean isBinary,
            boolean isAbsent,
            @Nullable EventFilter predictions,
            long horizonMillis,
            long lastMillis,
            boolean isMatured,
            double yes,
            double no,
            long holdoutMillis) {

        /** Where labels are by absence: the label is which events are pairs. */
        public static final int NO_SLOT = -1;

        public Rows {
            if (view.pairs() == null
                    || holdoutMillis <= 0
                    || holdoutMillis >= lastMillis
                    || !isShare(yes)
                    || !isShare(no)) {
                throw new IllegalArgumentException("view '" + view.name() + "', holdout " + holdoutMillis + " ms of "
                        + lastMillis + " ms, shares " + yes + " and " + no);
            }
        }

        private static boolean isShare(double share) {
            return share > 0 && share <= 1;
        }

        /** The share of the rows with this label that are kept; of those for judging all are. */
        public double share(BigDecimal label) {
            return label.signum() == 0 ? no : yes;
        }
    }

    /** Which slices a candidate must not be worse in. */
    public enum Slices {
        ALL,
        NONE
    }

    /**
     * What a candidate must be.
     *
     * @param worseByAtMost by how much its mean loss may exceed the champion's
     * @param confidence of the intervals, between 0 and 1
     * @param ece the greatest expected calibration error; null for any
     * @param slices in which it must not be worse for certain
     */
    public record Gate(
            BigDecimal worseByAtMost,
            double confidence,
            @Nullable BigDecimal ece,
            Slices slices) {

        public Gate {
            if (worseByAtMost.signum() < 0 || !(confidence > 0 && confidence < 1)) {
                throw new IllegalArgumentException("worse by " + worseByAtMost + ", confidence " + confidence);
            }
        }
    }

    /**
     * What happens before and after a candidate takes the champion's place; 0 for nothing.
     *
     * @param shadowMillis how long its scores are logged beside the champion's
     * @param watchMillis how long it is watched afterwards
     */
    public record Promote(long shadowMillis, long watchMillis) {}

    public Training {
        when = List.copyOf(when);
        command = List.copyOf(command);
    }
}
