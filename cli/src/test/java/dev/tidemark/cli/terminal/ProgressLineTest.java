package dev.tidemark.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private static final long SECOND = 1_000_000_000L;

    private final StringWriter shown = new StringWriter();
    private long nanos;

    private ProgressLine line(boolean terminal) {
        return new ProgressLine(new PrintWriter(shown), terminal, () -> nanos);
    }

    @Test
    void aBarTellsRateAndWhatIsLeft() {
        try (ProgressLine line = line(true)) {
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
    void withoutATerminalALinePerStageAndNowAndThen() {
        try (ProgressLine line = line(false)) {
            line.stage("Reading", "rows", -1);
            line.advance(5);
            line.show("one");
            line.show("passed over");
            nanos = SECOND;
            line.show("two");
            line.note("done");
        }
        assertThat(shown.toString().lines()).containsExactly("Reading", "one", "two", "done");
    }
}
