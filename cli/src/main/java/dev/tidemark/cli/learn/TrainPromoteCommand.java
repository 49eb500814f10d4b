package dev.tidemark.cli.learn;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.learn.TrainingDecision;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingRun;
import dev.tidemark.core.learn.TrainingState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Does not wait for the shadow. */
@Command(
        name = "promote",
        description =
                "Make the candidate that passed the gate the champion, without waiting for the end of its shadow. Exit "
                        + "code 1 if none did.",
        mixinStandardHelpOptions = true)
final class TrainPromoteCommand extends TrainStepCommand {

    @Option(names = "--run", paramLabel = "NAME", description = "The run that made it. Default: the last one.")
    private @Nullable String run;

    @Override
    CompletableFuture<TrainingDecision> take(TrainingLoop loop, TrainingState state, String reason) {
        return loop.promote(
                Optional.ofNullable(run)
                        .or(() -> Optional.ofNullable(state.run()).map(TrainingRun::name))
                        .orElseThrow(() -> new Failure("no run of the model was ever started")),
                reason);
    }
}
