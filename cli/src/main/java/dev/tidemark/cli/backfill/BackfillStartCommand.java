package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.DeploymentOptions;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Switches the new views on. */
@Command(
        name = "start",
        description = {
            "Switch on the views of the next catalog that are new or changed: new events go into them from now on.",
            "Functions that do not know the next catalog fold nothing any more: deploy it everywhere first."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillStartCommand implements Callable<Integer> {

    @Mixin
    private NextCatalogOptions catalogs;

    @Mixin
    private DeploymentOptions deployment;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Catalogs both = catalogs.compile(deployment);
        CatalogSwitch change = new CatalogSwitch(both);
        PrintWriter out = spec.commandLine().getOut();
        try (Stores stores = deployment.open()) {
            stores.await(CatalogSwitch.write(stores.control(), change::started));
            stores.await(Backfills.of(stores, both).plan(change.added()));
        }
        for (View view : change.added()) {
            out.println("view " + view.name() + ", version " + view.version() + ": new events are folded from now on");
        }
        out.println("Functions that do not know these versions hold their batches back. If batches wait (alarm");
        out.println("IngestBehind), deploy the next catalog there too, or give up with `tidemark backfill rollback "
                + "--retire`.");
        out.println("Earlier events: `tidemark backfill run`.");
        return 0;
    }
}
