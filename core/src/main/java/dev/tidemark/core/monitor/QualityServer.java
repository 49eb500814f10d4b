package dev.tidemark.core.monitor;

import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.Freshness;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the views of a model's monitor answer, and has its quality computed from that ({@link VersionQuality}).
 * Thread-safe.
 */
public final class QualityServer {

    /** How many versions a report has at most, those with the most predictions. */
    public static final int MAX_VERSIONS = 10;

    /** How many values of a slice a report has at most. */
    public static final int MAX_SLICE_VALUES = 50;

    /** The lag beyond which the state is no evidence, of a model that says none. */
    public static final long USUAL_STALE_MILLIS = 300_000;

    static final String OTHER = "$other";

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

        /** The latest moment whose windows end so that all their predictions had the horizon: a window ends with its hop. */
        long maturedMillis(Monitor.Outcome outcome) {
            return atMillis
                    - outcome.horizonMillis()
                    - outcome.quality().ladder().hop().widthMillis();
        }

        /** When the baseline's window ends. */
        long beforeMillis(Monitor.Earlier earlier) {
            return atMillis - earlier.beforeMillis();
        }

        /** Null if there is none of that name. */
        Monitor.@Nullable Slice sliceOfMonitor() {
            return monitor.slices().stream()
                    .filter(one -> one.name().equals(slice))
                    .findFirst()
                    .orElse(null);
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
     * @param clients what logged vectors show, by version; empty if none were looked at
     * @return completes exceptionally as the answers do
     */
    public CompletableFuture<QualityReport> report(
            Question question,
            @Nullable TrainingProfile training,
            long staleMillis,
            Map<String, ClientSample> clients) {
        Monitor monitor = question.monitor();
        List<String> names = new ArrayList<>(names(Monitor.BY_VERSION, question.windows()));
        if (question.slice() != null) {
            names.addAll(names(Monitor.bySlice(question.slice()), question.windows()));
        }
        List<String> model = List.of(EntityKeys.of(List.of(monitor.model())));
        Monitor.Outcome outcome = monitor.outcome();
        List<Long> moments = outcome == null
                ? List.of(question.atMillis())
                : List.of(question.atMillis(), question.maturedMillis(outcome));
        return all(moments.stream()
                        .map(at -> answers.of(monitor.versions(), names, model, at))
                        .toList())
                .thenCompose(found -> {
                    List<Answer> directories =
                            found.stream().flatMap(List::stream).toList();
                    List<String> sliceValues = sliceValues(question, directories);
                    return all(versions(question, directories).stream()
                                    .map(version -> read(question, version, sliceValues, directories.get(0)))
                                    .toList())
                            .thenApply(
                                    read -> report(question, directories.get(0), read, training, staleMillis, clients));
                });
    }

    /** Those of the matured windows, which alone are shown. */
    private static List<String> sliceValues(Question question, List<Answer> directories) {
        return question.slice() == null
                ? List.of()
                : mostFrequent(counts(
                                Monitor.bySlice(question.slice()),
                                question,
                                List.of(directories.get(directories.size() - 1))))
                        .limit(MAX_SLICE_VALUES)
                        .toList();
    }

    private static List<String> names(String feature, List<Window> windows) {
        return windows.stream()
                .map(window -> Monitor.valueName(feature, window))
                .toList();
    }

    private static List<String> versions(Question question, List<Answer> directories) {
        if (question.versions() != null) {
            return question.versions();
        }
        return Stream.concat(
                        Stream.ofNullable(question.monitor().champion()),
                        mostFrequent(counts(Monitor.BY_VERSION, question, directories)))
                .distinct()
                .limit(MAX_VERSIONS)
                .toList();
    }

    /** How often each group was counted in any window, at most. */
    private static Map<String, Long> counts(String feature, Question question, List<Answer> directories) {
        Map<String, Long> counts = new HashMap<>();
        for (Answer directory : directories) {
            for (Window window : question.windows()) {
                new InWindow(directory.values(), window)
                        .groups(feature)
                        .forEach((group, count) -> counts.merge(group, count, Math::max));
            }
        }
        return counts;
    }

    private static Stream<String> mostFrequent(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                // An empty one is no part of an entity key: such events are in quarantine of the views by version or
                // slice.
                .filter(name -> !name.isEmpty() && !name.equals(OTHER));
    }

    /** What was read of a version, with the answers that it came with. */
    private record Read(Reading reading, List<Answer> answers) {}

    private CompletableFuture<Read> read(
            Question question, String version, List<String> sliceValues, Answer directory) {
        List<Reading.Wanted> wanted = List.copyOf(Reading.wanted(question, version, sliceValues));
        return all(wanted.stream()
                        .map(one -> answers.of(one.view(), one.names(), one.entities(), one.atMillis()))
                        .toList())
                .thenApply(found -> {
                    Map<Reading.Place, Map<String, @Nullable Object>> values = new HashMap<>();
                    values.put(
                            new Reading.Place(
                                    directory.plan().view().version(), directory.entity(), question.atMillis()),
                            directory.values());
                    for (int i = 0; i < wanted.size(); i++) {
                        for (int entity = 0; entity < found.get(i).size(); entity++) {
                            values.computeIfAbsent(wanted.get(i).place(entity), place -> new HashMap<>())
                                    .putAll(found.get(i).get(entity).values());
                        }
                    }
                    return new Read(
                            new Reading(version, sliceValues, values),
                            found.stream().flatMap(List::stream).toList());
                });
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> futures) {
        return CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }

    private QualityReport report(
            Question question,
            Answer directory,
            List<Read> read,
            @Nullable TrainingProfile training,
            long staleMillis,
            Map<String, ClientSample> clients) {
        Monitor monitor = question.monitor();
        Map<View, ViewProgress> progress = progress(directory, read);
        Freshness freshness = nowMillis == null
                ? null
                : Freshness.ofAll(progress.entrySet().stream()
                        .map(one -> Freshness.of(one.getKey(), one.getValue(), nowMillis))
                        .toList());
        // The views by slice and of challengers would say the same again, and a null in a slice is no fault.
        List<View> ofAll = new ArrayList<>(monitor.inputs());
        Stream.ofNullable(monitor.outcome()).map(Monitor.Outcome::quality).forEach(ofAll::add);
        Map<View, ViewCounts> counts = new LinkedHashMap<>();
        progress.forEach((view, found) -> {
            if (ofAll.contains(view)) {
                counts.put(view, found.countsOf(view));
            }
        });
        String hash = training == null || training.hash() == null ? monitor.modelHash() : training.hash();
        Diagnosis diagnosis = new Diagnosis(monitor.checks(), hash, freshness, Fates.of(counts), staleMillis);
        return new QualityReport(
                monitor,
                question.atMillis(),
                read.stream()
                        .map(one -> new VersionQuality(
                                        question,
                                        one.reading(),
                                        training,
                                        clients.get(one.reading().version()),
                                        nowMillis == null)
                                .report(diagnosis))
                        .toList(),
                freshness);
    }

    private static Map<View, ViewProgress> progress(Answer directory, List<Read> read) {
        Map<View, ViewProgress> progress = new LinkedHashMap<>();
        Stream.concat(Stream.of(directory), read.stream().flatMap(one -> one.answers().stream()))
                .forEach(answer -> progress.put(answer.plan().view(), answer.progress()));
        return progress;
    }
}
