package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.CatalogSwitch;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Serves the new views. */
@Command(
        name = "flip",
        description = {
            "Serve the new versions; the old ones are folded on, so that `rollback` can serve them again at once."
        },
        mixinStandardHelpOptions = true)
final class BackfillFlipCommand extends CatalogChangeCommand {

    @Override
    void run(Catalogs both, Stores stores, PrintWriter out) {
        stores.await(CatalogSwitch.write(stores.control(), new CatalogSwitch(both)::flipped));
        out.println(
                "Served now: the views of the next catalog. The old versions are folded on until `tidemark backfill finish`.");
    }
}
