package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;

/** A step on the way from the catalog that a deployment folds to the next one. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
abstract class CatalogChangeCommand extends DeploymentCommand {

    @Mixin
    private NextCatalogOptions catalogs;

    @Override
    public Integer call() {
        Catalogs both = catalogs.compile(deployment);
        try (Stores stores = deployment.open()) {
            run(both, stores, out());
        }
        return 0;
    }

    /** @param out is flushed by the caller */
    abstract void run(Catalogs both, Stores stores, PrintWriter out);
}
