package dev.tidemark.cli.learn;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Cuts the log here and now. */
@Command(
        name = "create",
        description = "Make a cut of what is folded by now. If nothing has changed since the last one, that is named.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class CutCreateCommand extends CatalogCommand {

    @Option(names = "--model", required = true, paramLabel = "NAME", description = "The model that learns up to it.")
    private String model;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Catalog definitions = catalog.compile(deployment);
        try (Stores stores = deployment.open()) {
            stores.checkFolds(definitions);
            CutText cut = new CutText(stores.await(stores.cutMaker(Catalogs.of(definitions))
                    .make(definitions, CatalogOption.model(definitions, model))));
            out().println(ShownText.text(json ? cut.json() : cut.line()));
        }
        out().flush();
        return 0;
    }
}
