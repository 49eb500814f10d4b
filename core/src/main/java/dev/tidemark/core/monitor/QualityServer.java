package dev.tidemark.core.monitor;

import dev.tidemark.core.monitor.Cause.Evidence;
import dev.tidemark.core.monitor.QualityReport.CheckResult;
import dev.tidemark.core.monitor.QualityReport.OfSlice;
import dev.tidemark.core.monitor.QualityReport.OfVersion;
import dev.tidemark.core.monitor.QualityReport.OfWindow;
import dev.tidemark.core.monitor.QualityReport.Status;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.Freshness;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Computes the quality of a model from answers of its monitor's views. Thread-safe. */
public final class QualityServer {

    /** How many versions a report has at most, those with the most predictions. */
    public static final int MAX_VERSIONS = 10;

    /** How many values of a slice a report has at most. */
    public static final int MAX_SLICE_VALUES = 50;

    /** The lag beyond which the state is no evidence, of a model that says none. */
    public static final long USUAL_STALE_MILLIS = 300_000;

    private static final String OTHER = "$other";

    /** Where answers come from: the live state, or a replay. */
    public interface Answers {

        /**
         * Answers a question about some entities of a view.
         *
         * @param names the wanted values
         * @param entities canonical texts
         * @return one answer per entity, in order
         */
        CompletableFuture<List<Answer>> of(View view, List<String> names, List<String> entities, long atMillis);
    }

    /**
     * What is asked.
     *
     * @param windows some of the monitor's; the checks' are added
     * @param versions null for the champion and those that have predictions
     * @param slice the name of a slice that is wanted too; null for none
     */
    public record Question(
            Monitor monitor,
            List<Window> windows,
            @Nullable List<String> versions,
            long atMillis,
            @Nullable String slice) {

        public Question {
            Set<Window> all = new LinkedHashSet<>(windows);
            monitor.checks().forEach(check -> all.add(check.window()));
            windows = monitor.windows().stream().filter(all::contains).toList();
            versions = versions == null ? null : List.copyOf(versions);
        }
    }

    private final Answers answers;

    /** Null for a moment of the past, whose state has no lag. */
    private final @Nullable Long nowMillis;

    /** @param nowMillis the time of the question; null if answers are of the past */
    public QualityServer(Answers answers, @Nullable Long nowMillis) {
        this.answers = answers;
        this.nowMillis = nowMillis;
    }

    /**
     * Answers.
     *
     * @param training the baseline that the monitor names, if it names a training set
     * @param staleMillis the lag beyond which the state is no evidence
     * @return completes exceptionally as the answers do
     */
    public CompletableFuture<QualityReport> report(
            Question question, @Nullable TrainingProfile training, long staleMillis) {
        Monitor monitor = question.monitor();
        List<String> names = new ArrayList<>(names(List.of(Monitor.BY_VERSION), question.windows()));
        if (question.slice() != null) {
            names.addAll(names(List.of(Monitor.bySlice(question.slice())), question.windows()));
        }
        return answers.of(
                        monitor.versions(),
                        names,
                        List.of(EntityKeys.of(List.of(monitor.model()))),
                        question.atMillis())
                .thenCompose(found -> {
                    Answer directory = found.get(0);
                    List<CompletableFuture<Reading>> readings = versions(question, directory.values()).stream()
                            .map(version -> read(question, version, directory.values()))
                            .toList();
                    return all(readings).thenApply(read -> report(question, directory, read, training, staleMillis));
                });
    }

    private static List<String> versions(Question question, Map<String, @Nullable Object> directory) {
        if (question.versions() != null) {
            return question.versions();
        }
        Map<String, Long> counts = new HashMap<>();
        for (Window window : question.windows()) {
            groups(directory.get(Monitor.valueName(Monitor.BY_VERSION, window)))
                    .forEach((version, count) -> counts.merge(version, count, Math::max));
        }
        Set<String> versions = new LinkedHashSet<>();
        String champion = question.monitor().champion();
        if (champion != null) {
            versions.add(champion);
        }
        mostFrequent(counts).forEach(versions::add);
        return versions.stream().limit(MAX_VERSIONS).toList();
    }

    private static List<String> mostFrequent(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .filter(name -> !name.equals(OTHER))
                .toList();
    }

