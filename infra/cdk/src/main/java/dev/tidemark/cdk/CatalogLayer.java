package dev.tidemark.cdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folder that becomes the catalog's Lambda layer, in the layout of infra/catalog: the functions read these paths. */
final class CatalogLayer implements AutoCloseable {

    private final Path folder;

    private CatalogLayer(Path folder) {
        this.folder = folder;
    }

    /** @param next null if there is none */
    static CatalogLayer of(Path catalog, @Nullable Path next) {
        try {
            CatalogLayer layer = new CatalogLayer(Files.createTempDirectory("tidemark-catalog"));
            Files.createDirectory(layer.definitions());
            Files.copy(catalog, layer.definitions().resolve("catalog.yaml"));
            if (next != null) {
                Files.copy(next, layer.definitions().resolve("next.yaml"));
            }
            return layer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    private Path definitions() {
        return folder.resolve("tidemark");
    }

    @Override
    public void close() {
        try {
            for (Path each : List.of(
                    definitions().resolve("catalog.yaml"), definitions().resolve("next.yaml"), definitions(), folder)) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
