package dev.tidemark.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.monitor.Cause.Evidence;
import dev.tidemark.core.monitor.Cause.Kind;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FatesTest {

    private static final View VIEW = new MonitorWorld("""
            predictions: {source: shop}
            monitor: {windows: [1h]}
            """).monitor.predictions();

    private static List<String> texts(ViewCounts counts) {
        return Fates.of(Map.of(VIEW, counts)).stream().map(Evidence::text).toList();
    }

    /** Events of others, which the view filters, are none of its business. */
    @Test
    void whatIsLostIsAShareOfWhatTheViewWanted() {
        assertThat(texts(new ViewCounts(900, 100_000, 60, 0, 10, Map.of(Reason.MISSING_FIELD, 30L))))
                .containsExactly(
                        "3.0 % of all 1000 events of discount$inputs are in quarantine: [MISSING_FIELD]",
                        "6.0 % of all 1000 events of discount$inputs were too late");
    }

    @Test
    void aLittleIsNothing() {
        assertThat(texts(new ViewCounts(980, 0, 10, 0, 0, Map.of(Reason.MISSING_FIELD, 10L))))
                .isEmpty();
        assertThat(texts(new ViewCounts(0, 0, 9, 0, 0, Map.of()))).isEmpty();
        assertThat(texts(ViewCounts.NONE)).isEmpty();
    }

    @Test
    void outcomesThatFindNoPredictionAreToldOfPairs() {
        PairCounts pairs = new PairCounts(1_000, 700, 100, 50, 250, 0, 100);

        assertThat(texts(new ViewCounts(2_100, 0, 0, 0, 0, Map.of(), pairs)))
                .containsExactly(
                        "13.6 % of all 1100 events of discount$inputs are outcomes without a prediction in their shard",
                        "4.5 % of all 1100 events of discount$inputs are outcomes later than the pair's within");
    }

    /** They know no time, so they must not hide what happens now. */
    @Test
    void theyDecideOnlyWhereNothingElseDoes() {
        Evidence lost = new Evidence(Kind.PIPELINE, "lost");
        Evidence drift = new Evidence(Kind.DRIFT, "moved");

        assertThat(Cause.of(List.of(drift), List.of(lost)).kind()).isEqualTo(Kind.DRIFT);
        assertThat(Cause.of(List.of(drift), List.of(lost)).evidence()).containsExactly(drift, lost);
        assertThat(Cause.of(List.of(), List.of(lost)).kind()).isEqualTo(Kind.PIPELINE);
        assertThat(Cause.of(List.of(), List.of()).kind()).isEqualTo(Kind.UNKNOWN);
    }
}
