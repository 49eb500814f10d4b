package dev.tidemark.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.formats.EventFormats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogLayerTest {

    private static final String YAML = """
            tidemark: 1 # as written
            sources:
              clicks: {stream: clicks, event_time: ts, format: FORMAT}
            views:
              viewer: {source: clicks, entity: user_id, features: {n: {function: count, windows: [1h]}}}
            """;

    @TempDir
    private Path folder;

    private Path catalog(String format) throws IOException {
        return Files.writeString(folder.resolve("catalog.yaml"), YAML.replace("FORMAT", format));
    }

    /** The functions find no file of a schema, and need none. */
    @Test
    void schemasAreInTheCatalogOfTheLayer() throws IOException {
        Files.writeString(folder.resolve("click.avsc"), """
                {"type": "record", "name": "Click", "fields": [{"name": "ts", "type": "string"}]}
                """);
        Path catalog = catalog("{encoding: {avro: {schema: click.avsc}}}");

        try (CatalogLayer layer = CatalogLayer.of(catalog, catalog)) {
            for (String name : new String[] {"catalog.yaml", "next.yaml"}) {
                String deployed =
                        Files.readString(layer.folder().resolve("tidemark").resolve(name));
                Catalog compiled = new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(deployed);
                assertThat(compiled.hash())
                        .isEqualTo(CheckedCatalog.read(catalog).catalog().hash());
            }
        }
    }

    @Test
    void anyOtherCatalogIsAsItWasWritten() throws IOException {
        Path catalog = catalog("{compression: gzip}");
        try (CatalogLayer layer = CatalogLayer.of(catalog, null)) {
            assertThat(layer.folder().resolve("tidemark/catalog.yaml")).hasSameTextualContentAs(catalog);
        }
    }
}
