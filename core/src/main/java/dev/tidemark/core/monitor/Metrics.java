package dev.tidemark.core.monitor;

import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How good predictions were, once their outcomes are known: values by name, as they are shown.
 *
 * @param values numbers, and lists and objects of these; null where a quotient has no denominator
 */
public record Metrics(Map<String, @Nullable Object> values) {

    private static final List<String> OF_NUMBERS = List.of(Monitor.MAE, Monitor.RMSE, Monitor.BIAS);
    private static final List<String> OF_SCORES =
            List.of(Monitor.CONFUSION, Monitor.LOG_LOSS, Monitor.BRIER, Monitor.AUC, Monitor.CALIBRATION);

    public Metrics {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Of what the views of a monitor answer about the same predictions.
     *
     * @param predicted of all of them; only needed where labels are by absence
     * @param came of their outcomes
     */
    public static Metrics of(
            Monitor.Outcome outcome,
            Map<String, @Nullable Object> predicted,
            Map<String, @Nullable Object> came,
            Window window) {
        return outcome.isAbsent() ? byAbsence(predicted, came, window) : ofLabelled(came, window, outcome.isBinary());
    }

    /** Of outcomes that all have a label: what their view answers. */
    static Metrics ofLabelled(Map<String, @Nullable Object> answer, Window window, boolean isBinary) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        if (isBinary) {
            List<?> confusion = Values.list(answer.get(Monitor.valueName(Monitor.CONFUSION, window)));
            Map<?, ?> first = Values.map(confusion.get(0));
            long positives = count(first, "tp") + count(first, "fn");
            long all = positives + count(first, "fp") + count(first, "tn");
            values.put("rate", quotient((double) positives, (double) all));
        }
        for (String name : isBinary ? OF_SCORES : OF_NUMBERS) {
            values.put(name.substring(Monitor.MARK.length()), answer.get(Monitor.valueName(name, window)));
        }
        return new Metrics(values);
    }

    /**
     * Of predictions whose positive outcomes alone are labelled. Everything is a sum over predictions, so the negatives' is
     * that of all predictions as negatives without that of the positives as negatives.
     *
     * @param all what the view of predictions answers
     * @param positives what the view of positive outcomes answers
     */
    static Metrics byAbsence(
            Map<String, @Nullable Object> all, Map<String, @Nullable Object> positives, Window window) {
        return new Absence(all, positives, window).metrics();
    }

    /**
     * The number of this name, as a check has it.
     *
     * @param threshold of a number that has one; null for others
     * @return null if there is none
     */
    public @Nullable BigDecimal number(String name, @Nullable BigDecimal threshold) {
        if (name.equals("ece")) {
            return values.get("calibration") instanceof Map<?, ?> calibration
                    ? Values.decimal(calibration.get(name))
                    : null;
        }
        if (threshold == null) {
            return Values.decimal(values.get(name));
        }
        for (Object at : Values.list(values.get("confusion"))) {
            Map<?, ?> members = Values.map(at);
            if (Values.number(members.get("threshold")).compareTo(threshold) == 0) {
                return Values.decimal(members.get(name));
            }
        }
        return null;
    }

    private static long count(Map<?, ?> members, String name) {
        return Values.count(members.get(name));
    }

    private static @Nullable BigDecimal quotient(double a, double b) {
        return b == 0 ? null : Values.exact(a / b);
    }

    private record Absence(Map<String, @Nullable Object> all, Map<String, @Nullable Object> positives, Window window) {

        Metrics metrics() {
            List<?> ofAll = Values.list(value(all, Monitor.CONFUSION));
            List<?> ofPositives = Values.list(value(positives, Monitor.CONFUSION));
            List<Map<String, @Nullable Object>> confusion = new ArrayList<>();
            for (int i = 0; i < ofAll.size(); i++) {
                confusion.add(confusion(Values.map(ofAll.get(i)), Values.map(ofPositives.get(i))));
            }
            Map<?, ?> first = Values.map(ofPositives.get(0));
            double yes = count(first, "tp") + count(first, "fn");
            double n = count(Values.map(ofAll.get(0)), "fp") + count(Values.map(ofAll.get(0)), "tn");
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            values.put("rate", quotient(yes, n));
            values.put("confusion", confusion);
            values.put("log_loss", mean(Monitor.LOG_LOSS, Monitor.LOG_LOSS_AS_NO, yes, n));
            values.put("brier", mean(Monitor.BRIER, Monitor.BRIER_AS_NO, yes, n));
            values.put("auc", auc());
            values.put("calibration", calibration(yes, n));
            return new Metrics(values);
        }

