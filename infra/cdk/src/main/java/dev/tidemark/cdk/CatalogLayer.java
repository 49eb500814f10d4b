package dev.tidemark.cdk;

import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.InvalidDefinition;
import dev.tidemark.formats.EventFormats;
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
            put(catalog, layer.definitions().resolve("catalog.yaml"));
            if (next != null) {
                put(next, layer.definitions().resolve("next.yaml"));
            }
            return layer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As it is; but files of schemas are not in the layer, so a catalog that names some is put there with their content. */
    private static void put(Path catalog, Path into) throws IOException {
        String text = Files.readString(catalog);
        try {
            new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(text);
        } catch (InvalidDefinition itNamesFiles) {
            text = CheckedCatalog.read(catalog).catalog().json();
        }
        Files.writeString(into, text);
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
