package dev.tidemark.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TablesTest {

    @TempDir
    private Path folder;

    @Test
    void readsCsvAsTexts() throws IOException {
        assertThat(read("a.csv", text("id, name,n\n1,\"A, \"\"B\"\"\nC\",1.50\n\n2,,\n"), Set.of()))
                .containsExactly(
                        "a.csv:2 {\"id\":\"1\",\"name\":\"A, \\\"B\\\"\\nC\",\"n\":\"1.50\"}",
                        "a.csv:5 {\"id\":\"2\"}");
    }

    @Test
    void readsOnlyTheWantedColumns() throws IOException {
        assertThat(read("a.csv", text("id,name\n1,x\n"), Set.of("name"))).containsExactly("a.csv:2 {\"name\":\"x\"}");
        assertThat(read("a.jsonl", text("{\"id\":1,\"name\":\"x\"}"), Set.of("name")))
                .containsExactly("a.jsonl:1 {\"name\":\"x\"}");
    }

    @Test
    void readsCompressedJsonLinesAsTheyAre() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text("{\"n\":1.50,\"i\":12345678901234567890,\"o\":{\"l\":[1,null]}}\n\n{\"t\":\"\"}"));
        }

        assertThat(read("a.jsonl.gz", bytes.toByteArray(), Set.of()))
                .containsExactly(
                        "a.jsonl.gz:1 {\"n\":1.50,\"i\":12345678901234567890,\"o\":{\"l\":[1,null]}}",
                        "a.jsonl.gz:3 {\"t\":\"\"}");
    }

    @Test
    void namesWhatIsWrongWithATextFile() {
        refused("a.csv", "", "is empty");
        refused("a.csv", "a,b\n1\n", "a.csv:2: 1 fields, but the header names 2 columns");
        refused("a.csv", "a,a\n1,2\n", "two columns are named 'a'");
        refused("a.jsonl", "{\"a\":1}\n[]", "a.jsonl:2: no JSON object");
        refused("a.jsonl", "{\"a\":1}\n{\"a\":", "a.jsonl:2: no JSON");
        refused("a.jsonl", "{\"a\":1,\"a\":2}", "Duplicate field 'a'");
        assertThatThrownBy(() -> read("a.jsonl", new byte[] {'{', '"', (byte) 0xe4, '"'}, Set.of()))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> read("a.csv", text("a,b\n1,2"), Set.of("a", "c")))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("has no column c: it has a, b");
    }

    /** Whatever the file's name is, and with the mark that some programs write first. */
    @ParameterizedTest
    @EnumSource(
            value = TableFormat.class,
            names = {"CSV", "JSONL"})
    void takesWhatTheFirstBytesSay(TableFormat format) throws IOException {
        String text = "\ufeff" + (format == TableFormat.CSV ? "a,b\n1,x\n" : "{\"a\":\"1\",\"b\":\"x\"}\n");
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        for (byte[] bytes : List.of(text.getBytes(StandardCharsets.UTF_8), zipped.toByteArray())) {
            Path file = Files.write(folder.resolve("rows"), bytes);
            List<String> rows = new ArrayList<>();

            Tables.read(
                    format, "rows", file, Set.of(), row -> rows.add(row.values().toString()));

            assertThat(rows).containsExactly("{\"a\":\"1\",\"b\":\"x\"}");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TableFormat.class,
            names = {"CSV", "JSONL"})
    void saysThatATextIsNotUtf8(TableFormat format) throws IOException {
        String text =
                format == TableFormat.CSV ? "a,b\n1,x\n2,M\u00fcnchen\n" : "{\"a\":1}\n{\"a\":\"M\u00fcnchen\"}\n";
        Path file = Files.write(folder.resolve("rows"), text.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> Tables.read(format, "rows", file, Set.of(), row -> {}))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void namesAFileThatIsCutOff() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write("{\"a\":1}\n{\"a\":2}\n".getBytes(StandardCharsets.UTF_8));
        }
        Path file = folder.resolve("cut.jsonl.gz");
        Files.write(file, Arrays.copyOf(zipped.toByteArray(), zipped.size() - 9));

        assertThatThrownBy(() -> Tables.read(TableFormat.JSONL, "cut.jsonl.gz", file, Set.of(), row -> {}))
                .isInstanceOf(TableProblem.class)
                .hasMessageStartingWith("cut.jsonl.gz: cut off or damaged (")
                .hasMessageEndingWith("write it again");
    }

    @Test
    void readsEveryTypeOfParquet() throws IOException {
        String schema = """
                message m {
                  optional int32 i; optional int64 l; optional float f; optional double d; optional boolean b;
                  optional binary s (STRING); optional binary e (ENUM); optional int64 m (DECIMAL(18,2));
                  optional fixed_len_byte_array(9) big (DECIMAL(20,3)); optional int32 day (DATE);
                  optional int64 at (TIMESTAMP(MICROS,true)); optional int96 old; optional int64 u (INTEGER(64,false));
                  optional group o { optional int32 x; optional binary y (STRING); }
                  optional group list (LIST) { repeated group list { optional int32 element; } }
                  optional group twoLevels (LIST) { repeated int32 element; }
                  optional group map (MAP) { repeated group key_value { required binary key (STRING); optional int32 value; } }
                  repeated int32 plain;
                }
                """;
        List<String> rows = parquet(schema, CompressionCodecName.ZSTD, group -> {
            group.append("i", -7)
                    .append("l", Long.MIN_VALUE)
                    .append("f", 0.1f)
                    .append("d", 0.1)
                    .append("b", true);
            group.append("s", "ä").append("e", "RED").append("m", 1250L);
            group.append("big", Binary.fromConstantByteArray(fixed(new BigInteger("-12345678901234567890"), 9)));
            group.append("day", 20_484).append("at", 1_769_853_600_000_001L);
            group.append("old", new NanoTime(2_440_588, 1_000_000_000L)).append("u", -1L);
            group.addGroup("o").append("x", 1);
            Group list = group.addGroup("list");
            list.addGroup("list").append("element", 1);
            list.addGroup("list");
            group.addGroup("twoLevels").append("element", 3).append("element", 4);
            group.addGroup("map").addGroup("key_value").append("key", "k").append("value", 2);
            group.append("plain", 5);
        });

        assertThat(rows)
                .containsExactly(
                        "a.parquet, row 1 {\"i\":-7,\"l\":-9223372036854775808,\"f\":0.1,\"d\":0.1,\"b\":true,"
                                + "\"s\":\"ä\",\"e\":\"RED\",\"m\":12.50,\"big\":-12345678901234567.890,"
                                + "\"day\":\"2026-01-31\",\"at\":\"2026-01-31T10:00:00.000001Z\","
                                + "\"old\":\"1970-01-01T00:00:01Z\",\"u\":18446744073709551615,\"o\":{\"x\":1},"
                                + "\"list\":[1,null],\"twoLevels\":[3,4],\"map\":{\"k\":2},\"plain\":[5]}",
                        "a.parquet, row 2 {\"plain\":[]}");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"})
    void readsTheCommonCompressions(CompressionCodecName codec) throws IOException {
        assertThat(parquet("message m { optional int32 i; }", codec, group -> group.append("i", 1)))
                .containsExactly("a.parquet, row 1 {\"i\":1}", "a.parquet, row 2 {}");
    }

    /** Java's own text of these floats has a digit too many before JDK 19. */
    @Test
    void writesFloatingPointNumbersWithTheFewestDigits() throws IOException {
        assertThat(parquet(
                        "message m { optional float f; optional double d; optional double none; }",
                        CompressionCodecName.ZSTD,
                        group -> group.append("f", 2.0e-44f).append("d", 2.0e-3).append("none", Double.NaN)))
                .first()
                .isEqualTo("a.parquet, row 1 {\"f\":2E-44,\"d\":0.002}");
    }

    @Test
    void refusesWhatHasNoValueInJson() {
        assertThatThrownBy(() -> parquet(
                        "message m { optional int64 at (TIMESTAMP(MILLIS,false)); }",
                        CompressionCodecName.ZSTD,
                        group -> {}))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("column 'at' holds times without a zone");
        assertThatThrownBy(() -> parquet(
                        "message m { optional fixed_len_byte_array(12) i (INTERVAL); }",
                        CompressionCodecName.ZSTD,
                        group -> {}))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("column 'i' holds INTERVAL");
        assertThatThrownBy(() -> read("a.parquet", text("id,name\n"), Set.of()))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining("is no Parquet file");
    }

    /** A row of what the writer appends, and an empty one. */
    private List<String> parquet(String schema, CompressionCodecName codec, Consumer<Group> row) throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(schema);
        Path file = folder.resolve(codec + ".parquet");
        Files.deleteIfExists(file);
        try (ParquetWriter<Group> out = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new ParquetCodecs())
                .withCompressionCodec(codec)
                .withType(type)
                .build()) {
            Group group = new SimpleGroup(type);
            row.accept(group);
            out.write(group);
            out.write(new SimpleGroup(type));
        }
        return read("a.parquet", Files.readAllBytes(file), Set.of());
    }

    private static byte[] fixed(BigInteger number, int bytes) {
        byte[] all = new byte[bytes];
        byte[] least = number.toByteArray();
        java.util.Arrays.fill(all, number.signum() < 0 ? (byte) -1 : 0);
        System.arraycopy(least, 0, all, bytes - least.length, least.length);
        return all;
    }

    private void refused(String name, String content, String message) {
        assertThatThrownBy(() -> read(name, text(content), Set.of()))
                .isInstanceOf(TableProblem.class)
                .hasMessageContaining(message);
    }

    private List<String> read(String name, byte[] content, Set<String> columns) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        List<String> rows = new ArrayList<>();
        Tables.read(TableFormat.of(name), name, file, columns, row -> rows.add(row.place() + " " + row.values()));
        return rows;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
