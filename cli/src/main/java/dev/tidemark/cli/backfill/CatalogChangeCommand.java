package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.DeploymentOptions;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A step on the way from the catalog that a deployment folds to the next one. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
abstract class CatalogChangeCommand implements Callable<Integer> {

    @Mixin
    private NextCatalogOptions catalogs;

    @Mixin
    private DeploymentOptions deployment;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Catalogs both = catalogs.compile(deployment);
        try (Stores stores = deployment.open()) {
            run(both, stores, spec.commandLine().getOut());
        }
        return 0;
    }

    /** @param out is flushed by whoever gave it */
    abstract void run(Catalogs both, Stores stores, PrintWriter out);
}
