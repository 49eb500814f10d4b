package dev.tidemark.core.learn;

import dev.tidemark.core.past.EvaluationReport;
import dev.tidemark.core.past.Evaluator;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Evaluates a candidate beside what was served, by the monitor's own computations, and has the {@link Gate} judge it. */
public final class Judge {

    private final Evaluator evaluator;

    public Judge(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    /**
     * What came of it.
     *
     * @param all of the predictions that the candidate was judged by
     * @param slices the same by value of a slice, by name of the slice; of those alone that the gate looks at
     */
    public record Judged(Verdict verdict, EvaluationReport all, Map<String, EvaluationReport> slices) {

        public Judged {
            slices = new LinkedHashMap<>(slices);
        }
    }

    /**
     * Where the predictions end that a set's candidate may be judged by: those whose outcome was still to come at the cut are no
     * rows of the set, if rows wait for the horizon.
     *
     * @return milliseconds, exclusive
     */
    public static long judgedToMillis(Training.Rows rows, TrainedOn set) {
        return rows.isMatured() || rows.isAbsent() ? set.toMillis() - rows.horizonMillis() + 1 : set.toMillis();
    }

    /**
     * Judges a candidate. The archive is read once, and once more for each slice that the gate looks at.
     *
     * @param modelHash of the model whose vectors the candidate reads
     * @param question has one scorer, the candidate; its slice does not matter, its training bound is the set's
     * @return completes exceptionally as {@link Evaluator#evaluate} does
     */
    public CompletableFuture<Judged> judge(
            Training training, String modelHash, TrainedOn set, Evaluator.Question question) {
        String scorer = question.scorers().get(0).name();
        Map<String, EvaluationReport> slices = new LinkedHashMap<>();
        CompletableFuture<Void> bySlice = CompletableFuture.completedFuture(null);
        List<Monitor.Slice> wanted = training.gate().slices() == Training.Slices.ALL
                ? question.monitor().slices()
                : List.of();
        for (Monitor.Slice slice : wanted) {
            bySlice = bySlice.thenCompose(before -> evaluator.evaluate(question.by(slice.name())))
                    .thenAccept(report -> slices.put(slice.name(), report));
        }
        return bySlice.thenCompose(
                        sliced -> evaluator.evaluate(question.by(null).trainedUpTo(set.trainedUpTo())))
                .thenApply(all -> new Judged(
                        Gate.judge(
                                training, new Gate.Evidence(modelHash, set, scorer, question.versions(), all, slices)),
                        all,
                        slices));
    }
}
