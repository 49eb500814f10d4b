package dev.tidemark.core.catalog;

import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code checks:} of a monitor.
 *
 * @param hasOutcome whether the model has outcomes, right or wrong
 * @param outcomes null if there are none, or none without a mistake
 * @param hasBaseline whether inputs are compared with anything
 */
record CheckReader(
        Model model,
        List<Window> windows,
        boolean hasOutcome,
        MonitorReader.@Nullable Outcomes outcomes,
        boolean hasBaseline) {

    static final String DRIFT = "drift";
    static final String NULLS = "nulls";
    static final String COVERAGE = "coverage";
    static final String CALIBRATION = "calibration";

    /** Numbers of the quality: with a threshold, without one, and of predicted numbers. */
    static final List<String> AT_THRESHOLD = List.of("accuracy", "precision", "recall", "f1");

    static final List<String> OF_SCORES = List.of("auc", "log_loss", "brier", "rate");
    private static final List<String> SHARES = List.of("auc", "brier", "rate");
    static final List<String> OF_NUMBERS = List.of("mae", "rmse", "bias");

    private static final long USUAL_MILLIS = 86_400_000;

    List<Monitor.Check> read(@Nullable YamlValue at) {
        YamlMapping mapping = at == null ? null : at.mapping("write checks: {accuracy: {at_least: 0.9}}");
        List<Monitor.Check> checks = new ArrayList<>();
        for (YamlMapping.Entry entry : mapping == null ? List.<YamlMapping.Entry>of() : mapping.entries()) {
            YamlMapping check = isKnown(entry) ? entry.value().mapping("say what is wanted: {at_least: 0.9}") : null;
            Monitor.Check read = check == null ? null : read(entry, check);
            if (read != null) {
                checks.add(read);
            }
        }
        return checks;
    }

    private boolean isKnown(YamlMapping.Entry entry) {
        Set<String> known = new LinkedHashSet<>();
        if (hasOutcome) {
            known.add(COVERAGE);
            // Of outcomes with a mistake nobody knows what they are.
            if (outcomes == null || outcomes.isBinary()) {
                known.addAll(AT_THRESHOLD);
                known.addAll(OF_SCORES);
                known.add(CALIBRATION);
            }
            if (outcomes == null || !outcomes.isBinary()) {
                known.addAll(OF_NUMBERS);
            }
        }
        if (hasBaseline) {
            known.add(DRIFT);
            known.add(NULLS);
        }
        if (!known.contains(entry.name())) {
            entry.key()
                    .problem(
                            "no check " + entry.key().shown() + " of this monitor",
                            lacking(entry.name())
                                    .orElse(
                                            known.isEmpty()
                                                    ? "give the model an outcome, or the monitor a baseline"
                                                    : Suggestions.remedy(entry.name(), known, "checks")));
            return false;
        }
        return true;
    }

    /** What to give the monitor before it can have the check. */
    private Optional<String> lacking(String check) {
        if (List.of(DRIFT, NULLS).contains(check)) {
            return Optional.of("give the monitor a baseline: {window: 24h, before: 7d}");
        }
        boolean isOfOutcomes = List.of(COVERAGE, CALIBRATION).contains(check)
                || Stream.of(AT_THRESHOLD, OF_SCORES, OF_NUMBERS).anyMatch(checks -> checks.contains(check));
        return !hasOutcome && isOfOutcomes ? Optional.of("give the model an outcome: {within: 24h}") : Optional.empty();
    }

    private Monitor.@Nullable Check read(YamlMapping.Entry entry, YamlMapping check) {
        String name = entry.name();
        return switch (name) {
            case DRIFT -> drift(check);
            case NULLS -> nulls(check);
            case COVERAGE -> {
                check.allowOnly(MonitorKeys.OF_COVERAGE);
                Window window = window(check);
                BigDecimal least = number(check, MonitorKeys.LABELLED_AT_LEAST, null, Range.SHARE);
                yield window == null || least == null ? null : new Monitor.Coverage(name, window, least.doubleValue());
            }
            case CALIBRATION -> {
                check.allowOnly(MonitorKeys.OF_CALIBRATION);
                Window window = window(check);
                BigDecimal most = number(check, MonitorKeys.ECE, null, Range.SHARE);
                yield window == null || most == null
                        ? null
                        : new Monitor.Bound(name, MonitorKeys.ECE, window, null, null, most);
            }
            default -> bound(entry, check);
        };
    }

    private Monitor.@Nullable Check bound(YamlMapping.Entry entry, YamlMapping check) {
        check.allowOnly(MonitorKeys.OF_BOUND);
        Window window = window(check);
        Range range = Range.of(entry.name());
        YamlValue leastAt = check.optional(MonitorKeys.AT_LEAST);
        YamlValue mostAt = check.optional(MonitorKeys.AT_MOST);
        BigDecimal least = leastAt == null ? null : range.read(leastAt);
        BigDecimal most = mostAt == null ? null : range.read(mostAt);
        if (leastAt == null && mostAt == null) {
            entry.value().problem("a check without a bound", "add at_least: or at_most:");
        }
        if (leastAt != null && least != null && most != null && least.compareTo(most) > 0) {
            leastAt.problem("at_least " + least + " is more than at_most " + most, "exchange them, or remove one");
        }
        BigDecimal threshold = null;
        YamlValue thresholdAt = check.optional(MonitorKeys.THRESHOLD);
        if (AT_THRESHOLD.contains(entry.name())) {
            threshold = thresholdAt != null
                    ? thresholdAt.decimal()
                    : outcomes == null ? null : outcomes.thresholds().get(0);
            BigDecimal wanted = threshold;
            if (thresholdAt != null
                    && wanted != null
                    && outcomes != null
                    && outcomes.thresholds().stream().noneMatch(known -> known.compareTo(wanted) == 0)) {
                thresholdAt.problem(
                        "threshold " + thresholdAt.shown() + " is none of the outcome's",
                        "add it to the thresholds of 'outcome'");
            }
        } else if (thresholdAt != null) {
            thresholdAt.problem("'" + entry.name() + "' has no threshold", "remove it");
        }
        return window == null ? null : new Monitor.Bound(entry.name(), entry.name(), window, threshold, least, most);
    }

    private Monitor.@Nullable Check drift(YamlMapping check) {
        check.allowOnly(MonitorKeys.OF_DRIFT);
        Window window = window(check);
        BigDecimal psi = number(check, MonitorKeys.PSI, new BigDecimal("0.2"), Range.NOT_NEGATIVE);
        BigDecimal significance =
                number(check, MonitorKeys.SIGNIFICANCE, BigDecimal.valueOf(Monitor.USUAL_SIGNIFICANCE), Range.ANY);
        if (significance != null && (significance.signum() <= 0 || significance.doubleValue() > 0.5)) {
            check.at().problem("significance " + significance, "write a probability above 0, up to 0.5, such as 0.01");
            return null;
        }
        YamlValue at = check.optional(MonitorKeys.OF_FEATURES);
        List<String> features = at == null || !at.isList() ? null : features(at);
        if (at != null && !at.isList() && !"all".equals(at.text("write all, or list names of the vector"))) {
            at.problem(at.shown() + " where names are wanted", "write all, or list names of the vector");
        }
        return window == null || psi == null || significance == null
                ? null
                : new Monitor.Drift(DRIFT, window, psi.doubleValue(), significance.doubleValue(), features);
    }

    private List<String> features(YamlValue at) {
        List<String> features = new ArrayList<>();
        List<YamlValue> elements = at.list("");
        for (YamlValue element : elements == null ? List.<YamlValue>of() : elements) {
            String name = element.text("name a value of the vector");
            if (name != null && !model.names().contains(name)) {
                element.problem(
                        element.shown() + " is not in the vector",
                        Suggestions.remedy(name, new LinkedHashSet<>(model.names()), "values"));
            } else if (name != null && model.isSameForAll(name)) {
                element.problem(
                        element.shown() + " is the same in all rows of a moment, as its view has a constant entity:"
                                + " however many rows there are, they tell as little of drift as one",
                        "remove it, and look at the view's own answers");
            } else if (name != null) {
                features.add(name);
            }
        }
        return features;
    }

    private Monitor.@Nullable Check nulls(YamlMapping check) {
        check.allowOnly(MonitorKeys.OF_NULLS);
        Window window = window(check);
        BigDecimal times = number(check, MonitorKeys.TIMES_BASELINE, BigDecimal.ONE, Range.NOT_NEGATIVE);
        BigDecimal plus = number(check, MonitorKeys.PLUS, new BigDecimal("0.01"), Range.SHARE);
        return window == null || times == null || plus == null
                ? null
                : new Monitor.Nulls(NULLS, window, times.doubleValue(), plus.doubleValue());
    }

    /** Null after a mistake, or if it is missing and has no default. */
    private static @Nullable BigDecimal number(
            YamlMapping check, String key, @Nullable BigDecimal byDefault, Range range) {
        YamlValue at = byDefault == null ? check.required(key, "write " + key + ": and a number") : check.optional(key);
        return at == null ? byDefault : range.read(at);
    }

    /** Which numbers something can be. */
    private enum Range {
        SHARE,
        NOT_NEGATIVE,
        ANY;

        /** Of what a check bounds. */
        static Range of(String check) {
            if (AT_THRESHOLD.contains(check) || SHARES.contains(check)) {
                return SHARE;
            }
            return check.equals("bias") ? ANY : NOT_NEGATIVE;
        }

        /** Null, with the mistake reported, if it is none of these. */
        @Nullable
        BigDecimal read(YamlValue at) {
            BigDecimal number = at.decimal();
            if (number == null || this == ANY || (number.signum() >= 0 && (this != SHARE || isAtMost(1, number)))) {
                return number;
            }
            String remedy = this != SHARE
                    ? "write 0 or more"
                    : "a share is from 0 to 1"
                            + (number.signum() > 0 && isAtMost(100, number)
                                    ? "; write "
                                            + number.movePointLeft(2)
                                                    .stripTrailingZeros()
                                                    .toPlainString()
                                    : "");
            at.problem(at.shown() + " is out of bounds", remedy);
            return null;
        }

        private static boolean isAtMost(int most, BigDecimal number) {
            return number.compareTo(BigDecimal.valueOf(most)) <= 0;
        }
    }

    /** By default a day, or the longest. */
    private @Nullable Window window(YamlMapping check) {
        YamlValue at = check.optional(MonitorKeys.WINDOW);
        if (at != null) {
            return window(at, windows);
        }
        return windows.stream()
                .filter(window -> window.widthMillis() == USUAL_MILLIS)
                .findFirst()
                .orElse(windows.isEmpty() ? null : windows.get(windows.size() - 1));
    }

    static @Nullable Window window(YamlValue at, List<Window> windows) {
        Window window = at.window();
        if (window != null && !windows.contains(window)) {
            at.problem(
                    "window " + at.shown() + " is none of the monitor's",
                    "use one of " + windows.stream().map(Window::text).toList() + ", or add it to 'windows'");
            return null;
        }
        return window;
    }
}
