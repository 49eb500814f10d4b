package dev.tidemark.cli.imports;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import java.util.stream.Collectors;

/** Which source is meant. */
final class Sources {

    private Sources() {}

    /** @throws Failure if the catalog has no such source, or it has no seam */
    static Catalog.Source withHistory(Catalog catalog, String name) {
        Catalog.Source source = catalog.sources().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Failure("the catalog has no source '" + name + "'; there are: "
                        + catalog.sources().stream().map(Catalog.Source::name).collect(Collectors.joining(", "))));
        if (source.seam() == null) {
            throw new Failure("source '" + name + "' has no seam, so nothing says which events an import brings: say"
                    + " in the catalog up to which event time they do, such as history: {until: 2026-12-01T00:00:00Z}");
        }
        return source;
    }
}
