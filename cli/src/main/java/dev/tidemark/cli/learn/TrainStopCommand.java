package dev.tidemark.cli.learn;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.learn.TrainingDecision;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.learn.TrainingRun;
import dev.tidemark.core.learn.TrainingState;
import dev.tidemark.core.store.TrainingLog.End;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends a run. */
@Command(
        name = "stop",
        description = {
            "End the run that is open; also one whose driver is gone. A candidate that is promoted already stays the champion.",
            "Exit code 1 if the run is not the last one."
        },
        mixinStandardHelpOptions = true)
final class TrainStopCommand extends TrainStepCommand {

    @Option(names = "--run", paramLabel = "NAME", description = "Which run. Default: the open one.")
    private @Nullable String run;

    @Override
    CompletableFuture<TrainingDecision> take(TrainingLoop loop, TrainingState state, String reason) {
        return loop.end(
                Optional.ofNullable(run)
                        .or(() -> state.open().map(TrainingRun::name))
                        .orElseThrow(() -> new Failure("no run of the model is open")),
                End.STOPPED,
                reason);
    }
}
