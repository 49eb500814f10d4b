package dev.tidemark.core.serve;

import static dev.tidemark.core.serve.ServedShop.DAY_MILLIS;
import static dev.tidemark.core.serve.ServedShop.ELSEWHERE;
import static dev.tidemark.core.serve.ServedShop.LANE_A;
import static dev.tidemark.core.serve.ServedShop.LANE_B;
import static dev.tidemark.core.serve.ServedShop.NOW_MILLIS;
import static dev.tidemark.core.serve.ServedShop.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ViewProgressTest {

    private static final View VIEW = new ServedShop("5m").view;
    private static final Map<String, Position> FROM_THE_START = Map.of(VIEW.version(), Position.ORIGIN);

    private static ViewProgress progress(@Nullable ControlRow control, LaneRow... rows) {
        return ViewProgress.of(new Progress(control, List.of(rows)), VIEW, "shop");
    }

    private static ControlRow control(ControlRow.Phase phase, ControlRow.ViewStatus status) {
        return new ControlRow(1, "g1", phase, Map.of(VIEW.version(), status));
    }

    @Test
    void theSlowestLaneDecidesHowFarTheViewIsFolded() {
        ViewProgress progress = progress(
                control(ControlRow.Phase.LIVE, ControlRow.ViewStatus.ACTIVE),
                ServedShop.row(LANE_B, 2, NOW_MILLIS - 10, FROM_THE_START),
                ServedShop.row(LANE_A, 1, NOW_MILLIS - 5_000, FROM_THE_START),
                ServedShop.row(ELSEWHERE, 1, NOW_MILLIS - 9_000, FROM_THE_START));

        assertThat(progress.isComplete()).isTrue();
        assertThat(progress.lanes()).extracting(LaneRow::lane).containsExactly(LANE_A, LANE_B);
        assertThat(progress.foldedUpToMillis(DAY_MILLIS, NOW_MILLIS)).hasValue(NOW_MILLIS - 5_000);
        assertThat(progress.newestArrivalMillis()).hasValue(NOW_MILLIS - 10);
    }

    @Test
    void aLaneThatHasEndedHoldsNothingBack() {
        ViewProgress progress = progress(
                null,
                ServedShop.row(LANE_A, 1, NOW_MILLIS - 5_000, FROM_THE_START).atItsEnd(),
                ServedShop.row(LANE_B, 2, NOW_MILLIS - 10, FROM_THE_START));

        assertThat(progress.foldedUpToMillis(DAY_MILLIS, NOW_MILLIS)).hasValue(NOW_MILLIS - 10);
        assertThat(progress.lanes()).hasSize(2);
    }

    @Test
    void aLaneSilentForLongerThanTheStreamKeepsRecordsHoldsNothingBack() {
        ViewProgress progress = progress(
                null,
                ServedShop.row(LANE_A, 1, NOW_MILLIS - DAY_MILLIS - 1, FROM_THE_START),
                ServedShop.row(LANE_B, 1, Long.MIN_VALUE, FROM_THE_START));

        assertThat(progress.foldedUpToMillis(DAY_MILLIS, NOW_MILLIS)).isEmpty();
        assertThat(progress.newestArrivalMillis()).hasValue(NOW_MILLIS - DAY_MILLIS - 1);
    }

    /** Rule I4: what an import says of time is when it was made, not when anything arrived. */
    @Test
    void anImportMakesAnAnswerLookNeitherFreshNorStale() {
        LaneRow live = ServedShop.row(LANE_A, 1, NOW_MILLIS - 5_000, FROM_THE_START);
        LaneRow half = ServedShop.row(
                Lane.ofImport(LANE_A.streamArn(), NOW_MILLIS - 9_000, 1, 0), 1, NOW_MILLIS - 9_000, FROM_THE_START);
        LaneRow done = ServedShop.row(
                        Lane.ofImport(LANE_A.streamArn(), NOW_MILLIS - 10, 2, 0), 1, NOW_MILLIS - 10, FROM_THE_START)
                .atItsEnd();
        ViewProgress progress = progress(null, live, half, done);

        assertThat(progress.foldedUpToMillis(DAY_MILLIS, NOW_MILLIS)).hasValue(NOW_MILLIS - 5_000);
        assertThat(progress.newestArrivalMillis()).hasValue(NOW_MILLIS - 5_000);
        assertThat(progress.imports(VIEW)).containsExactly(1L, 2L);
        assertThat(progress.missing())
                .singleElement()
                .isEqualTo(new ViewProgress.Missing(half.lane().id(), "import 1 is not all folded yet", null));
    }

    @Test
    void beforeAnythingHappenedNothingIsMissing() {
        ViewProgress progress = progress(null);

        assertThat(progress.isComplete()).isTrue();
        assertThat(progress.foldedUpToMillis(DAY_MILLIS, NOW_MILLIS)).isEmpty();
        assertThat(progress.newestArrivalMillis()).isEmpty();
    }

    @Test
    void aBackfillingViewLacksWhatCameBefore() {
        ViewProgress progress = progress(
                control(ControlRow.Phase.LIVE, ControlRow.ViewStatus.BACKFILLING),
                ServedShop.row(LANE_A, 9, NOW_MILLIS, Map.of(VIEW.version(), position(4))),
                ServedShop.row(LANE_B, 9, NOW_MILLIS, Map.of("another", Position.ORIGIN)));

        assertThat(progress.isComplete()).isFalse();
        assertThat(progress.missing())
                .extracting(ViewProgress.Missing::lane, ViewProgress.Missing::upTo)
                .containsExactly(tuple(LANE_A.id(), position(4)), tuple(LANE_B.id(), null));
    }

    @ParameterizedTest
    @EnumSource(names = {"READY", "ACTIVE"})
    void aBackfilledViewIsCompleteIfEveryLaneFoldsIt(ControlRow.ViewStatus status) {
        LaneRow midway = ServedShop.row(LANE_A, 9, NOW_MILLIS, Map.of(VIEW.version(), position(4)));
        LaneRow without = ServedShop.row(LANE_B, 9, NOW_MILLIS, Map.of("another", Position.ORIGIN));

        assertThat(progress(control(ControlRow.Phase.LIVE, status), midway).isComplete())
                .isTrue();
        assertThat(progress(control(ControlRow.Phase.LIVE, status), midway, without)
                        .missing())
                .extracting(ViewProgress.Missing::lane)
                .containsExactly(LANE_B.id());
    }

    @Test
    void aViewThatTheControlRowDoesNotKnowIsIncomplete() {
        ControlRow other =
                new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of("another", ControlRow.ViewStatus.ACTIVE));

        assertThat(progress(other).missing())
                .singleElement()
                .satisfies(missing -> assertThat(missing.reason()).contains("not switched on"));
    }

    @Test
    void aRestoreAndARetiredViewAreIncomplete() {
        assertThat(progress(control(ControlRow.Phase.REPLAY, ControlRow.ViewStatus.ACTIVE))
                        .missing())
                .singleElement()
                .satisfies(missing -> assertThat(missing.reason()).contains("REPLAY"));
        assertThat(progress(control(ControlRow.Phase.LIVE, ControlRow.ViewStatus.RETIRED))
                        .missing())
                .singleElement()
                .satisfies(missing -> assertThat(missing.reason()).contains("retired"));
    }
}
