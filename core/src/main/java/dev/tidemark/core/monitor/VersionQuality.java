package dev.tidemark.core.monitor;

import dev.tidemark.core.monitor.Cause.Evidence;
import dev.tidemark.core.monitor.QualityReport.CheckResult;
import dev.tidemark.core.monitor.QualityReport.OfSlice;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.monitor.QualityReport.Status;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Interval;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Computes the quality of one version from what was read of it. */
final class VersionQuality {

    private final QualityServer.Question question;
    private final Monitor monitor;
    private final Reading reading;
    private final @Nullable TrainingProfile training;
    private final @Nullable ClientSample client;
    private final boolean isReplay;
    private final double significance;

    /**
     * @param training the baseline that the monitor names, if it names a training set
     * @param client what logged vectors of the version show; null if none were looked at
     * @param isReplay whether windows end right after their moment, not with its hop
     */
    VersionQuality(
            QualityServer.Question question,
            Reading reading,
            @Nullable TrainingProfile training,
            @Nullable ClientSample client,
            boolean isReplay) {
        this.question = question;
        this.monitor = question.monitor();
        this.reading = reading;
        this.training = training;
        this.client = client;
        this.isReplay = isReplay;
        this.significance = monitor.checks().stream()
                .filter(Monitor.Drift.class::isInstance)
                .mapToDouble(check -> ((Monitor.Drift) check).significance())
                .findFirst()
                .orElse(Monitor.USUAL_SIGNIFICANCE);
    }

    OfVersion report(Diagnosis diagnosis) {
        Map<Window, OfWindow> windows = new LinkedHashMap<>();
        question.windows().forEach(window -> windows.put(window, window(window)));
        Diagnosis.Rate before = before();
        List<CheckResult> results = new ArrayList<>();
        Set<Evidence> evidence = new LinkedHashSet<>();
        Checks checks = new Checks(monitor.checks());
        for (Monitor.Check check : monitor.checks()) {
            OfWindow found = Objects.requireNonNull(windows.get(check.window()));
            CheckResult result = checks.result(check, found);
            results.add(result);
            if (result.status() == Status.FAIL) {
                evidence.addAll(diagnosis.evidence(found, before, client));
            }
        }
        boolean fails = results.stream().anyMatch(result -> result.status() == Status.FAIL);
        return new OfVersion(
                reading.version(),
                List.copyOf(windows.values()),
                results,
                client,
                fails ? Cause.of(List.copyOf(evidence), diagnosis.fates()) : null);
    }

    private OfWindow window(Window window) {
        InWindow predicted = reading.of(monitor.predictions(), question.atMillis(), window);
        Map<String, Drift> inputs = new LinkedHashMap<>();
        monitor.features().keySet().forEach(name -> {
            Drift drift = drift(name, predicted);
            if (drift != null) {
                inputs.put(name, drift);
            }
        });
        Monitor.Outcome outcome = monitor.outcome();
        return new OfWindow(
                window,
                predicted.rows(),
                // Nearly nothing is wanted of a prediction to be listed.
                Math.max(0, reading.listed(monitor, question.atMillis(), window) - predicted.rows()),
                predicted.groups(Monitor.BY_HASH),
                outcome == null ? null : latest(outcome, window),
                outcome == null ? null : matured(outcome, window),
                drift(Monitor.SCORE, predicted),
                inputs,
                slices(window));
    }

    /** Null if there is nothing to compare, or nothing to compare it with. */
    private @Nullable Drift drift(String name, InWindow predicted) {
        for (View view : monitor.inputs()) {
            Object live =
                    reading.of(view, question.atMillis(), predicted.window()).value(name);
            Profile baseline = live == null ? null : baseline(view, name);
            if (baseline != null) {
                return Drift.of(baseline, Profile.of(live), entities(name, predicted), significance);
            }
        }
        return null;
    }

    /** At least as many entities as the most varied of its keys has values; unbounded where no keys are logged. */
    private long entities(String name, InWindow predicted) {
        return monitor.features().getOrDefault(name, monitor.keys()).stream()
                .map(key -> predicted.value(Monitor.distinctOf(key)))
                .filter(Objects::nonNull)
                .mapToLong(Values::count)
                .filter(count -> count > 0)
                .max()
                .orElse(Long.MAX_VALUE);
    }

    /** Null if nothing is known of it. */
    private @Nullable Profile baseline(View view, String name) {
        if (training != null) {
            return training.columns().get(name);
        }
        if (monitor.baseline() instanceof Monitor.Earlier earlier) {
            Object before = reading.of(view, question.beforeMillis(earlier), earlier.window())
                    .value(name);
            return before == null ? null : Profile.of(before);
        }
        return null;
    }

    private Realised latest(Monitor.Outcome outcome, Window window) {
        long at = question.atMillis();
        Profile delays = outcome.hasDelays()
                ? reading.of(outcome.quality(), question.maturedMillis(outcome), window)
                        .profile(Monitor.DELAY)
                : null;
        return realised(outcome, at, ofAll(outcome, at, window), false, delays, challenges(outcome, at, window));
    }