    /** Groups without events are none. */
    private static Map<String, Long> groups(@Nullable Object value) {
        Map<String, Long> groups = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((group, count) -> {
                if (Values.count(count) > 0) {
                    groups.put(String.valueOf(group), Values.count(count));
                }
            });
        }
        return groups;
    }

    private static List<String> names(List<String> features, List<Window> windows) {
        List<String> names = new ArrayList<>();
        features.forEach(feature -> windows.forEach(window -> names.add(Monitor.valueName(feature, window))));
        return names;
    }

    /** What was read of a version at some moments, by view and moment. */
    private static final class Reading {

        private final String version;
        private final Map<Moment, Answer> answers = new HashMap<>();
        private final List<String> sliceValues;

        private record Moment(View view, String entity, long atMillis) {}

        Reading(String version, List<String> sliceValues) {
            this.version = version;
            this.sliceValues = sliceValues;
        }

        /** The values of the version. */
        Map<String, @Nullable Object> values(View view, long atMillis) {
            return values(view, EntityKeys.of(List.of(version)), atMillis);
        }

        /** The values of the version in a slice. */
        Map<String, @Nullable Object> ofSlice(View view, String value, long atMillis) {
            return values(view, EntityKeys.of(List.of(version, value)), atMillis);
        }

        private Map<String, @Nullable Object> values(View view, String entity, long atMillis) {
            Answer answer = answers.get(new Moment(view, entity, atMillis));
            return answer == null ? Map.of() : answer.values();
        }
    }

    private CompletableFuture<Reading> read(
            Question question, String version, Map<String, @Nullable Object> directory) {
        Monitor monitor = question.monitor();
        long at = question.atMillis();
        Set<String> values = new LinkedHashSet<>();
        if (question.slice() != null) {
            question.windows()
                    .forEach(window -> values.addAll(mostFrequent(
                            groups(directory.get(Monitor.valueName(Monitor.bySlice(question.slice()), window))))));
        }
        Reading reading =
                new Reading(version, values.stream().limit(MAX_SLICE_VALUES).toList());
        List<CompletableFuture<Void>> reads = new ArrayList<>();
        List<String> own = List.of(EntityKeys.of(List.of(version)));
        for (View inputs : monitor.inputs()) {
            reads.add(read(reading, inputs, question.windows(), own, at));
        }
        View first = monitor.inputs().get(0);
        Monitor.Outcome outcome = monitor.outcome();
        if (outcome != null) {
            long before = maturedAt(outcome, at);
            reads.add(read(reading, first, question.windows(), own, before));
            reads.add(read(reading, outcome.quality(), question.windows(), own, at));
            reads.add(read(reading, outcome.quality(), question.windows(), own, before));
            monitor.slices().stream()
                    .filter(slice -> slice.name().equals(question.slice()))
                    .forEach(slice -> {
                        List<String> entities = reading.sliceValues.stream()
                                .map(value -> EntityKeys.of(List.of(version, value)))
                                .toList();
                        for (long moment : List.of(at, before)) {
                            reads.add(read(reading, slice.quality(), question.windows(), entities, moment));
                            if (slice.predictions() != null) {
                                reads.add(read(reading, slice.predictions(), question.windows(), entities, moment));
                            }
                        }
                    });
        }
        if (monitor.baseline() instanceof Monitor.Earlier earlier) {
            List<Window> window = List.of(earlier.window());
            for (View inputs : monitor.inputs()) {
                reads.add(read(reading, inputs, window, own, at - earlier.beforeMillis()));
            }
            if (outcome != null) {
                reads.add(read(reading, outcome.quality(), window, own, at - earlier.beforeMillis()));
            }
        }
        return all(reads).thenApply(done -> reading);
    }

    /** The latest moment whose windows end so that all their predictions had the horizon: a window ends with its hop. */
    private static long maturedAt(Monitor.Outcome outcome, long atMillis) {
        return atMillis
                - outcome.horizonMillis()
                - outcome.quality().ladder().hop().widthMillis();
    }

    private CompletableFuture<Void> read(
            Reading into, View view, List<Window> windows, List<String> entities, long atMillis) {
        if (entities.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<String> names = view.features().stream()
                .filter(feature -> windows.contains(feature.window()))
                .map(View.Feature::name)
                .toList();
        return answers.of(view, names, entities, atMillis).thenAccept(found -> {
            synchronized (into.answers) {
                for (int i = 0; i < entities.size(); i++) {
                    into.answers.put(new Reading.Moment(view, entities.get(i), atMillis), found.get(i));
                }
            }
        });
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }

    private QualityReport report(
            Question question,
            Answer directory,
            List<Reading> readings,
            @Nullable TrainingProfile training,
            long staleMillis) {
        Monitor monitor = question.monitor();
        Freshness freshness = nowMillis == null ? null : freshness(directory, readings, nowMillis);
        String hash = training == null || training.hash() == null ? monitor.modelHash() : training.hash();
        Diagnosis diagnosis = new Diagnosis(monitor.checks(), hash, freshness, staleMillis, null);
        return new QualityReport(
                monitor,
                question.atMillis(),
                readings.stream()
                        .map(reading ->
                                new OneVersion(question, reading, training, nowMillis == null).report(diagnosis))
                        .toList(),
                freshness);
    }

    private static Freshness freshness(Answer directory, List<Reading> readings, long nowMillis) {
        Map<View, Answer> byView = new LinkedHashMap<>(Map.of(directory.plan().view(), directory));
        readings.forEach(reading -> reading.answers.forEach((moment, answer) -> byView.put(moment.view(), answer)));
        return Freshness.ofAll(byView.entrySet().stream()
                .map(one -> Freshness.of(one.getKey(), one.getValue().progress(), nowMillis))
                .toList());
    }

    /** Finishes what was read of one version. */
    private static final class OneVersion {

        private final Question question;
        private final Monitor monitor;
        private final Monitor.@Nullable Outcome outcome;
        private final Reading reading;
        private final @Nullable TrainingProfile training;
        private final double significance;
        private final boolean isReplay;

        OneVersion(Question question, Reading reading, @Nullable TrainingProfile training, boolean isReplay) {
            this.isReplay = isReplay;
            this.question = question;
            this.monitor = question.monitor();
            this.outcome = monitor.outcome();
            this.reading = reading;
            this.training = training;
            this.significance = monitor.checks().stream()
                    .filter(Monitor.Drift.class::isInstance)
                    .mapToDouble(check -> ((Monitor.Drift) check).significance())
                    .findFirst()
                    .orElse(Monitor.USUAL_SIGNIFICANCE);
        }

        OfVersion report(Diagnosis diagnosis) {
            Map<Window, OfWindow> windows = new LinkedHashMap<>();
            question.windows().forEach(window -> windows.put(window, window(window)));
            List<CheckResult> results = new ArrayList<>();
            Set<Evidence> evidence = new LinkedHashSet<>();
            Checks checks = new Checks(monitor.checks());
            for (Monitor.Check check : monitor.checks()) {
                OfWindow found = Objects.requireNonNull(windows.get(check.window()));
                CheckResult result = checks.result(check, found);
                results.add(result);
                if (result.status() == Status.FAIL) {
                    evidence.addAll(diagnosis.evidence(found, before()));
                }
            }
            boolean fails = results.stream().anyMatch(result -> result.status() == Status.FAIL);
            return new OfVersion(
                    reading.version,
                    List.copyOf(windows.values()),
                    results,
                    fails ? Cause.of(List.copyOf(evidence)) : null);
        }

        private OfWindow window(Window window) {
            View first = monitor.inputs().get(0);
            Map<String, @Nullable Object> values = reading.values(first, question.atMillis());
            Map<String, Drift> inputs = new LinkedHashMap<>();
            for (View view : monitor.inputs()) {
                for (String name : monitor.features().keySet()) {
                    Object live = reading.values(view, question.atMillis()).get(Monitor.valueName(name, window));
                    Profile baseline = live == null ? null : baseline(view, name);
                    if (live != null && baseline != null) {
                        inputs.put(
                                name,
                                Drift.of(baseline, Profile.of(live), entities(values, name, window), significance));
                    }
                }
            }
            Profile scores = Profile.of(values.get(Monitor.valueName(Monitor.SCORE, window)));
            Profile scoresBefore = baseline(first, Monitor.SCORE);
            Realised matured = outcome == null
                    ? null
                    : realised(
                            window,
                            values(first, before(outcome)),
                            values(outcome.quality(), before(outcome)),
                            true,
                            null);
            return new OfWindow(
                    window,
                    rows(values, window),
                    groups(values.get(Monitor.valueName(Monitor.BY_HASH, window))),
                    outcome == null
                            ? null
                            : realised(
                                    window,
                                    values,
                                    values(outcome.quality(), question.atMillis()),
                                    false,
                                    delays(window)),
                    matured,
                    scoresBefore == null
                            ? null
                            : Drift.of(scoresBefore, scores, entities(values, Monitor.SCORE, window), significance),
                    inputs,
                    slices(window));
        }

        private Map<String, @Nullable Object> values(View view, long atMillis) {
            return reading.values(view, atMillis);
        }

        private long before(Monitor.Outcome of) {
            return maturedAt(of, question.atMillis());
        }

        /** A replay's windows end right after their moment, others with its hop. */
        private long endMillis(View view, long atMillis) {
            return isReplay ? atMillis + 1 : view.ladder().headEndMillis(atMillis);
        }

        private static long rows(Map<String, @Nullable Object> values, Window window) {
            Object rows = values.get(Monitor.valueName(Monitor.ROWS, window));
            return rows == null ? 0 : Values.count(rows);
        }

        /** At least as many entities as the most varied of its keys has values; unbounded where no keys are logged. */
        private long entities(Map<String, @Nullable Object> values, String name, Window window) {
            List<String> keys = monitor.features().getOrDefault(name, monitor.keys());
            return keys.stream()
                    .map(key -> values.get(Monitor.valueName(Monitor.distinctOf(key), window)))
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
                Object before = values(view, question.atMillis() - earlier.beforeMillis())
                        .get(Monitor.valueName(name, earlier.window()));
                return before == null ? null : Profile.of(before);
            }
            return null;
        }

        private @Nullable Profile delays(Window window) {
            if (outcome == null || !outcome.hasDelays()) {
                return null;
            }
            return Profile.of(values(outcome.quality(), before(outcome)).get(Monitor.valueName(Monitor.DELAY, window)));
        }

        private Realised realised(
                Window window,
                Map<String, @Nullable Object> predicted,
                Map<String, @Nullable Object> came,
                boolean isMatured,
                @Nullable Profile delays) {
            Monitor.Outcome of = Objects.requireNonNull(outcome);
            long predictions = rows(predicted, window);
            long labelled = rows(came, window);
            boolean isKnown = of.isAbsent() ? isMatured && predictions > 0 : labelled > 0;
            // Of immature labels, what is expected concerns all predictions; else those whose outcome is known.
            Map<String, @Nullable Object> scored = of.isAbsent() || labelled == 0 ? predicted : came;
            Profile scores =
                    of.isBinary() ? Profile.of(scored.get(Monitor.valueName(Monitor.SCORE, window))) : Profile.EMPTY;
            List<Expected> expected = new ArrayList<>();
            for (BigDecimal threshold : of.thresholds()) {
                Expected one = Expected.of(scores, threshold.doubleValue());
                if (one != null) {
                    expected.add(one);
                }
            }
            return new Realised(
                    endMillis(of.quality(), isMatured ? before(of) : question.atMillis()),
                    isMatured,
                    predictions,
                    labelled,
                    of.isAbsent(),
                    !isKnown ? null : Metrics.of(of, predicted, came, window),
                    expected,
                    delays == null ? null : Delays.of(delays, predictions, labelled, window.widthMillis()));
        }

        private List<OfSlice> slices(Window window) {
            List<OfSlice> slices = new ArrayList<>();
            for (Monitor.Slice slice : monitor.slices()) {
                if (outcome == null || !slice.name().equals(question.slice())) {
                    continue;
                }
                for (String value : reading.sliceValues) {
                    slices.add(new OfSlice(
                            slice.name(),
                            value,
                            slice(slice, value, window, false),
                            slice(slice, value, window, true)));
                }
            }
            return slices;
        }

        private Realised slice(Monitor.Slice slice, String value, Window window, boolean isMatured) {
            long at = isMatured ? before(Objects.requireNonNull(outcome)) : question.atMillis();
            View predictions = slice.predictions() == null ? slice.quality() : slice.predictions();
            return realised(
                    window,
                    reading.ofSlice(predictions, value, at),
                    reading.ofSlice(slice.quality(), value, at),
                    isMatured,
                    null);
        }

        /** The share of positives in the baseline. */
        private Diagnosis.@Nullable Rate before() {
            if (outcome == null || !outcome.isBinary()) {
                return null;
            }
            if (training != null) {
                Profile labels = training.columns().get(outcome.label());
                return labels == null ? null : rate(labels);
            }
            if (monitor.baseline() instanceof Monitor.Earlier earlier) {
                long at = question.atMillis() - earlier.beforeMillis();
                Realised before = realised(
                        earlier.window(),
                        values(monitor.inputs().get(0), at),
                        values(outcome.quality(), at),
                        earlier.beforeMillis() >= outcome.horizonMillis(),
                        null);
                BigDecimal rate =
                        before.metrics() == null ? null : before.metrics().number("rate", null);
                return rate == null
                        ? null
                        : new Diagnosis.Rate(
                                rate.doubleValue(), before.isAbsent() ? before.predictions() : before.labelled());
            }
            return null;
        }

        private static Diagnosis.Rate rate(Profile labels) {
            double positives = labels.values().getOrDefault("true", 0L)
                    + labels.cells().tailMap(BigDecimal.ZERO, false).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
            return new Diagnosis.Rate(positives / Math.max(1, labels.present()), labels.present());
        }
    }
}
