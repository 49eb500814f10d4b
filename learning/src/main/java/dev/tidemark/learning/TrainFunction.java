package dev.tidemark.learning;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.learn.TrainingRules;
import dev.tidemark.core.view.Training;
import dev.tidemark.functions.Deployment;
import dev.tidemark.learning.RunStarts.Cause;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The handler that carries out training runs. A driver calls it, does what the answer says ({@code next}), and calls again with what
 * it was answered: {@code train}: run the training step, and say {@code "trained": true} or what {@code failed}; {@code wait}: so
 * many {@code seconds}; {@code again}: at once; {@code done}: nothing more. In between it tells others the {@code events} of the
 * answer, so each is told at least once. A run is named by {@code run}; without one, the driver asks for one to be started, and
 * says why ({@code cause}), when that happened ({@code at}: what is older than a run starts no other after it), and who it is
 * ({@code driver}: it alone may ask again).
 *
 * <p>Without a {@code model} it answers which models to call it for: {@code {"models": […], "cause": …, "at": …}}, for a {@code
 * cause}, or for the detail of an event of the monitor, as {@code monitor}.
 *
 * <p>It throws if a store does not answer: the same call again goes on. What would fail again ends the run.
 */
public final class TrainFunction implements RequestHandler<Map<String, Object>, Map<String, Object>> {

    /** Of the answer to a call without a model. */
    private static final String MODELS = "models";

    private static final String WORK = "tidemark-training";

    private static final long PART_OF_MEMORY = 4;

    private final TrainParts parts;
    private final JsonTrainLog log;

    /** For Lambda: everything from the environment. */
    public TrainFunction() {
        this(Deployment.onLambda());
    }

    private TrainFunction(Deployment deployment) {
        this(
                TrainParts.of(
                        deployment,
                        Path.of(System.getProperty("java.io.tmpdir"), WORK),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.getRuntime().maxMemory()),
                JsonTrainLog.of(deployment, System.out));
    }

    TrainFunction(TrainParts parts, JsonTrainLog log) {
        this.parts = parts;
        this.log = log;
    }

    /**
     * For a process that does other things too: it takes one thread, and a part of the memory.
     *
     * @param work a folder for what is being made
     * @param log takes a line for each step
     */
    public static TrainFunction of(Deployment deployment, Path work, PrintStream log) {
        return new TrainFunction(
                TrainParts.of(deployment, work, 1, Runtime.getRuntime().maxMemory() / PART_OF_MEMORY),
                JsonTrainLog.of(deployment, log));
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Catalog catalog = parts.catalogs()
                .served(parts.past().control().readControl().join().orElse(null));
        if (TrainInput.text(input, "model").isEmpty()) {
            return models(catalog, input);
        }
        TrainInput asked = TrainInput.of(input);
        TrainAnswer answer = new RunSteps(parts, catalog, training(catalog, asked.model())).take(asked);
        log.taken(answer);
        return answer.toMap();
    }

    private static Training training(Catalog catalog, String model) {
        return catalog.training(model)
                .orElseThrow(() -> new IllegalArgumentException("the catalog does not say how model '" + model
                        + "' is trained: give it train:, or call for one of "
                        + catalog.trainings().stream().map(Training::model).toList()));
    }

    private Map<String, Object> models(Catalog catalog, Map<String, Object> input) {
        if (input.get("monitor") instanceof Map<?, ?> detail) {
            return monitored(catalog, detail);
        }
        String cause = TrainInput.text(input, "cause").orElse(TrainingRules.OPERATOR);
        List<String> models = catalog.trainings().stream()
                .filter(training -> cause.equals(TrainingRules.SCHEDULE)
                        || cause.equals(TrainingRules.OPERATOR)
                        || training.when().contains(cause))
                .map(Training::model)
                .toList();
        return Map.of(
                MODELS,
                models,
                "cause",
                cause,
                "at",
                TrainInput.text(input, "at").orElse(""));
    }

    /** The model that the monitor has looked at, if a run may start for a cause that it found. */
    private Map<String, Object> monitored(Catalog catalog, Map<?, ?> detail) {
        String model = TrainInput.text(detail, "model").orElse("");
        Optional<Training> training = catalog.training(model);
        Optional<Cause> cause = training.flatMap(one ->
                new RunSteps(parts, catalog, one).cause(TrainInput.moment(detail), causes(detail.get("versions"))));
        return Map.of(
                MODELS,
                cause.isPresent() ? List.of(model) : List.of(),
                "cause",
                cause.map(Cause::word).orElse(""),
                "at",
                cause.map(found -> Instant.ofEpochMilli(found.atMillis()).toString())
                        .orElse(""));
    }

    private static Map<String, String> causes(@Nullable Object versions) {
        Map<String, String> causes = new LinkedHashMap<>();
        if (versions instanceof List<?> all) {
            for (Object one : all) {
                if (one instanceof Map<?, ?> version) {
                    causes.put(
                            TrainInput.text(version, "version").orElse(""),
                            TrainInput.text(version, "cause").orElse(""));
                }
            }
        }
        return causes;
    }
}
