package dev.tidemark.cli.learn;

import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.learn.TrainingState;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.store.TrainingLog.Entry;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Says how training runs stand. */
@Command(
        name = "status",
        description =
                "Say which candidate is the champion, how the last run stands, and what happened: the newest entries "
                        + "of the training log, oldest first.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class TrainStatusCommand extends DeploymentCommand {

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model.")
    private String model;

    @Option(
            names = "--last",
            defaultValue = "20",
            paramLabel = "N",
            description = "How many entries at most. Default: ${DEFAULT-VALUE}.")
    private int most;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        if (most < 1) {
            throw new ParameterException(spec.commandLine(), "--last " + most + " is less than 1");
        }
        try (Stores stores = deployment.open()) {
            TrainingLog log = stores.trainingLog();
            TrainingState state = stores.await(TrainingState.read(log, model));
            List<Entry> entries = new ArrayList<>();
            for (long number = Math.max(1, state.last() - most + 1); number <= state.last(); number++) {
                entries.add(stores.await(log.read(model, number)));
            }
            out().print(ShownText.text(json ? TrainText.json(state, entries) + "\n" : TrainText.of(state, entries)));
        }
        out().flush();
        return 0;
    }
}
