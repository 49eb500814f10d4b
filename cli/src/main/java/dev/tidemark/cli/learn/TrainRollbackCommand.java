package dev.tidemark.cli.learn;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.learn.TrainingDecision;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingState;
import dev.tidemark.core.store.TrainingLog.Champion;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Back to the champion before. */
@Command(
        name = "rollback",
        description = {
            "Make the champion before the present one the champion again, and end the run that is open.",
            "Who asks the API gets it at once. Exit code 1 if the run is not the champion's."
        },
        mixinStandardHelpOptions = true)
final class TrainRollbackCommand extends TrainStepCommand {

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description =
                    "The run whose candidate is to give way, so that a repeated command rolls back once. Default: the "
                            + "champion's.")
    private @Nullable String run;

    @Override
    CompletableFuture<TrainingDecision> take(TrainingLoop loop, TrainingState state, String reason) {
        return loop.rollBack(
                Optional.ofNullable(run)
                        .or(() -> Optional.ofNullable(state.champion()).map(Champion::run))
                        .orElseThrow(() -> new Failure("nothing is promoted, so there is nothing to roll back")),
                reason);
    }
}
