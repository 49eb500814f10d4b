package dev.tidemark.cli.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.Command;
import dev.tidemark.cli.FreePorts;
import dev.tidemark.cli.RunningCommand;
import dev.tidemark.cli.deployment.KinesisEndpoint;
import dev.tidemark.cli.put.RecordWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Imports into sources whose producers send no plain JSON. */
@Timeout(300)
class ImportFormatsTest {

    private static Instant seam;

    @TempDir
    private static Path folder;

    private static int port;
    private static RunningCommand system;

    @BeforeAll
    static void start() throws Exception {
        seam = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(2, ChronoUnit.HOURS);
        Files.writeString(folder.resolve("buy.avsc"), """
                {"type": "record", "name": "Buy", "fields": [
                  {"name": "id", "type": "string"},
                  {"name": "user", "type": "string"},
                  {"name": "ts", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "price", "type": "double"}]}
                """);
        Path catalog = Files.writeString(folder.resolve("catalog.yaml"), """
                tidemark: 1
                sources:
                  avro:
                    stream: avro
                    event_time: ts
                    event_id: id
                    history: {until: %1$s}
                    format: {encoding: {avro: {schema: buy.avsc}}}
                  lines:
                    stream: lines
                    event_time: ts
                    event_id: id
                    history: {until: %1$s}
                    format: {compression: gzip, framing: lines}
                views:
                  of_avro:
                    source: avro
                    entity: user
                    features:
                      spent: {function: sum, input: price, windows: [1d]}
                  of_lines:
                    source: lines
                    entity: user
                    features:
                      spent: {function: sum, input: price, windows: [1d]}
                """.formatted(seam));
        port = FreePorts.fourInARow();
        system = RunningCommand.start(port, List.of("--catalog", catalog.toString(), "--no-samples"));
        // The last of them is before the seam: nobody has it yet.
        try (RecordWriter avro = new RecordWriter(KinesisEndpoint.at(system.kinesis()), "avro")) {
            avro.add("ann", avro("a", at(5), 1));
            avro.add("ann", avro("b", at(-5), 2));
            avro.flush();
        }
        try (RecordWriter lines = new RecordWriter(KinesisEndpoint.at(system.kinesis()), "lines")) {
            lines.add("ann", gzip(json("a", at(5), "1.0") + "\n" + json("b", at(-5), "2.0") + "\n"));
            lines.flush();
        }
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    private static Instant at(int minute) {
        return seam.plus(minute, ChronoUnit.MINUTES);
    }

    private static String json(String id, Instant time, String price) {
        return "{\"id\":\"" + id + "\",\"user\":\"ann\",\"ts\":\"" + time + "\",\"price\":" + price + "}";
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    /** Texts and whole numbers are variable-length numbers with their sign in the lowest bit. */
    private static byte[] avro(String id, Instant time, double price) {
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        for (String text : List.of(id, "ann")) {
            number(bytes, text.length());
            bytes.put(text.getBytes(UTF_8));
        }
        number(bytes, time.toEpochMilli());
        bytes.putDouble(price).flip();
        byte[] exact = new byte[bytes.remaining()];
        bytes.get(exact);
        return exact;
    }

    private static void number(ByteBuffer bytes, long value) {
        long left = value << 1;
        for (; left > 0x7F; left >>>= 7) {
            bytes.put((byte) ((left & 0x7F) | 0x80));
        }
        bytes.put((byte) left);
    }

    @ParameterizedTest
    @ValueSource(strings = {"avro", "lines"})
    void rowsAreJsonAndWhatCameLateIsReconciledAsJson(String source) throws IOException {
        Path export = Files.writeString(folder.resolve(source + ".jsonl"), json("x", at(-10), "40") + "\n");
        awaitOnStream(source);

        Command check =
                tidemark("import", "check", "--source", source, "--files", export.toString(), "--value", "price");
        assertThat(check.out()).as(check.err()).contains("compared by event id").contains("LOST: ");
        importing(source, export);
        assertThat(spent(source)).contains("\"spent_1d\" : 41");

        Path late = folder.resolve(source + "-late.jsonl");
        Command reconcile = tidemark("import", "reconcile", "--source", source, "--out", late.toString());
        assertThat(reconcile.out())
                .as(reconcile.err())
                .contains("1 event in no import, of 1 that came on the stream and happened before the seam");
        assertThat(late).content().containsPattern("\\{\"id\":\"b\",\"user\":\"ann\",\"ts\":\".*\",\"price\":2\\.0}\n");
        importing(source, late);
        assertThat(spent(source)).contains("\"spent_1d\" : 43");
        assertThat(tidemark("import", "reconcile", "--source", source).out()).startsWith("0 events in no import");
    }

    private static void importing(String source, Path file) {
        Command done = tidemark("import", "run", "--source", source, "--files", file.toString(), "--yes");
        assertThat(done.exitCode()).as(done.out() + done.err()).isZero();
    }

    private static void awaitOnStream(String source) {
        while (!spent(source).contains("\"spent_1d\" : 1")) {
            Thread.onSpinWait();
        }
    }

    private static String spent(String source) {
        return tidemark("get", "of_" + source, "ann").out();
    }

    private static Command tidemark(String... arguments) {
        return Command.run(Stream.concat(Stream.of(arguments), Stream.of("--port", Integer.toString(port)))
                .toArray(String[]::new));
    }
}
