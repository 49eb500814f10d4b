package dev.tidemark.cli.monitor;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.learn.Judge;
import dev.tidemark.core.learn.TrainedOn;
import dev.tidemark.core.learn.Verdict;
import dev.tidemark.core.past.EvaluationReport;
import dev.tidemark.core.past.Evaluator;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import dev.tidemark.training.ScoreFile;
import dev.tidemark.training.SetManifest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Says how good predictions of any time were, and how good others would have been. */
@Command(
        name = "evaluate",
        description = {
            "Compute the quality of a model's predictions again, from the archive, with everything that is known now:",
            "by the scores that were served, and by those of files. Two are compared on the same predictions.",
            "With --set, the gate judges a candidate that was trained on that set: exit code 1 if it is refused."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class EvaluateCommand extends CatalogCommand {

    private static final int MAX_FILES = 2;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "NAME",
            description = "The model; it has a monitor with outcomes in the catalog.")
    private String model;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Predictions that were made at this moment (ISO 8601) or later. Default with --set: its holdout.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            description = "Predictions that were made before this moment (ISO 8601). Default with --set: its holdout.")
    private @Nullable String to;

    @Option(
            names = "--cut",
            paramLabel = "N",
            description =
                    "With what was known at this cut of the model, so that the answer is the same forever. Default: "
                            + "the cut of --set; without it, what is known now.")
    private @Nullable Long cut;

    @Option(
            names = "--set",
            paramLabel = "DIR",
            description =
                    "The training set of the candidate whose --scores are given: a label that was known where its "
                            + "training ended is a leak, and the gate of the model's train: judges the candidate.")
    private @Nullable Path set;

    @Option(
            names = "--scores",
            paramLabel = "FILE",
            description =
                    "A Parquet file of columns id and score: what another model says of the same predictions. Up to two.")
    private List<Path> scores = List.of();

    @Option(
            names = "--by",
            paramLabel = "SLICE",
            description = "For each value of this slice of the monitor, and without predictions that lack it.")
    private @Nullable String by;

    @Option(
            names = "--versions",
            split = ",",
            paramLabel = "A,B",
            description = "Only predictions of these versions of the model. Default: all.")
    private List<String> versions = List.of();

    @Option(
            names = "--id",
            paramLabel = "FIELD",
            defaultValue = "id",
            description = "The field of a prediction that has its id. Default: ${DEFAULT-VALUE}.")
    private String id;

    @Option(
            names = "--outcome-id",
            paramLabel = "FIELD",
            defaultValue = "prediction",
            description = "The field of an outcome that has its prediction's id; of a pair it is known. Default: "
                    + "${DEFAULT-VALUE}.")
    private String outcomeId;

    @Option(names = "--json", description = "Print one JSON object, with every digit.")
    private boolean json;

    @Override
    public Integer call() {
        if (scores.size() > MAX_FILES) {
            throw new Failure("two files at most can be compared: leave out some --scores");
        }
        if (set != null && scores.size() != 1) {
            throw new Failure("--set is of one candidate: give its scores with --scores, and no others");
        }
        SetManifest manifest = set == null ? null : SetManifest.read(set);
        if (manifest != null && !manifest.model().equals(model)) {
            throw new Failure(set + " is a training set of model '" + manifest.model() + "', not of '" + model + "'");
        }
        int workers = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try (Stores stores = deployment.open();
                ProgressLine progress = ProgressLine.on(err())) {
            Catalog definitions = catalog.compile(deployment);
            Evaluator.Question question = question(definitions, manifest, stores);
            progress.stage("Reading the archive", "records", -1);
            Evaluator evaluator =
                    new Evaluator(Catalogs.of(definitions), stores.past(), workers, threads, progress::advance);
            Training training = definitions.training(model).orElse(null);
            Judge.Judged judged = manifest == null || training == null
                    ? null
                    : stores.await(new Judge(evaluator)
                            .judge(training, manifest.trainedOn().modelHash(), manifest.trainedOn(), question));
            EvaluationReport report =
                    judged != null && by == null ? judged.all() : stores.await(evaluator.evaluate(question));
            Verdict verdict = judged == null ? null : judged.verdict();
            EvaluationText text = new EvaluationText(question, report, verdict);
            out().print(ShownText.text(json ? text.json() + "\n" : text.text()));
            out().flush();
            warnOfOpen(definitions, question);
            boolean isRefused = report.leaked() > 0 || (verdict != null && !verdict.passed());
            // Nothing is proven by nothing.
            return report.qualities().isEmpty() || isRefused ? 1 : 0;
        } finally {
            threads.shutdown();
        }
    }

    private Evaluator.Question question(Catalog definitions, @Nullable SetManifest manifest, Stores stores) {
        Monitor monitor = MonitorCommand.monitor(definitions, model);
        Monitor.Outcome outcome = monitor.outcome();
        if (outcome == null) {
            throw new Failure("the catalog says no outcome of model '" + model + "': add outcome: to it");
        }
        TrainedOn trainedOn = manifest == null ? null : manifest.trainedOn();
        long fromMillis = from == null && trainedOn != null ? trainedOn.holdoutFromMillis() : moment("--from", from);
        long toMillis = to == null && trainedOn != null
                ? definitions
                        .training(model)
                        .map(training -> Judge.judgedToMillis(training.rows(), trainedOn))
                        .orElse(trainedOn.toMillis())
                : moment("--to", to);
        if (fromMillis >= toMillis) {
            String end = Instant.ofEpochMilli(toMillis).toString();
            throw new Failure(
                    from == null
                            ? "no outcome of the holdout, from " + Instant.ofEpochMilli(fromMillis)
                                    + " on, was due at the cut: predictions before " + end
                                    + " alone had the time; hold out more than outcomes may take"
                            : "--from " + from + " is not before --to " + (to == null ? end : to));
        }
        if (manifest != null && !cut(stores, manifest.cut()).sha256().equals(manifest.cutSha256())) {
            throw new Failure(set + " says that it is of cut " + manifest.cut() + ", which holds something else: it was"
                    + " changed, or is of another deployment; make it again with `tidemark rows export`");
        }
        Long number = cut == null && manifest != null ? (Long) manifest.cut() : cut;
        return new Evaluator.Question(
                monitor,
                by == null ? null : MonitorCommand.slice(monitor, by).name(),
                Set.copyOf(versions),
                fromMillis,
                toMillis,
                scores.stream()
                        .<EvaluationReport.Scorer>map(file -> ScoreFile.read(file, outcome.isBinary()))
                        .toList(),
                path("--id", id),
                path("--outcome-id", outcomeId),
                number == null ? null : cut(stores, number),
                trainedOn == null ? Map.of() : trainedOn.trainedUpTo());
    }

    private long moment(String option, @Nullable String given) {
        if (given == null) {
            throw new ParameterException(
                    spec.commandLine(), option + " is missing: give the moment, or a training set with --set");
        }
        return Moments.parse(option, given).toEpochMilli();
    }

    private CutLog.Cut cut(Stores stores, long number) {
        long last = stores.await(stores.cutLog().last(model));
        if (number < 1 || number > last) {
            throw new Failure("there is no cut " + number + " of model '" + model + "'; the last is " + last
                    + ": see `tidemark cut list --model " + model + "`");
        }
        return stores.await(stores.cutLog().read(model, number));
    }

    private void warnOfOpen(Catalog definitions, Evaluator.Question question) {
        Monitor.Outcome outcome = Objects.requireNonNull(question.monitor().outcome());
        String stream = Catalogs.of(definitions).sourceOf(outcome.quality()).stream();
        CutLog.Cut upTo = question.cut();
        long knownMillis = upTo == null ? System.currentTimeMillis() : upTo.asOfMillis(stream);
        long openMillis = knownMillis - outcome.horizonMillis() + 1;
        if (outcome.isAbsent() && question.toMillis() > openMillis) {
            err().println("Note: predictions since " + Instant.ofEpochMilli(openMillis)
                    + " may still become a yes; here they count as no");
        }
    }

    private static FieldPath path(String option, String field) {
        try {
            FieldPath path = FieldPath.parse(field);
            if (path.isList() || path.isConstant()) {
                throw new IllegalArgumentException("'" + field + "' is no single value of an event");
            }
            return path;
        } catch (IllegalArgumentException e) {
            throw new Failure(option + ": " + e.getMessage() + ": name an event field such as id or prediction.id");
        }
    }
}
