package dev.tidemark.cli.put;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.cli.terminal.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventLinesTest {

    private static List<String> read(InputStream in) throws IOException {
        List<String> events = new ArrayList<>();
        try (EventLines lines = new EventLines(in, "input")) {
            for (byte[] event = lines.next(); event != null; event = lines.next()) {
                events.add(lines.line() + " " + new String(event, UTF_8));
            }
        }
        return events;
    }

    private static List<String> read(String text) throws IOException {
        return read(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    /** Case 06, and marks in the middle, as where two such files were joined. */
    @Test
    void byteOrderMarksOfUtf8AreNoPartOfEvents() throws IOException {
        assertThat(read("\ufeff{\"a\":1}\r\n\ufeff{\"a\":\"\ufeff\"}\r\n\ufeff\n"))
                .containsExactly("1 {\"a\":1}", "2 {\"a\":\"\ufeff\"}");
    }

    @Test
    void linesEndAsOnAnySystemAndBlankOnesAreNoEvents() throws IOException {
        assertThat(read("a\n\n b \r\n\t \r\nc\rd")).containsExactly("1 a", "3  b ", "5 c", "6 d");
        assertThat(read("")).isEmpty();
        assertThat(read("\r\n\r\n")).isEmpty();
    }

    @Test
    void aLineMayBeLongerThanTheBufferAndComeInPieces() throws IOException {
        String one = "x".repeat(200_000);
        String two = "y".repeat(70_000);
        byte[] all = (one + "\r\n" + two + "\n").getBytes(UTF_8);
        InputStream pieces = new SequenceInputStream(
                new ByteArrayInputStream(Arrays.copyOf(all, 200_001)),
                new ByteArrayInputStream(Arrays.copyOfRange(all, 200_001, all.length)));

        assertThat(read(pieces)).containsExactly("1 " + one, "2 " + two);
    }

    @Test
    void aLineLongerThanAnyRecordIsRefusedInBoundedMemory() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };

        assertThatThrownBy(() -> read(endless)).isInstanceOf(Failure.class).hasMessageContaining("line 1 is longer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
    void otherEncodingsAreNamedWithAndWithoutAMark(String encoding) {
        for (String mark : List.of("", "\ufeff")) {
            byte[] bytes = (mark + "{\"ts\":1}\n").getBytes(Charset.forName(encoding));

            assertThatThrownBy(() -> read(new ByteArrayInputStream(bytes)))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("text in " + encoding.substring(0, 6))
                    .hasMessageContaining("iconv");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "50415231150415, a Parquet file",
        "1f8b080000000000, a gzip file",
        "28b52ffd0458, a Zstandard file",
        "425a6839314159, a bzip2 file",
        "fd377a585a000004, an xz file",
        "04224d186440, an LZ4 file",
        "504b030414000000, a ZIP file",
        "4f626a0104146176, an Avro file",
        "53514c69746520666f726d6174203300, an SQLite database",
        "894844460d0a1a0a00, its byte 9 is zero",
    })
    void binaryFilesAreNamed(String bytes, String name) {
        assertThatThrownBy(() -> read(new ByteArrayInputStream(HexFormat.of().parseHex(bytes))))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("input is")
                .hasMessageContaining(name);
    }
}
