package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.CatalogSwitch;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Gives the old views up. */
@Command(
        name = "finish",
        description = {"Stop folding the versions that were replaced. There is no way back after this."},
        mixinStandardHelpOptions = true)
final class BackfillFinishCommand extends CatalogChangeCommand {

    @Override
    void run(Catalogs both, Stores stores, PrintWriter out) {
        stores.await(CatalogSwitch.write(stores.control(), new CatalogSwitch(both)::finished));
        out.println("The old versions are retired. Now deploy the next catalog as the catalog, without a next one.");
        out.println(
                "Their items go by their expiry; lifetime items of old versions stay until they are deleted by hand.");
    }
}
