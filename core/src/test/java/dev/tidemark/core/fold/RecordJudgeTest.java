package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordJudgeTest {

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              clicks: {stream: clicks, event_time: {field: ts, format: epoch_millis}}
            views:
              buttons:
                source: clicks
                entity: user
                where: kind == "button"
                retention: 6h
                features:
                  last: {function: last, input: text, where: price > 1, windows: [30m]}
            """);
    private static final View VIEW = CATALOG.views().get(0);

    private final RecordJudge judge = new RecordJudge(VIEW, CATALOG.sources().get(0));

    private Admission.Verdict judge(String data) {
        return judge.judge(
                new RawRecord(new Position("7", 0), NOW_MILLIS, "key", data.getBytes(StandardCharsets.UTF_8)));
    }

    private static String click(long tsMillis, String kind) {
        return "{\"ts\":" + tsMillis + ",\"kind\":\"" + kind + "\",\"user\":\"ann\",\"text\":\"ok\",\"price\":1}";
    }

    @Test
    void saysWhatTheFoldMakesOfARecord() {
        assertThat(judge(click(NOW_MILLIS, "button"))).isEqualTo(Admission.Verdict.IN);
        assertThat(judge(click(NOW_MILLIS, "link"))).isEqualTo(Admission.Verdict.OUT);
        assertThat(judge(click(NOW_MILLIS - 6 * 3_600_000L, "button"))).isEqualTo(Admission.Verdict.IN);
        assertThat(judge(click(NOW_MILLIS - 6 * 3_600_000L - 1, "button"))).isEqualTo(Admission.Verdict.TOO_LATE);
        assertThat(judge.statedTimeMillis()).isEqualTo(NOW_MILLIS - 6 * 3_600_000L - 1);
    }

    @Test
    void aBadRecordComesWithItsReasonAndLeavesNothingBehind() {
        assertThatThrownBy(() -> judge("no json"))
                .isInstanceOfSatisfying(
                        InvalidEvent.class, e -> assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.NOT_JSON));
        assertThatThrownBy(() -> judge(click(NOW_MILLIS, "button").replace("user", "usr")))
                .isInstanceOfSatisfying(
                        InvalidEvent.class, e -> assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.MISSING_FIELD));
        assertThatThrownBy(() ->
                        judge(click(NOW_MILLIS, "button").replace(":1}", ":2}").replace("text", "txt")))
                .isInstanceOfSatisfying(
                        InvalidEvent.class, e -> assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.MISSING_FIELD));

        assertThat(judge(click(NOW_MILLIS, "button"))).isEqualTo(Admission.Verdict.IN);
    }
}
