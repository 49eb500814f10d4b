package dev.tidemark.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldCounts;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsoleTest {

    private static final Batch BATCH = new Batch(
            new Lane("arn:aws:kinesis:us-east-1:1:stream/clicks", 1, "shardId-000000000003"),
            List.of(new RawRecord(new Position("4959", 0), 1, "key", new byte[0])));

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Console console = new Console(
            new PrintWriter(out),
            new PrintWriter(err),
            new ProgressLine(new PrintWriter(out), /* columns= */ 0, () -> 0),
            () -> 0,
            () -> Long.MAX_VALUE);

    @Test
    void aLaneThatStandsStillIsToldMoreAndMoreRarely() {
        for (int i = 0; i < 9; i++) {
            console.folded(BATCH, outcome("4959", 0));
        }

        assertThat(err.toString().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("shardId-000000000003 of clicks stands still: ")
                        .contains("from record 4959 on", "what is behind it waits: writing an item: throttled"));
        console.folded(BATCH, outcome(null, 1));
        assertThat(out.toString()).contains("Note: shardId-000000000003 of clicks moves again");
    }

    @Test
    void aLaneThatStandsStillBecauseTheDiskIsFullIsToldSo() {
        Console full = new Console(
                new PrintWriter(out),
                new PrintWriter(err),
                new ProgressLine(new PrintWriter(out), /* columns= */ 0, () -> 0),
                () -> 0,
                () -> 0);

        full.folded(BATCH, outcome("4959", 0));
        full.folded(BATCH, outcome("4959", 0));

        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(line -> assertThat(line).contains("the disk is full: free some room"));
    }

    @Test
    void aFailureThatHelpsItselfAndALargeBatchAreNoNews() {
        console.folded(BATCH, outcome("4959", 0));
        console.folded(BATCH, outcome("4959", 3));
        console.folded(BATCH, outcome("4959", 0));
        console.folded(BATCH, outcome(null, 1));

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEmpty();
    }

    private static BatchOutcome outcome(@Nullable String firstFailed, int portions) {
        FoldCounts counts = new FoldCounts();
        counts.portions.add(portions);
        return new BatchOutcome(
                firstFailed, null, null, Map.of(), counts, List.of("writing an item: throttled"), List.of());
    }
}
