package dev.tidemark.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key that is the same for all needs no column. */
class ConstantKeySpineTest {

    @Test
    void theKeyIsKnown(@TempDir Path directory) throws IOException, Spine.BadRow {
        Catalog catalog = new CatalogCompiler().compile("""
                tidemark: 1
                sources: {s: {stream: st, event_time: ts}}
                views:
                  v: {source: s, entity: [user, constant(all)], features: {n: {function: count, windows: 1h}}}
                """);
        View view = catalog.view("v").orElseThrow();
        WantedView wanted =
                new WantedView(0, 0, catalog.sourceOf(view), view, List.of("user", "constant(all)"), List.of("n_1h"));
        Path file = Files.writeString(directory.resolve("spine.csv"), "user,timestamp\nu1,2026-01-31T10:00:00Z\n");
        Spine.Options options = new Spine.Options(null, TimeFormat.ISO8601, Map.of(), List.of(), Map.of());

        try (Spine spine = new Spine(file, options, List.of(wanted))) {
            assertThat(spine.next()).isTrue();
            assertThat(spine.entity(0)).isEqualTo("u1|all");
            assertThat(spine.next()).isFalse();
        }
    }
}
