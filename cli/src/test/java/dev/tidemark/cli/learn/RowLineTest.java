package dev.tidemark.cli.learn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.learn.Changed;
import dev.tidemark.core.learn.LabelledRow;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.formats.EventFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowLineTest {

    private static final byte[] EVENT = """
            {"before": {"score": 1, "list": [{"score": 2}]}, "score": 0.2500, "name": "é \\"quoted\\" }",
             "big": -12345678901234567890E-3 , "none": null,"is":true,
             "deep": {"a": {"b": [1,
            \t2.50]}}, "last": 7}""".getBytes(UTF_8);

    /** As it is written, but for line ends and tabs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "score|0.2500",
                "name|\"é \\\"quoted\\\" }\"",
                "big|-12345678901234567890E-3",
                "none|null",
                "is|true",
                "deep.a|{\"b\": [1,  2.50]}",
                "deep.a.b|[1,  2.50]",
                "last|7",
                "before.score|1",
            })
    void aValueIsWrittenAsItWas(String path, String raw) throws IOException {
        assertThat(RowLine.raw(EVENT, FieldPath.parse(path))).isEqualTo(raw);
    }

    /** Of a source whose records are no JSON. */
    @Test
    void whatThePredictionLoggedIsReadFromTheDecodedRecord() throws IOException {
        Catalog catalog = new CatalogCompiler(EventFormats.WITHOUT_FILES).compile("""
                tidemark: 1
                sources:
                  shop: {stream: shop, event_time: ts, format: {compression: gzip}}
                views:
                  viewer: {source: shop, entity: user_id, features: {n: {function: count, windows: [1h]}}}
                models:
                  discount:
                    inputs: [viewer: [n_1h]]
                    predictions: {source: shop}
                    monitor: {windows: [1h]}
                """);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write("{\"version\": \"v7\", \"score\": 0.2500, \"features\": {\"viewer.n_1h\": 3}}".getBytes(UTF_8));
        }
        LabelledRow row = new LabelledRow(
                "[\"p1\"]",
                0,
                BigDecimal.ONE,
                0,
                "lane",
                new Position("1", 0),
                new RawRecord(new Position("1", 0), 1, "k", bytes.toByteArray()),
                LabelledRow.Split.TRAIN,
                1);

        String line = RowLine.of(catalog, catalog.monitors().get(0)).of(1, 0, new Changed(Changed.Change.NEW, row));

        assertThat(line).contains("\"version\":\"v7\"", "\"score\":0.2500", "\"features\":{\"viewer.n_1h\": 3}");
    }

    @ParameterizedTest
    @CsvSource({"missing", "deep.b", "score.a", "deep.a.b.c", "list"})
    void whatIsNotThereIsNone(String path) throws IOException {
        assertThat(RowLine.raw(EVENT, FieldPath.parse(path))).isNull();
    }
}
