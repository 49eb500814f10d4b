package dev.tidemark.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.learn.Judge;
import dev.tidemark.core.learn.TrainedOn;
import dev.tidemark.core.learn.TrainingRun;
import dev.tidemark.core.learn.Verdict;
import dev.tidemark.core.past.Evaluator;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.TrainingLog.Candidate;
import dev.tidemark.core.store.TrainingLog.Finding;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import dev.tidemark.training.ScoreFile;
import dev.tidemark.training.SetManifest;
import dev.tidemark.training.TrainingSetProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Judges what the training step left: {@code candidate.json} says what it made, {@code scores.parquet} how it scores. */
final class CandidateJudge {

    /** Names the candidate. */
    static final String CANDIDATE = "candidate.json";

    /** Its scores of all predictions of the holdout. */
    static final String SCORES = "scores.parquet";

    /** Says what the set was made from. */
    private static final String MANIFEST = "training-set.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TrainParts parts;
    private final Training training;
    private final Monitor monitor;
    private final Judge judge;

    CandidateJudge(TrainParts parts, Training training, Monitor monitor, Judge judge) {
        this.parts = parts;
        this.training = training;
        this.monitor = monitor;
        this.judge = judge;
    }

    /** What the gate says of a candidate. */
    record Judgement(Candidate candidate, Verdict verdict) {

        List<Finding> findings() {
            return verdict.findings().stream()
                    .map(finding -> new Finding(finding.name(), finding.passed(), finding.text()))
                    .toList();
        }
    }

    /**
     * Judges the candidate of a run.
     *
     * @param versions whose predictions it is compared on; empty for all
     * @throws RunFailed if there is no candidate that could be judged
     */
    Judgement judge(TrainingRun run, Set<String> versions) {
        Path folder = parts.folder(run.name());
        try {
            Candidate candidate = candidate(run, folder);
            Path scores = fetch(run, folder, RunFiles.OUT + SCORES);
            fetch(run, folder, RunFiles.SET + MANIFEST);
            TrainedOn set = SetManifest.read(folder.resolve(RunFiles.SET)).trainedOn();
            Cut cut = parts.cuts().read(training.model(), run.started().cut()).join();
            long toMillis = Judge.judgedToMillis(training.rows(), set);
            if (toMillis <= set.holdoutFromMillis()) {
                throw new RunFailed(
                        "no prediction of the holdout has had the time for its outcome: make holdout: longer"
                                + " than outcomes take");
            }
            Evaluator.Question question = new Evaluator.Question(
                    monitor,
                    null,
                    versions,
                    set.holdoutFromMillis(),
                    toMillis,
                    List.of(ScoreFile.read(scores, training.rows().isBinary())),
                    monitor.logged().id(),
                    monitor.logged().id(),
                    cut,
                    Map.of());
            return new Judgement(
                    candidate,
                    judge.judge(training, run.started().modelHash(), set, question)
                            .join()
                            .verdict());
        } catch (TrainingSetProblem e) {
            throw new RunFailed(message(e));
        } catch (CompletionException e) {
            if (e.getCause() instanceof DamagedArchive damage) {
                throw new RunFailed(message(damage));
            }
            throw e;
        } finally {
            TrainParts.remove(folder);
        }
    }

    private Candidate candidate(TrainingRun run, Path folder) {
        Path file = fetch(run, folder, RunFiles.OUT + CANDIDATE);
        JsonNode json;
        try {
            json = JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new RunFailed(CANDIDATE + " is no JSON: " + e.getMessage());
        }
        try {
            return new Candidate(
                    text(json, "version"), run.started().modelHash(), text(json, "artifact"), optional(json, "sha256"));
        } catch (IllegalArgumentException e) {
            throw new RunFailed(CANDIDATE + ": " + message(e));
        }
    }

    private static String text(JsonNode json, String name) {
        String text = optional(json, name);
        if (text == null) {
            throw new RunFailed(CANDIDATE + " has no text '" + name
                    + "': write it as {\"version\": \"v9\", \"artifact\": " + "\"<path or URI of the model>\"}");
        }
        return text;
    }

    private static @Nullable String optional(JsonNode json, String name) {
        JsonNode member = json.path(name);
        return member.isTextual() && !member.asText().isBlank() ? member.asText() : null;
    }

    private Path fetch(TrainingRun run, Path folder, String name) {
        String key = RunFiles.key(training.model(), run.name(), name);
        Path file = folder.resolve(name);
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder, e);
        }
        if (!parts.files().get(key, file).join()) {
            throw new RunFailed("the training step left no " + parts.files().address(key));
        }
        return file;
    }

    private static String message(Throwable problem) {
        return problem.getMessage() == null ? problem.toString() : problem.getMessage();
    }
}
