package dev.tidemark.cli.archive;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.DeploymentOptions;
import dev.tidemark.cli.deployment.Stores;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which deployment's archive, of which streams. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ArchiveOptions {

    @Option(
            names = "--stream",
            paramLabel = "NAME",
            description = "Only the archive of this stream. Default: those of the catalog's sources.")
    private @Nullable String stream;

    @Mixin
    private CatalogOption catalog;

    @Mixin
    private DeploymentOptions deployment;

    Set<String> streams() {
        if (stream != null) {
            return Set.of(stream);
        }
        Set<String> streams = new TreeSet<>();
        catalog.compile(deployment).sources().forEach(source -> streams.add(source.stream()));
        return streams;
    }

    Stores open() {
        return deployment.open();
    }
}
