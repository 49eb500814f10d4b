package dev.tidemark.cli.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.tables.TableFormat;
import dev.tidemark.tables.Tables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cells of a table become in a snapshot, and which are refused. */
class ReferenceTableTest {

    private static final Reference ITEMS =
            reference("key: [shop, item], fields: {category: text, price: number, fresh: boolean}");
    private static final Reference DATED = reference("key: item, fields: {price: number}, valid_from: since");

    @TempDir
    private Path folder;

    private static Reference reference(String definition) {
        return new CatalogCompiler()
                .compile("""
                tidemark: 1
                sources: {s: {stream: s, event_time: ts}}
                references: {items: {%s}}
                views: {v: {source: s, entity: u, features: {n: {function: count, windows: 1h}}}}
                """.formatted(definition))
                .reference("items")
                .orElseThrow();
    }

    private String rows(Reference reference, String name, String content) throws IOException {
        return rows(reference, Files.writeString(folder.resolve(name), content));
    }

    private static String rows(Reference reference, Path file) throws IOException {
        ReferenceTable table = new ReferenceTable(reference);
        String name = file.getFileName().toString();
        Tables.read(TableFormat.of(name), name, file, table.columns(), table::add);
        return new String(table.rows().write(), StandardCharsets.UTF_8);
    }

    @Test
    void cellsOfParquetCsvAndJsonLinesMakeTheSameRows() throws IOException {
        String expected = """
                {"key":"1|i2","values":{"category":"7","fresh":true,"price":12.5}}
                {"key":"1|i3","values":{"fresh":false}}
                """;
        MessageType schema = MessageTypeParser.parseMessageType("message items { required int64 shop;"
                + " required binary item (STRING); optional int32 category; optional int64 price (DECIMAL(9,2));"
                + " optional boolean fresh; }");
        Path parquet = folder.resolve("items.parquet");
        try (ParquetWriter<Group> out = ExampleParquetWriter.builder(new LocalOutputFile(parquet))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .build()) {
            out.write(new SimpleGroup(schema)
                    .append("shop", 1L)
                    .append("item", "i3")
                    .append("fresh", false));
            out.write(new SimpleGroup(schema)
                    .append("shop", 1L)
                    .append("item", "i2")
                    .append("category", 7)
                    .append("price", 1250L)
                    .append("fresh", true));
        }

        assertThat(rows(ITEMS, parquet)).isEqualTo(expected);
        assertThat(rows(
                        ITEMS,
                        "items.csv",
                        "shop,item,category,price,fresh,other\n1,i3,,,false,x\n1,i2,7,12.50,true,y\n"))
                .isEqualTo(expected);
        assertThat(rows(ITEMS, "items.jsonl", """
                {"shop": 1.0, "item": "i3", "fresh": false, "price": null}
                {"shop": "1", "item": "i2", "category": 7, "price": "1.25e1", "fresh": "true"}
                """)).isEqualTo(expected);
    }

    @Test
    void aKeyWithAHistoryHasARowForEachMoment() throws IOException {
        assertThat(rows(DATED, "items.csv", "item,price,since\na,2,2026-02-01\na,1,2026-01-31T10:00:00+01:00\n"))
                .isEqualTo("""
                {"key":"a","from":1769850000000,"values":{"price":1}}
                {"key":"a","from":1769904000000,"values":{"price":2}}
                """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            {"item": "a", "category": "x"}  ~ items.jsonl:2: column 'shop' of the key is neither a text nor a number, but nothing
            {"shop": "", "item": "a"}  ~ column 'shop' of the key is neither a text nor a number, but ''
            {"shop": true, "item": "a"}  ~ column 'shop' of the key is neither a text nor a number, but 'true'
            {"shop": 1, "item": "a", "price": "cheap"}  ~ items.jsonl:2: column 'price' is not of type number, but 'cheap'
            {"shop": 1, "item": "a", "price": 1e999999}  ~ column 'price' is not of type number
            {"shop": 1, "item": "a", "fresh": "yes"}  ~ column 'fresh' is not of type boolean, but 'yes': correct the table
            {"shop": 1, "item": "a", "category": true}  ~ column 'category' is not of type text, but 'true'
            {"shop": 1, "item": "a", "category": [1]}  ~ column 'category' is not of type text, but '[1]'
            {"shop": 1, "item": "first"}  ~ items.jsonl:2: key '1|first' stands twice: a reference has one row for each key; if the table has the history
            """)
    void aMistakeIsNamedWithItsRow(String row, String expected) {
        assertThatThrownBy(() -> rows(ITEMS, "items.jsonl", "{\"shop\":1,\"item\":\"first\"}\n" + row))
                .isInstanceOf(Failure.class)
                .hasMessageContaining(expected);
    }

    @Test
    void momentsAndLongTextsAreChecked() {
        assertThatThrownBy(() -> rows(DATED, "items.csv", "item,price,since\na,2,soon\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("items.csv:2: column 'since' is no moment, but 'soon'");
        assertThatThrownBy(() -> rows(DATED, "items.csv", "item,price,since\na,2,2026-02-01\na,3,2026-02-01\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("items.csv:3: key 'a' stands twice, valid from the same moment");
        assertThatThrownBy(() ->
                        rows(ITEMS, "items.csv", "shop,item,category,price,fresh\n1,a," + "x".repeat(257) + ",,\n"))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("column 'category' has a text of more than 256 bytes: shorten it");
    }
}
