package dev.tidemark.cli.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.tables.RemoteFiles;
import dev.tidemark.tables.TableFile;
import dev.tidemark.tables.TableFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

class MappedFilesTest {

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop:
                stream: shop
                event_time: {field: ts, format: iso8601}
                event_id: id
                history: {until: 2026-12-01T00:00:00Z}
            views:
              buyer:
                source: shop
                entity: [user.name, device]
                features:
                  spent: {function: sum, input: amount, windows: [1d]}
            """);

    private static final String TS = "\"ts\":\"2026-11-30T10:00:00Z\"";

    @TempDir
    private Path folder;

    private final List<MappedRow> rows = new ArrayList<>();
    private final List<String> bad = new ArrayList<>();

    private void read(String map, Path file) throws IOException {
        MappedFiles files = new MappedFiles(
                ImportMap.of("map.yaml", map), CATALOG, CATALOG.sources().get(0));
        TableFiles tables = new TableFiles(RemoteFiles.NONE, folder);
        files.each(tables, tables.of(List.of(file.toString())), new MappedFiles.Sink() {
            @Override
            public void row(MappedRow row) {
                rows.add(row);
            }

            @Override
            public void bad(String place, String problem) {
                bad.add(place + ": " + problem);
            }
        });
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private List<String> events() {
        return rows.stream().map(row -> new String(row.event(), UTF_8)).toList();
    }

    @Test
    void anEventIsCanonicalAndItsKeyThatOfTheFirstView() throws IOException {
        read("format: jsonl", write("a.jsonl", """
                {"user":{"name":"ann"},"device":7.0,%s,"id":"a","amount":1.500}
                {"amount":1e2,"id":"b",%s,"user":{"name":"bob"}}
                """.formatted(TS, TS)));

        assertThat(events())
                .containsExactly(
                        "{\"amount\":1.5,\"device\":7,\"id\":\"a\"," + TS + ",\"user\":{\"name\":\"ann\"}}",
                        "{\"amount\":100,\"id\":\"b\"," + TS + ",\"user\":{\"name\":\"bob\"}}");
        assertThat(rows).extracting(MappedRow::partitionKey).containsExactly("ann|7", "bob");
        assertThat(rows).extracting(MappedRow::place).containsExactly(folder + "/a.jsonl:1", folder + "/a.jsonl:2");
    }

    @Test
    void aPartitionKeyAndAConditionAreOfTheMap() throws IOException {
        read("""
                format: csv
                columns: {id: no, user.name: who, ts: at, amount: {column: total, as: number}}
                where: state == "paid" && number(total) > 1
                partition_key: id
                """, write("a.csv", """
                no,who,at,total,state
                1,ann,2026-11-30T10:00:00Z,2,paid
                2,ann,2026-11-30T10:00:00Z,2,open
                3,ann,2026-11-30T10:00:00Z,0.5,paid
                """));

        assertThat(bad).isEmpty();
        assertThat(rows).extracting(MappedRow::partitionKey).containsExactly("1");
    }

    @Test
    void aRowThatIsNoEventIsNamedWithItsLine() throws IOException {
        read(
                "{format: csv, columns: {user.name: who, ts: at, amount: {column: total, as: number}}}",
                write("a.csv", """
                who,at,total
                ann,yesterday,1
                ann,,1
                ann,2026-11-30T10:00:00Z,dear
                """));

        assertThat(rows).isEmpty();
        assertThat(bad).hasSize(3);
        assertThat(bad.get(0))
                .isEqualTo(folder + "/a.csv:2: the event time 'ts' cannot be read as a time from 1970 to 9999");
        assertThat(bad.get(1)).startsWith(folder + "/a.csv:3: ");
        assertThat(bad.get(2)).isEqualTo(folder + "/a.csv:4: column 'total' holds 'dear', which is no number");
    }

    @Test
    void parquetKeepsDecimalsExactAndGroupsAsObjects() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("""
                message orders {
                  required binary id (STRING);
                  required group customer { required binary name (STRING); }
                  required int64 at (TIMESTAMP(MILLIS,true));
                  required int64 total (DECIMAL(18,2));
                  required double score;
                }
                """);
        Path file = folder.resolve("a.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .build()) {
            for (double score : new double[] {0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
                SimpleGroup row = new SimpleGroup(schema);
                row.append("id", "a");
                row.addGroup("customer").append("name", "ann");
                row.append("at", 1_796_032_800_000L).append("total", 1_234_567_890_123_456_710L);
                writer.write(row.append("score", score));
            }
        }
        read("columns: {id: id, user: customer, ts: at, amount: total, score: score, device: {value: shop}}", file);

        String event = "{\"amount\":12345678901234567.1,\"device\":\"shop\",\"id\":\"a\",%s" + TS
                + ",\"user\":{\"name\":\"ann\"}}";
        assertThat(events())
                .containsExactly(
                        event.formatted("\"score\":0.1,"),
                        event.formatted(""),
                        event.formatted("\"score\":\"Infinity\","));
    }

    /** Objects that change between the listing and the reading, or while they are read. */
    @Test
    void objectsAreReadOnceAndAChangedOneIsRefused() throws IOException {
        String row = "{\"user\":{\"name\":\"ann\"},\"device\":\"x\"," + TS + "}\n";
        Map<String, String> listed = Map.of("orders/1.jsonl", row, "orders/2.jsonl", row + row);

        List<File> files = spooled(listed, listed);
        assertThat(files).extracting(File::name).containsExactly("s3://wh/orders/1.jsonl", "s3://wh/orders/2.jsonl");
        assertThat(files.get(1).bytes()).isEqualTo(2L * row.length());
        assertThatThrownBy(() -> spooled(listed, Map.of("orders/1.jsonl", row, "orders/2.jsonl", row)))
                .isInstanceOf(Failure.class)
                .hasMessage("s3://wh/orders/2.jsonl was changed while it was read: import it when it is whole");
    }

    private List<File> spooled(Map<String, String> listed, Map<String, String> fetched) throws IOException {
        RemoteFiles remote = new RemoteFiles() {
            @Override
            public List<TableFile> list(String bucket, String prefix) {
                return listed.entrySet().stream()
                        .map(one -> new TableFile(
                                "s3://" + bucket + "/" + one.getKey(),
                                one.getValue().length()))
                        .toList();
            }

            @Override
            public void fetch(String bucket, String key, Path target) throws IOException {
                Files.writeString(target, Objects.requireNonNull(fetched.get(key)));
            }
        };
        Catalog.Source source = CATALOG.sources().get(0);
        Path place = Files.createTempDirectory(folder, "spool");
        try (Spool spool = new Spool(place, 0, 100);
                ProgressLine progress = ProgressLine.on(new PrintWriter(Writer.nullWriter()))) {
            long until = Objects.requireNonNull(source.seam()).untilMillis();
            return new SpoolPass(
                            new TableFiles(remote, folder),
                            new MappedFiles(ImportMap.EVENTS, CATALOG, source),
                            spool,
                            until,
                            new SameIds(CATALOG, source, until),
                            folder.resolve("bad.txt"),
                            progress)
                    .read(List.of("s3://wh/orders/*.jsonl"));
        }
    }
}
