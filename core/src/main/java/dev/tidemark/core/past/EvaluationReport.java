package dev.tidemark.core.past;

import dev.tidemark.core.monitor.Metrics;
import dev.tidemark.core.monitor.PairedDifference;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How good a model's predictions of some time were.
 *
 * @param qualities of what was served by version, then of each other scorer, by value of the slice
 * @param compared by value of the slice
 * @param missing for each other scorer how many predictions with outcomes it has no score of
 * @param leaked how many predictions have a label that was known at the training bound; with labels by absence each is a no
 *     from its record on; 0 if nothing is said about training
 */
public record EvaluationReport(
        List<Quality> qualities, List<Compared> compared, Map<String, Long> missing, long leaked) {

    /** The scorer of what was served. */
    public static final String SERVED = "served";

    /** Who says how probable a yes is, or how large a number. */
    public interface Scorer {

        String name();

        /**
         * The score of a prediction; null if there is none.
         *
         * @param id of the prediction, as the canonical text of a key, see {@link dev.tidemark.core.tile.EntityKeys}
         */
        @Nullable
        BigDecimal of(String id);
    }

    /**
     * @param version empty for a scorer that is not one that was served
     * @param slice the value of the slice; empty without one
     * @param predictions with outcomes; with labels by absence all
     * @param metrics null if nothing is known
     */
    public record Quality(
            String scorer,
            String version,
            String slice,
            long predictions,
            @Nullable Metrics metrics) {}

    /**
     * The differences of two scorers' losses on the same predictions: log loss, or of numbers the absolute error. The loss of
     * the first file less that of the second; with one file, that of what was served less that of the file.
     *
     * @param slice empty without one
     */
    public record Compared(String slice, PairedDifference difference) {}

    public EvaluationReport {
        qualities = List.copyOf(qualities);
        compared = List.copyOf(compared);
        missing = Collections.unmodifiableMap(new LinkedHashMap<>(missing));
    }
}
