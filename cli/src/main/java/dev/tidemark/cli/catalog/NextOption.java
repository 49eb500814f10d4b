package dev.tidemark.cli.catalog;

import dev.tidemark.aws.Environment;
import dev.tidemark.core.catalog.Catalog;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The next catalog, while views are being changed. */
public final class NextOption {

    @Option(
            names = "--next",
            paramLabel = "FILE",
            description = "The catalog that is to take its place, while views are being changed. Default: "
                    + "$$TIDEMARK_NEXT_CATALOG.")
    private @Nullable Path file;

    public Optional<Path> file() {
        return file != null ? Optional.of(file) : CatalogOption.variable(Environment.NEXT_CATALOG);
    }

    /** Null if none is named. */
    @Nullable
    public Catalog compile() {
        return file().map(CatalogFile::compile).orElse(null);
    }
}
