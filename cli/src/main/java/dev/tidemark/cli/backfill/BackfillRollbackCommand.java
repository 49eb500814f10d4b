package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.CatalogSwitch;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Goes back to the old views. */
@Command(
        name = "rollback",
        description = {
            "Serve the old versions again, at once. The new ones are folded on, so that `flip` can serve them again."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillRollbackCommand extends CatalogChangeCommand {

    @Option(
            names = "--retire",
            description = "Also stop folding the new versions, for ever: to begin again needs another version.")
    private boolean retire;

    @Override
    void run(Catalogs both, Stores stores, PrintWriter out) {
        CatalogSwitch change = new CatalogSwitch(both);
        stores.await(CatalogSwitch.write(stores.control(), change::rolledBack));
        out.println("The old versions are served.");
        if (retire) {
            stores.await(CatalogSwitch.write(stores.control(), change::givenUp));
            out.println("The new versions are retired.");
        }
    }
}
