package dev.tidemark.core.view;

import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is watched of a model: its predictions, their outcomes, and what is wanted of both. Its views are ordinary ones, whose
 * names begin with the model's and {@code $}.
 *
 * @param model the name of the model
 * @param modelHash its hash in the same catalog
 * @param windows of all its views, the shortest first
 * @param versions of which versions there are predictions; its entity is the model's name
 * @param inputs what was read by each version; together they have every monitored input, and the first has what concerns all
 *     predictions
 * @param score the field of predictions that holds what was predicted
 * @param logged where predictions have what a vector can be computed from again
 * @param keys the names of the model's keys
 * @param features the names in the vector of what is monitored, with the names of the keys that they depend on
 * @param outcome null if outcomes are not known
 * @param slices in which quality is kept apart too
 * @param baseline what inputs are compared with; null if they are not
 * @param champion the version whose checks matter; null if all do
 * @param challengers null if none is compared
 * @param checks in catalog order
 */
public record Monitor(
        String model,
        String modelHash,
        List<Window> windows,
        View versions,
        List<View> inputs,
        String score,
        Logged logged,
        List<String> keys,
        Map<String, List<String>> features,
        @Nullable Outcome outcome,
        List<Slice> slices,
        @Nullable Baseline baseline,
        @Nullable String champion,
        @Nullable Challengers challengers,
        List<Check> checks) {

    /** Stands between a model's name and what a view of its monitor is about, and begins features that are no input. */
    public static final String MARK = "$";

    /** The names of features in the views of a monitor. */
    public static final String ROWS = MARK + "rows";

    public static final String BY_VERSION = MARK + "by_version";
    public static final String BY_HASH = MARK + "by_hash";
    public static final String SCORE = MARK + "score";
    public static final String DELAY = MARK + "delay";
    public static final String CONFUSION = MARK + "confusion";
    public static final String LOG_LOSS = MARK + "log_loss";
    public static final String BRIER = MARK + "brier";

    /** Of positives alone, as if each were a no. */
    public static final String LOG_LOSS_AS_NO = LOG_LOSS + "_as_no";

    public static final String BRIER_AS_NO = BRIER + "_as_no";
    public static final String AUC = MARK + "auc";
    public static final String CALIBRATION = MARK + "calibration";
    public static final String MAE = MARK + "mae";
    public static final String RMSE = MARK + "rmse";
    public static final String BIAS = MARK + "bias";
    /** The probability of an alarm when nothing has changed, where no check says another. */
    public static final double USUAL_SIGNIFICANCE = 0.01;

    private static final String DISTINCT = MARK + "distinct_";
    private static final String SLICE = MARK + "slice_";
    private static final String DIFFERENCE = MARK + "difference_";

    /**
     * Fields of a prediction that say what was asked, what it was computed from, and what was used.
     *
     * @param id of the prediction
     * @param features the vector by name
     * @param keys the model's keys by name
     * @param request the model's request inputs by name
     * @param receipt of the answer
     */
    public record Logged(FieldPath id, FieldPath features, FieldPath keys, FieldPath request, FieldPath receipt) {}

    /**
     * What came of predictions.
     *
     * @param quality by version, in the windows of the predictions' times
     * @param score the field of what {@code quality} reads that holds what was predicted
     * @param label the name of the label, as a field of outcomes and as a column of training sets
     * @param isBinary whether labels are yes or no, and predictions probabilities; else both are numbers
     * @param thresholds from which on a probability counts as a yes; the first is that of checks which name none
     * @param isAbsent whether a prediction without a yes is a no, once the horizon has passed
     * @param horizonMillis how long after a prediction its outcome may take to be known
     * @param hasDelays whether the quality's view knows how long outcomes took
     */
    public record Outcome(
            View quality,
            String score,
            String label,
            boolean isBinary,
            List<BigDecimal> thresholds,
            boolean isAbsent,
            long horizonMillis,
            boolean hasDelays) {

        public Outcome {
            thresholds = List.copyOf(thresholds);
        }
    }

    /**
     * A field by which quality is kept apart.
     *
     * @param quality its entities are a version and a value of the field
     * @param predictions of all predictions, of the same entities; null unless labels are by absence: else it suffices to
     *     know how many there are, which the first view of inputs says
     * @param compared null without challengers
     */
    public record Slice(
            String name,
            View quality,
            @Nullable View predictions,
            @Nullable Compared compared) {

        /** All of them. */
        public List<View> views() {
            List<View> views = new ArrayList<>(List.of(quality));
            if (predictions != null) {
                views.add(predictions);
            }
            if (compared != null) {
                views.addAll(compared.views());
            }
            return views;
        }
    }

    /**
     * Versions that predict for the same as the one whose prediction is used, which logs their scores beside its own.
     *
     * @param all where the differences are, over all slices
     */
    public record Challengers(List<String> versions, Compared all) {

        public Challengers {
            versions = List.copyOf(versions);
        }
    }

    /**
     * Where the differences of losses are.
     *
     * @param came of outcomes; its entities are a version, and perhaps a value of the slice
     * @param predicted of all predictions, of the same entities; null unless labels are by absence
     */
    public record Compared(View came, @Nullable View predicted) {

        /** Both of them. */
        public List<View> views() {
            return predicted == null ? List.of(came) : List.of(came, predicted);
        }
    }

    /** What inputs are compared with. */
    public sealed interface Baseline {}

    /**
     * The columns of a training set.
     *
     * @param path of its {@code profile.json.gz}, or of the folder that holds it, beside the catalog or {@code s3://}
     */
    public record TrainingSet(String path) implements Baseline {

        private static final Pattern OBJECT = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)");

        /** An object in S3. */
        public record S3Object(String bucket, String key) {

            /** As policies name it. */
            public String arn() {
                return "arn:aws:s3:::" + bucket + "/" + key;
            }
        }

        public TrainingSet {
            if (path.startsWith("s3://") && !OBJECT.matcher(path).matches()) {
                throw new IllegalArgumentException(path + " is no object in S3");
            }
        }

        /**
         * Where it is, if it is in S3: the path itself, if it ends in {@code .gz}, else the file in that folder.
         *
         * @param file the name of the file
         */
        public Optional<S3Object> object(String file) {
            Matcher found = OBJECT.matcher(path);
            if (!found.matches()) {
                return Optional.empty();
            }
            String key = found.group(2);
            return Optional.of(new S3Object(
                    found.group(1), key.endsWith(".gz") ? key : key + (key.endsWith("/") ? "" : "/") + file));
        }
    }

    /** The same window of the same version, earlier. */
    public record Earlier(Window window, long beforeMillis) implements Baseline {}

    /** What is wanted. */
    public sealed interface Check {

        /** As in the catalog. */
        String name();

        Window window();
    }

    /**
     * A number of the quality within bounds.
     *
     * @param name as in the catalog
     * @param number the name of the number
     * @param threshold of a number that has one; null for others
     * @param atLeast null if there is no lower bound
     * @param atMost null if there is no upper bound
     */
    public record Bound(
            String name,
            String number,
            Window window,
            @Nullable BigDecimal threshold,
            @Nullable BigDecimal atLeast,
            @Nullable BigDecimal atMost)
            implements Check {}

    /**
     * Inputs that stay where they were.
     *
     * @param features null for all
     */
    public record Drift(
            String name,
            Window window,
            double psi,
            double significance,
            @Nullable List<String> features) implements Check {}

    /** No more nulls than {@code times} the baseline's share and {@code plus}. */
    public record Nulls(String name, Window window, double times, double plus) implements Check {}

    /** At least this share of predictions has an outcome; else their quality is unknown. */
    public record Coverage(String name, Window window, double atLeast) implements Check {}

    public Monitor {
        windows = List.copyOf(windows);
        inputs = List.copyOf(inputs);
        keys = List.copyOf(keys);
        features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
        slices = List.copyOf(slices);
        checks = List.copyOf(checks);
    }

    /** The view that has what concerns all predictions. */
    public View predictions() {
        return inputs.get(0);
    }

    /** The name of a view of a model's monitor. */
    public static String viewName(String model, String what) {
        return model + MARK + what;
    }

    /** The feature that counts the different values of a key. */
    public static String distinctOf(String key) {
        return DISTINCT + key;
    }

    /** The feature that counts predictions by the values of a slice. */
    public static String bySlice(String slice) {
        return SLICE + slice;
    }

    /** The feature that sums by how much the losses of predictions exceed those of a challenger. */
    public static String differenceOf(String challenger) {
        return DIFFERENCE + challenger;
    }

    /** Of positives alone, as if each were a no. */
    public static String differenceAsNoOf(String challenger) {
        return DIFFERENCE + "as_no_" + challenger;
    }

    /** The name of a feature's value in an answer. */
    public static String valueName(String feature, Window window) {
        return feature + "_" + window.text();
    }
}
