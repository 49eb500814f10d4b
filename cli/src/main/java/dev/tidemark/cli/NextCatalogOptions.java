package dev.tidemark.cli;

import dev.tidemark.aws.Environment;
import dev.tidemark.core.backfill.CatalogSwitch;
import dev.tidemark.core.catalog.Catalogs;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The catalog that a deployment folds, and the one that is to take its place. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class NextCatalogOptions {

    @Mixin
    private CatalogOption current;

    @Option(
            names = "--next",
            paramLabel = "FILE",
            description = "The catalog that is to take its place. Default: $$TIDEMARK_NEXT_CATALOG.")
    private @Nullable Path next;

    Catalogs compile() {
        Path file = next;
        if (file == null) {
            String variable = System.getenv(Environment.NEXT_CATALOG.variable());
            if (variable == null || variable.isBlank()) {
                throw new Failure("which catalog is the next one? Name its file with --next or $"
                        + Environment.NEXT_CATALOG.variable());
            }
            file = Path.of(variable);
        }
        Catalogs catalogs = new Catalogs(current.compile(), CatalogFile.compile(file));
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
