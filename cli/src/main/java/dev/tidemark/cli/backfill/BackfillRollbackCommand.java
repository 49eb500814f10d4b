package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.DeploymentOptions;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.change.CatalogSwitch;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Goes back to the old views. */
@Command(
        name = "rollback",
        description = {
            "Serve the old versions again, at once. The new ones are folded on, so that `flip` can serve them again."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillRollbackCommand implements Callable<Integer> {

    @Option(
            names = "--retire",
            description = "Also stop folding the new versions, for ever: to begin again needs another version.")
    private boolean retire;

    @Mixin
    private NextCatalogOptions catalogs;

    @Mixin
    private DeploymentOptions deployment;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CatalogSwitch change = new CatalogSwitch(catalogs.compile(deployment));
        PrintWriter out = spec.commandLine().getOut();
        try (Stores stores = deployment.open()) {
            stores.await(CatalogSwitch.write(stores.control(), change::rolledBack));
            out.println("The old versions are served.");
            if (retire) {
                stores.await(CatalogSwitch.write(stores.control(), change::givenUp));
                out.println("The new versions are retired.");
            }
        }
        return 0;
    }
}
