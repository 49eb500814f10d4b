package dev.tidemark.cli.learn;

import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.store.CutLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Names the cuts. */
@Command(
        name = "list",
        description = "List a model's newest cuts, oldest first: number, time, lanes, records, redrives.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class CutListCommand extends DeploymentCommand {

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model.")
    private String model;

    @Option(
            names = "--last",
            defaultValue = "20",
            paramLabel = "N",
            description = "How many at most. Default: ${DEFAULT-VALUE}.")
    private int most;

    @Option(names = "--json", description = "Print JSON, a line for each.")
    private boolean json;

    @Override
    public Integer call() {
        if (most < 1) {
            throw new ParameterException(spec.commandLine(), "--last " + most + " is less than 1");
        }
        try (Stores stores = deployment.open()) {
            CutLog cuts = stores.cutLog();
            long last = stores.await(cuts.last(model));
            for (long number = Math.max(1, last - most + 1); number <= last; number++) {
                CutText cut = new CutText(stores.await(cuts.read(model, number)));
                out().println(ShownText.text(json ? cut.json() : cut.line()));
            }
            if (last == 0 && !json) {
                out().println(ShownText.text("There is no cut of model '" + model + "'. `tidemark cut create --model "
                        + model + "` makes one."));
            }
        }
        out().flush();
        return 0;
    }
}
