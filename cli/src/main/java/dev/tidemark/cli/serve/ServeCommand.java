package dev.tidemark.cli.serve;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.catalog.NextOption;
import dev.tidemark.cli.deployment.NamedDeployment;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.serve.ServeOptions;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The API of a deployment, from a process that reads its tables without API Gateway and Lambda. */
@Command(
        name = "serve",
        description = "Answer the query API from this process, next to a model: without API Gateway and Lambda.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class ServeCommand implements Callable<Integer> {

    @Mixin
    private NamedDeployment deployment;

    @Mixin
    private CatalogOption catalog;

    @Mixin
    private NextOption next;

    @Mixin
    private ServeOptions options;

    @Override
    public Integer call() throws InterruptedException {
        options.check();
        Map<String, String> ofStack = options.stackVariables(System.getenv());
        if (!ofStack.isEmpty()) {
            deployment.setVariables(ofStack);
        }
        Catalogs catalogs = new Catalogs(catalog.compile(deployment), next.compile());
        try (Stores stores = deployment.open()) {
            return options.serve(stores.deployment(catalogs));
        }
    }
}
