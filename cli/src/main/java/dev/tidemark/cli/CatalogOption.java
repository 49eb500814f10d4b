package dev.tidemark.cli;

import dev.tidemark.aws.Environment;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.samplesevents.Sample;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The catalog that a deployment folds. */
final class CatalogOption {

    @Option(
            names = "--catalog",
            paramLabel = "FILE",
            description = "The catalog that the deployment folds. Default: $$TIDEMARK_CATALOG, else the sample shop's.")
    private @Nullable Path file;

    Catalog compile() {
        if (file != null) {
            return CatalogFile.compile(file);
        }
        String variable = System.getenv(Environment.CATALOG.variable());
        return variable == null || variable.isBlank()
                ? new CatalogCompiler().compile(Sample.SHOP.catalog())
                : CatalogFile.compile(Path.of(variable));
    }
}
