package dev.tidemark.cli.backfill;

import dev.tidemark.aws.Environment;
import dev.tidemark.cli.catalog.CatalogFile;
import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.catalog.NextOption;
import dev.tidemark.cli.deployment.DeploymentOptions;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.CatalogSwitch;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;

/** The catalog that a deployment folds, and the one that is to take its place. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class NextCatalogOptions {

    @Mixin
    private CatalogOption current;

    @Mixin
    private NextOption next;

    Catalogs compile(DeploymentOptions deployment) {
        Path file = next.file()
                .orElseThrow(() -> new Failure("which catalog is the next one? Name its file with --next or $"
                        + Environment.NEXT_CATALOG.variable()));
        Catalogs catalogs = new Catalogs(current.compile(deployment), CatalogFile.compile(file));
        if (!changesViews(catalogs)) {
            throw new Failure(
                    file + " has the same views as the catalog that the deployment folds, so there is nothing "
                            + "to change: is --catalog the old one and --next the new one?");
        }
        return catalogs;
    }

    private static boolean changesViews(Catalogs catalogs) {
        if (catalogs.next() == null) {
            return false;
        }
        CatalogSwitch change = new CatalogSwitch(catalogs);
        return !change.added().isEmpty() || !change.replaced().isEmpty();
    }
}
