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

/** Gives the old views up. */
@Command(
        name = "finish",
        description = {"Stop folding the versions that were replaced. There is no way back after this."},
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillFinishCommand implements Callable<Integer> {

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
            stores.await(CatalogSwitch.write(stores.control(), change::finished));
        }
        out.println("The old versions are retired. Now deploy the next catalog as the catalog, without a next one.");
        out.println(
                "Their items go by their expiry; lifetime items of old versions stay until they are deleted by hand.");
        return 0;
    }
}
