package dev.tidemark.cli.quarantine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.formats.EventFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class DecodedPayloadTest {

    private static final Catalog.Source SOURCE = new CatalogCompiler(EventFormats.WITHOUT_FILES)
            .compile("""
                    tidemark: 1
                    sources:
                      clicks: {stream: clicks, event_time: ts, format: {compression: gzip}}
                    views:
                      viewer: {source: clicks, entity: user_id, features: {n: {function: count, windows: [1h]}}}
                    """)
            .sources()
            .get(0);

    private static String decoded(byte[] data) {
        return QuarantineShowCommand.decoded(SOURCE, new RawRecord(new Position("1", 0), 1, "k", data));
    }

    @Test
    void itIsTheEventOrWhyThereIsNone() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write("{\"user_id\": 7}".getBytes(UTF_8));
        }

        assertThat(decoded(bytes.toByteArray())).isEqualTo("{\"user_id\": 7}");
        assertThat(decoded("{}".getBytes(UTF_8)))
                .isEqualTo("nothing: the record is not compressed by gzip, is damaged, or has bytes after its end");
    }
}
