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
import dev.tidemark.core.past.EvaluationReport;
import dev.tidemark.core.past.Evaluator;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.training.ScoreFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says how good predictions of any time were, and how good others would have been. */
@Command(
        name = "evaluate",
        description = {
            "Compute the quality of a model's predictions again, from the archive, with everything that is known now:",
            "by the scores that were served, and by those of files. Two are compared on the same predictions."
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
            required = true,
            paramLabel = "TIME",
            description = "Predictions that were made at this moment (ISO 8601) or later.")
    private String from;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "TIME",
            description = "Predictions that were made before this moment (ISO 8601).")
    private String to;

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
        long fromMillis = Moments.parse("--from", from).toEpochMilli();
        long toMillis = Moments.parse("--to", to).toEpochMilli();
        if (fromMillis >= toMillis) {
            throw new Failure("--from " + from + " is not before --to " + to);
        }
        if (scores.size() > MAX_FILES) {
            throw new Failure("two files at most can be compared: leave out some --scores");
        }
        int workers = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try (Stores stores = deployment.open();
                ProgressLine progress = ProgressLine.on(err())) {
            Catalog definitions = catalog.compile(deployment);
            Monitor monitor = MonitorCommand.monitor(definitions, model);
            Monitor.Outcome outcome = monitor.outcome();
            if (outcome == null) {
                throw new Failure("the catalog says no outcome of model '" + model + "': add outcome: to it");
            }
            Evaluator.Question question = new Evaluator.Question(
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
                    null,
                    Map.of());
            progress.stage("Reading the archive", "records", -1);
            Evaluator evaluator =
                    new Evaluator(Catalogs.of(definitions), stores.past(), workers, threads, progress::advance);
            EvaluationReport report = stores.await(evaluator.evaluate(question));
            EvaluationText text = new EvaluationText(question, report);
            out().print(ShownText.text(json ? text.json() + "\n" : text.text()));
            out().flush();
            long openMillis = System.currentTimeMillis() - outcome.horizonMillis();
            if (outcome.isAbsent() && toMillis > openMillis) {
                err().println("Note: predictions since " + Instant.ofEpochMilli(openMillis)
                        + " may still become a yes; here they count as no");
            }
            // Nothing is proven by nothing.
            return report.qualities().isEmpty() ? 1 : 0;
        } finally {
            threads.shutdown();
        }
    }

    private static FieldPath path(String option, String field) {
        try {
            return FieldPath.parse(field);
        } catch (IllegalArgumentException e) {
            throw new Failure(option + ": " + e.getMessage() + ": name an event field such as id or prediction.id");
        }
    }
}
