package dev.tidemark.cli.learn;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.learn.TrainingDecision;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingState;
import dev.tidemark.core.view.Training;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A step that an operator takes. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
abstract class TrainStepCommand extends CatalogCommand {

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model that is trained.")
    private String model;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; the training log keeps it.")
    private String reason = "an operator wanted it";

    /**
     * Takes the step.
     *
     * @param state as the operator found it
     * @throws Failure if nothing can be meant
     */
    abstract CompletableFuture<TrainingDecision> take(TrainingLoop loop, TrainingState state, String reason);

    @Override
    public Integer call() {
        Training training = training(catalog.compile(deployment));
        try (Stores stores = deployment.open()) {
            TrainingLoop loop = new TrainingLoop(training, stores.trainingLog(), System::currentTimeMillis);
            TrainingState state = stores.await(loop.state());
            TrainingDecision decision = stores.await(take(loop, state, reason));
            out().println(ShownText.text(TrainText.of(decision)));
            out().flush();
            return decision instanceof TrainingDecision.Done ? 0 : 1;
        }
    }

    private Training training(Catalog definitions) {
        return definitions
                .training(model)
                .orElseThrow(() -> new Failure("the catalog does not say how a model '" + model
                        + "' is trained; it does so for: "
                        + definitions.trainings().stream().map(Training::model).collect(Collectors.joining(", "))));
    }
}