        private @Nullable Object value(Map<String, @Nullable Object> answer, String feature) {
            return answer.get(Monitor.valueName(feature, window));
        }

        private double number(Map<String, @Nullable Object> answer, String feature) {
            BigDecimal number = Values.decimal(value(answer, feature));
            return number == null ? 0 : number.doubleValue();
        }

        private static Map<String, @Nullable Object> confusion(Map<?, ?> asNo, Map<?, ?> asYes) {
            long tp = count(asYes, "tp");
            long fn = count(asYes, "fn");
            long fp = Math.max(0, count(asNo, "fp") - tp);
            long tn = Math.max(0, count(asNo, "tn") - fn);
            Map<String, @Nullable Object> value = new LinkedHashMap<>();
            value.put("threshold", asNo.get("threshold"));
            value.put("tp", tp);
            value.put("fp", fp);
            value.put("fn", fn);
            value.put("tn", tn);
            value.put("accuracy", quotient((double) tp + tn, (double) tp + fp + fn + tn));
            value.put("precision", quotient((double) tp, (double) tp + fp));
            value.put("recall", quotient((double) tp, (double) tp + fn));
            value.put("f1", quotient(2.0 * tp, 2.0 * tp + fp + fn));
            return Collections.unmodifiableMap(value);
        }

        /** Of a loss whose mean is known for all as negatives, and for the positives as both. */
        private @Nullable BigDecimal mean(String loss, String lossAsNo, double yes, double n) {
            double sum = number(all, loss) * n - number(positives, lossAsNo) * yes + number(positives, loss) * yes;
            return quotient(Math.max(0, sum), n);
        }

        private @Nullable BigDecimal auc() {
            TreeMap<BigDecimal, Long> ofAll =
                    new TreeMap<>(Profile.of(value(all, Monitor.SCORE)).cells());
            TreeMap<BigDecimal, Long> ofPositives =
                    new TreeMap<>(Profile.of(value(positives, Monitor.SCORE)).cells());
            double below = 0;
            double ordered = 0;
            double yes = 0;
            for (Map.Entry<BigDecimal, Long> cell : ofAll.entrySet()) {
                long here = ofPositives.getOrDefault(cell.getKey(), 0L);
                double negatives = Math.max(0, cell.getValue() - here);
                ordered += here * (below + negatives / 2);
                below += negatives;
                yes += here;
            }
            return quotient(ordered, below * yes);
        }

        private @Nullable Object calibration(double yes, double n) {
            Map<BigDecimal, Map<?, ?>> ofPositives = new TreeMap<>();
            for (Object bucket : buckets(positives)) {
                Map<?, ?> members = Values.map(bucket);
                ofPositives.put(Values.number(members.get("from")), members);
            }
            List<Map<String, @Nullable Object>> buckets = new ArrayList<>();
            double distances = 0;
            double scores = 0;
            double scoresOfPositives = 0;
            for (Object bucket : buckets(all)) {
                Map<?, ?> members = Values.map(bucket);
                Map<?, ?> here = ofPositives.getOrDefault(Values.number(members.get("from")), Map.of());
                double count = count(members, "count");
                double labels = here.isEmpty() ? 0 : count(here, "count");
                double sum = count * Values.number(members.get("mean_score")).doubleValue();
                distances += Math.abs(sum - labels);
                scores += sum;
                scoresOfPositives += here.isEmpty()
                        ? 0
                        : labels * Values.number(here.get("mean_score")).doubleValue();
                Map<String, @Nullable Object> shown = new LinkedHashMap<>();
                members.forEach((name, value) -> shown.put(String.valueOf(name), value));
                shown.put("rate", quotient(labels, count));
                buckets.add(Collections.unmodifiableMap(shown));
            }
            // The loss of all as negatives is the mean of the squared scores.
            double squares = number(all, Monitor.BRIER) * n;
            Map<String, @Nullable Object> value = new LinkedHashMap<>();
            value.put("ece", quotient(distances, n));
            value.put("slope", quotient(n * scoresOfPositives - scores * yes, n * squares - scores * scores));
            value.put("buckets", buckets);
            return Collections.unmodifiableMap(value);
        }

        private List<?> buckets(Map<String, @Nullable Object> answer) {
            return Values.list(Values.map(value(answer, Monitor.CALIBRATION)).get("buckets"));
        }
    }
}