    private Realised matured(Monitor.Outcome outcome, Window window) {
        long at = question.maturedMillis(outcome);
        return realised(outcome, at, ofAll(outcome, at, window), true, null, challenges(outcome, at, window));
    }

    private List<Challenge> challenges(Monitor.Outcome outcome, long atMillis, Window window) {
        Monitor.Challengers challengers = monitor.challengers();
        return challenges(
                challengers == null ? null : challengers.all(),
                outcome,
                atMillis < question.atMillis(),
                view -> reading.of(view, atMillis, window));
    }

    /** Labels by absence are not known before the window is matured. */
    private List<Challenge> challenges(
            Monitor.@Nullable Compared compared,
            Monitor.Outcome outcome,
            boolean isMatured,
            Function<View, InWindow> read) {
        Monitor.Challengers challengers = monitor.challengers();
        if (compared == null || challengers == null || (outcome.isAbsent() && !isMatured)) {
            return List.of();
        }
        View predicted = compared.predicted();
        return Challenge.of(
                challengers.versions(), read.apply(compared.came()), predicted == null ? null : read.apply(predicted));
    }

    private List<OfSlice> slices(Window window) {
        Monitor.Slice slice = question.sliceOfMonitor();
        Monitor.Outcome outcome = monitor.outcome();
        if (slice == null || outcome == null) {
            return List.of();
        }
        long at = question.maturedMillis(outcome);
        Map<String, Long> predictions =
                reading.of(monitor.predictions(), at, window).groups(Monitor.bySlice(slice.name()));
        List<OfSlice> slices = new ArrayList<>();
        for (String value : reading.sliceValues()) {
            InWindow came = reading.ofSlice(slice.quality(), value, at, window);
            View all = slice.predictions();
            Both both = all == null
                    ? new Both(predictions.getOrDefault(value, 0L), InWindow.nothing(window), came)
                    : Both.of(reading.ofSlice(all, value, at, window), came);
            List<Challenge> challenges =
                    challenges(slice.compared(), outcome, true, view -> reading.ofSlice(view, value, at, window));
            slices.add(new OfSlice(slice.name(), value, realised(outcome, at, both, true, null, challenges)));
        }
        return slices;
    }

    /**
     * What is known of the predictions of a window, and of what came of them.
     *
     * @param predictions how many there were
     */
    private record Both(long predictions, InWindow predicted, InWindow came) {

        static Both of(InWindow predicted, InWindow came) {
            return new Both(predicted.rows(), predicted, came);
        }
    }

    private Both ofAll(Monitor.Outcome outcome, long atMillis, Window window) {
        return Both.of(
                reading.of(monitor.predictions(), atMillis, window), reading.of(outcome.quality(), atMillis, window));
    }

    private Realised realised(
            Monitor.Outcome outcome,
            long atMillis,
            Both both,
            boolean isMatured,
            @Nullable Profile delays,
            List<Challenge> challenges) {
        Window window = both.came().window();
        long predictions = both.predictions();
        long labelled = both.came().rows();
        boolean isKnown = outcome.isAbsent() ? isMatured && predictions > 0 : labelled > 0;
        // Of immature labels, what is expected concerns all predictions; else those whose outcome is known.
        InWindow scored = outcome.isAbsent() || labelled == 0 ? both.predicted() : both.came();
        List<Expected> expected = new ArrayList<>();
        if (outcome.isBinary()) {
            Profile scores = scored.profile(Monitor.SCORE);
            for (BigDecimal threshold : outcome.thresholds()) {
                Expected one = Expected.of(scores, threshold.doubleValue());
                if (one != null) {
                    expected.add(one);
                }
            }
        }
        Interval covered = outcome.quality().ladder().cover(window, atMillis).interval();
        return new Realised(
                covered.startMillis(),
                isReplay ? atMillis + 1 : covered.endMillis(),
                isMatured,
                predictions,
                labelled,
                outcome.isAbsent(),
                !isKnown
                        ? null
                        : Metrics.of(
                                outcome, both.predicted().values(), both.came().values(), window),
                expected,
                delays == null ? null : Delays.of(delays, predictions, labelled, window.widthMillis()),
                challenges);
    }

    /** The share of positives in the baseline; null if it is not known. */
    private Diagnosis.@Nullable Rate before() {
        Monitor.Outcome outcome = monitor.outcome();
        if (outcome == null || !outcome.isBinary()) {
            return null;
        }
        if (training != null) {
            Profile labels = training.columns().get(outcome.label());
            return labels == null ? null : Diagnosis.Rate.of(labels);
        }
        if (monitor.baseline() instanceof Monitor.Earlier earlier) {
            long at = question.beforeMillis(earlier);
            boolean isMatured = earlier.beforeMillis() >= outcome.horizonMillis();
            return Diagnosis.Rate.of(
                    realised(outcome, at, ofAll(outcome, at, earlier.window()), isMatured, null, List.of()));
        }
        return null;
    }
}
