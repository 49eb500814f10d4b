package dev.tidemark.cli.run;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.formats.EventFormats;
import org.junit.jupiter.api.Test;

class NoRegistryTest {

    private static Catalogs catalogs(String format) {
        return Catalogs.of(new CatalogCompiler(EventFormats.WITHOUT_FILES).compile("""
                tidemark: 1
                sources:
                  clicks: {stream: clicks, event_time: ts, format: %s}
                views:
                  viewer: {source: clicks, entity: user_id, features: {n: {function: count, windows: [1h]}}}
                """.formatted(format)));
    }

    @Test
    void aLocalRunRefusesARegistryInsteadOfWaitingForIt() {
        assertThatThrownBy(() -> RunCommand.checkNoRegistry(catalogs("{encoding: {avro: {registry: glue}}}")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("source 'clicks'")
                .hasMessageContaining("{avro: {schema: FILE}}");
        assertThatCode(() -> RunCommand.checkNoRegistry(catalogs("{compression: gzip}")))
                .doesNotThrowAnyException();
    }
}
