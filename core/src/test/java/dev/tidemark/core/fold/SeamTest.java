package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.fold.Admission.Verdict;
import dev.tidemark.core.view.View;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SeamTest {

    private static final long SEAM_MILLIS = NOW_MILLIS - 3_600_000;
    private static final Catalog CATALOG =
            new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              clicks:
                stream: clicks
                event_time: {field: ts, format: epoch_millis}
                history: {until: %s}
            pairs:
              seen:
                left: {source: clicks, where: kind == "show", key: id}
                right: {source: clicks, where: kind == "click", key: id}
                within: 1h
            views:
              plain:
                source: clicks
                entity: entity
                where: kind != "none"
                features:
                  clicks: {function: count, windows: [1h]}
              own:
                source: clicks
                entity: entity
                event_time: {field: shown, format: epoch_millis}
                features:
                  clicks: {function: count, windows: [1h]}
              pair:
                source: seen
                entity: left.entity
                features:
                  clicks: {function: count, windows: [1h]}
            """.formatted(Instant.ofEpochMilli(SEAM_MILLIS)));

    private static Verdict judge(String name, boolean isImported, long timeMillis, String more) {
        View view = CATALOG.view(name).orElseThrow();
        String json = "{\"entity\":\"ann\",\"ts\":" + timeMillis + more + "}";
        String shard = isImported ? "shardId-im4-0" : "shardId-000000000000";
        return new RecordJudge(view, CATALOG.sourceOf(view))
                .judge(FoldWorld.record(1, 0, json), shard, Inputs.Ready.NOTHING);
    }

    @Test
    @DisplayName("I2: an event counts on one side only, to the millisecond")
    void anEventCountsOnOneSide() {
        for (long offset : new long[] {-1, 0, 1}) {
            Verdict onStream = judge("plain", false, SEAM_MILLIS + offset, ",\"kind\":\"a\"");
            Verdict imported = judge("plain", true, SEAM_MILLIS + offset, ",\"kind\":\"a\"");
            assertThat(onStream).isEqualTo(offset < 0 ? Verdict.BEFORE_SEAM : Verdict.IN);
            assertThat(imported).isEqualTo(offset < 0 ? Verdict.IN : Verdict.AFTER_SEAM);
        }
    }

    @Test
    @DisplayName(
            "I2: what a view does not want is filtered, whatever its side; what is on the wrong side is not too late")
    void filteredFirstAndTooLateLast() {
        assertThat(judge("plain", false, SEAM_MILLIS - 1, ",\"kind\":\"none\"")).isEqualTo(Verdict.OUT);
        assertThat(judge("plain", false, SEAM_MILLIS - 999 * 86_400_000L, ",\"kind\":\"a\""))
                .isEqualTo(Verdict.BEFORE_SEAM);
    }

    @Test
    @DisplayName("I2: the view's own event time is judged, as stated and not as clamped to the arrival")
    void theViewsTimeAsStated() {
        String shown = ",\"shown\":" + (SEAM_MILLIS - 1);
        assertThat(judge("own", false, SEAM_MILLIS + 5, shown)).isEqualTo(Verdict.BEFORE_SEAM);
        assertThat(judge("own", true, SEAM_MILLIS + 5, shown)).isEqualTo(Verdict.IN);
    }

    @Test
    @DisplayName("I2: a view of pairs takes all of the stream and nothing imported")
    void pairsHaveNoSeam() {
        String more = ",\"kind\":\"show\",\"id\":\"a\"";
        assertThat(judge("pair", false, SEAM_MILLIS - 1, more)).isEqualTo(Verdict.IN);
        assertThat(judge("pair", true, SEAM_MILLIS - 1, more)).isEqualTo(Verdict.AFTER_SEAM);
    }
}
