package dev.tidemark.cli.reference;

import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.store.ReferenceLog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Names the snapshots. */
@Command(
        name = "list",
        description = "List a reference's newest snapshots, oldest first: number, publication, effect, rows, bytes.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ReferenceListCommand extends DeploymentCommand {

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "The reference.")
    private String name;

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
            ReferenceLog log = stores.referenceLog();
            long last = stores.await(log.last(name, 0));
            for (long number = Math.max(1, last - most + 1); number <= last; number++) {
                SnapshotText snapshot = new SnapshotText(stores.await(log.read(name, number)));
                out().println(ShownText.text(json ? snapshot.json() : snapshot.line()));
            }
            if (last == 0 && !json) {
                out().println(ShownText.text("There is no snapshot of reference '" + name
                        + "'. `tidemark reference publish --name " + name + " FILE` makes one."));
            }
        }
        out().flush();
        return 0;
    }
}
