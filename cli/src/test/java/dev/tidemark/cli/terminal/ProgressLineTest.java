package dev.tidemark.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {

    private static final long SECOND = 1_000_000_000L;

    private final StringWriter shown = new StringWriter();
    private long nanos;

    private ProgressLine line(int columns) {
        return new ProgressLine(new PrintWriter(shown), columns, () -> nanos);
    }

    @Test
    void aBarTellsRateAndWhatIsLeft() {
        try (ProgressLine line = line(100)) {
            line.stage("Putting events", "events", 2_000);
            nanos = 10 * SECOND;
            line.advance(500);
            assertThat(shown.toString())
                    .isEqualTo(
                            "\rPutting events  [#######.......................] 500 of 2000 events, 50/s, 30 s left");
            line.advance(1);
            nanos = 20 * SECOND;
            line.advance(1_499);
        }
        assertThat(shown.toString()
                        .lines()
                        .toList()
                        .get(shown.toString().lines().toList().size() - 1))
                .startsWith("Putting events  [##############################] 2000 of 2000 events, 100/s");
        assertThat(shown.toString()).doesNotContain("501 of").endsWith(System.lineSeparator());
    }

    @Test
    void aNoteStaysAndTheStageGoesOn() {
        try (ProgressLine line = line(100)) {
            line.stage("Reading", "rows", -1);
            line.reach(5, -1, "2 of 3 lanes done");
            line.note("lane 7 is done");
            nanos = SECOND;
            line.reach(8, -1, "");
        }
        assertThat(shown.toString())
                .isEqualTo(String.join(
                        System.lineSeparator(),
                        "\rReading  5 rows, 2 of 3 lanes done",
                        "lane 7 is done",
                        "\rReading  8 rows, 8/s\rReading  8 rows, 8/s",
                        ""));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            71, Reading  [..............................] 1 of 100 rows; 2 lanes to do
            70, Reading  1 of 100 rows; 2 lanes to do
            20, Reading  1 of 100 r
            """)
    void whatATerminalHasNoRoomForIsLeftOut(int columns, String expected) {
        try (ProgressLine line = line(columns)) {
            line.stage("Reading", "rows", 100);
            line.reach(1, 100, "2 lanes to do");
            assertThat(shown.toString()).isEqualTo("\r" + expected.replace(';', ','));
        }
    }

    @Test
    void withoutATerminalALinePerStageAndNowAndThen() {
        try (ProgressLine line = line(0)) {
            line.stage("Reading", "rows", -1);
            line.advance(5);
            nanos = 9 * SECOND;
            line.advance(5);
            nanos = 10 * SECOND;
            line.advance(5);
            line.advance(5);
            line.note("done");
        }
        assertThat(shown.toString().lines()).containsExactly("Reading", "Reading  15 rows, 2/s", "done");
    }
}
