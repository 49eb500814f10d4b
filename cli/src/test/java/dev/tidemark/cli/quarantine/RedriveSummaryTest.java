package dev.tidemark.cli.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.change.Candidate;
import dev.tidemark.core.change.Decision;
import dev.tidemark.core.change.RedriveReport;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Admission.Verdict;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.samplesevents.Sample;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told about records of views of pairs. */
class RedriveSummaryTest {

    private static final Catalog CATALOG = new CatalogCompiler().compile(Sample.SHOP.catalog());
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/shop-events", 0, "shardId-000000000000");

    @Test
    void halvesThatWillNotMeetTheLiveOnesAreCounted() {
        assertThat(told(accepted("offer", Verdict.IN), accepted("offer", Verdict.IN), accepted("viewer", Verdict.IN)))
                .isEqualTo("""
                        Redriven: 3 records
                            2 halves of pairs, which meet those of one redrive only; to meet the others, a record must\
                         come again on the stream (docs/quarantine.md)
                        """);
        assertThat(told(accepted("viewer", Verdict.IN), accepted("offer", Verdict.OUT)))
                .isEqualTo("Redriven: 2 records (1 folded, 1 filtered)\n");
    }

    private static String told(Decision... decisions) {
        StringWriter text = new StringWriter();
        RedriveSummary summary = new RedriveSummary(new PrintWriter(text), /* dryRun= */ false);
        summary.of(CATALOG);
        summary.add(new RedriveReport(List.of(decisions), List.of()), Map.of());
        assertThat(summary.print()).isTrue();
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private static Decision accepted(String view, Verdict verdict) {
        RawRecord record = new RawRecord(new Position("7", 0), 0, "key", new byte[0]);
        String version = CATALOG.view(view).orElseThrow().version();
        InvalidEvent reason = new InvalidEvent(InvalidEvent.Reason.NOT_JSON, "not JSON", "repair it");
        return new Decision.Accepted(
                Candidate.unrepaired(new Quarantine.Entry(view, version, LANE, record, reason)), verdict);
    }
}
