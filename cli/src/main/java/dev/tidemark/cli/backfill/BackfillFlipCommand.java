package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.DeploymentOptions;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.change.CatalogSwitch;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Serves the new views. */
@Command(
        name = "flip",
        description = {
            "Serve the new versions; the old ones are folded on, so that `rollback` can serve them again at once."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillFlipCommand implements Callable<Integer> {

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
            stores.await(CatalogSwitch.write(stores.control(), change::flipped));
        }
        out.println(
                "Served now: the views of the next catalog. The old versions are folded on until `tidemark backfill finish`.");
        return 0;
    }
}
