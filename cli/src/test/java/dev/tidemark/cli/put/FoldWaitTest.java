package dev.tidemark.cli.put;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FoldWaitTest {

    private static LaneRow row(String stream, String shard, int last, long count, ViewCounts counts) {
        return new LaneRow(
                new Lane("arn:aws:kinesis:us-east-1:1:stream/" + stream, 7, "shardId-" + shard),
                1,
                new Position(Integer.toString(last), 0),
                count,
                0,
                "g1",
                Map.of("v", Position.ORIGIN),
                Map.of("v", counts));
    }

    private static ViewCounts counts(long folded, long tooLate, Map<Reason, Long> quarantined) {
        return new ViewCounts(folded, 0, tooLate, 0, 0, quarantined);
    }

    @Test
    void aShardIsOpenUntilItsLaneIsAtTheLastRecord() {
        FoldWait wait = new FoldWait("s", List.of());
        Map<String, Position> last = Map.of("shardId-a", new Position("9", 0), "shardId-b", new Position("10", 0));
        ViewCounts none = ViewCounts.NONE;

        assertThat(wait.open(last, List.of())).isEqualTo(last);
        assertThat(wait.open(last, List.of(row("s", "a", 8, 1, none), row("s", "b", 9, 1, none))))
                .isEqualTo(last);
        assertThat(wait.open(last, List.of(row("s", "a", 9, 1, none), row("other", "b", 99, 1, none))))
                .containsOnlyKeys("shardId-b");
        assertThat(wait.open(last, List.of(row("s", "a", 9, 1, none), row("s", "b", 11, 1, none))))
                .isEmpty();
    }

    @Test
    void whatWasThereBeforeIsNotCounted() {
        FoldWait wait = new FoldWait("s", List.of(row("s", "a", 5, 3, counts(2, 0, Map.of(Reason.NOT_JSON, 1L)))));
        FoldWait.Folded folded = wait.since(
                Map.of("shardId-a", new Position("9", 0), "shardId-b", new Position("1", 0)),
                List.of(
                        row("s", "a", 9, 8, counts(4, 1, Map.of(Reason.NOT_JSON, 2L, Reason.TOO_LARGE, 1L))),
                        row("s", "b", 1, 1, counts(1, 0, Map.of())),
                        row("s", "c", 7, 70, counts(70, 0, Map.of()))));

        assertThat(folded.records()).isEqualTo(6);
        assertThat(folded.views())
                .isEqualTo(Map.of("v", counts(3, 1, Map.of(Reason.NOT_JSON, 1L, Reason.TOO_LARGE, 1L))));
    }
}
