package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.click;
import static dev.tidemark.core.fold.FoldWorld.lane;
import static dev.tidemark.core.fold.FoldWorld.position;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneDecisions;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.stream.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A closed lane's row says that it has ended once nothing can be waiting in it, or behind it unseen. */
class LaneEndsTest {

    private final FoldWorld world = new FoldWorld();
    private final Lane left = lane("shardId-000000000001");
    private final Lane right = lane("shardId-000000000002");
    private final List<String> asked = new ArrayList<>();
    private BatchFold fold = world.fold(FoldWorld.ONE);

    @BeforeEach
    void split() {
        world.lineage.parents.put(left.id(), List.of(LANE));
        world.lineage.parents.put(right.id(), List.of(LANE));
        world.lineage.drained = (lane, last) -> {
            asked.add(lane.id());
            return last.equals(position(2, 0));
        };
        world.deliver(fold, click(1, "ann"), click(2, "ann"));
    }

    private BatchOutcome deliver(Lane lane, int record) {
        BatchOutcome outcome = world.deliver(fold, lane, List.of(click(record, "ann")));
        assertThat(outcome.isDone()).isTrue();
        return outcome;
    }

    private LaneRow row(Lane lane) {
        return Objects.requireNonNull(world.control.lanes.get(lane.id()));
    }

    private void aMinuteLater() {
        world.nowMillis += LaneEnds.ASK_AGAIN_MILLIS;
    }

    @Test
    void aParentHasEndedWhenBothChildrenHaveFoldedSomething() {
        deliver(left, 11);
        deliver(left, 12);
        assertThat(row(LANE).ended()).as("of the other child nothing is folded").isFalse();

        deliver(right, 21);
        deliver(right, 22);
        LaneRow ended = row(LANE);
        assertThat(ended)
                .isEqualTo(new LaneRow(
                        LANE,
                        3,
                        position(2, 0),
                        2,
                        FoldWorld.NOW_MILLIS + 2,
                        "g1",
                        ended.views(),
                        ended.counts(),
                        null,
                        false,
                        true,
                        Map.of()));
        assertThat(row(left).ended()).isFalse();
        assertThat(row(right).ended()).isFalse();
    }

    @Test
    void aParentThatIsNotFoldedToItsEndIsLookedAtOnceAMinute() {
        world.lineage.drained = (lane, last) -> {
            asked.add(lane.id());
            return last.equals(position(3, 0));
        };
        deliver(left, 11);
        deliver(right, 21);
        deliver(right, 22);
        deliver(right, 23);
        assertThat(asked).containsExactly(LANE.id());
        assertThat(row(LANE).ended()).isFalse();

        world.deliver(fold, click(3, "ann"));
        aMinuteLater();
        deliver(right, 24);
        assertThat(row(LANE).ended()).isTrue();
        aMinuteLater();
        deliver(right, 25);
        assertThat(asked).hasSize(2);
    }

    @Test
    void aMergedLaneEndsBothOfItsParents() {
        Lane merged = lane("shardId-000000000003");
        world.lineage.drained = (lane, last) -> true;
        world.lineage.parents.put(merged.id(), List.of(left, right));
        deliver(left, 11);
        deliver(right, 21);
        deliver(merged, 31);
        deliver(merged, 32);

        assertThat(row(left).ended()).isTrue();
        assertThat(row(right).ended()).isTrue();
        assertThat(row(merged).ended()).isFalse();
    }

    @Test
    void aLaneThatEndedStaysSoWhenItsViewsChange() {
        deliver(left, 11);
        deliver(right, 21);
        deliver(right, 22);
        ControlRow both = new ControlRow(
                2,
                "g1",
                ControlRow.Phase.LIVE,
                Map.of(
                        FoldWorld.ONE.version(),
                        ControlRow.ViewStatus.ACTIVE,
                        FoldWorld.TWO.version(),
                        ControlRow.ViewStatus.BACKFILLING));
        assertThat(LaneDecisions.reconcile(row(LANE), both).orElseThrow().ended())
                .isTrue();
    }

    @Test
    void whatCannotBeFoundOutHoldsNothingUp() {
        deliver(left, 11);
        deliver(right, 21);
        world.lineage.drained = (lane, last) -> {
            throw new IllegalStateException("no answer");
        };
        assertThat(deliver(right, 22).troubles()).singleElement().asString().contains("no answer");
        assertThat(deliver(right, 23).troubles()).isEmpty();

        world.lineage.drained = (lane, last) -> true;
        aMinuteLater();
        deliver(right, 24);
        assertThat(row(LANE).ended()).isTrue();
    }

    @Test
    void aWriteOfUnknownOutcomeIsLookedAtAgain() {
        deliver(left, 11);
        deliver(right, 21);
        world.control.laneFaults.add(Fault.RESPONSE_LOST);
        deliver(right, 22);
        long rev = row(LANE).rev();
        aMinuteLater();
        deliver(right, 23);
        assertThat(row(LANE).ended()).isTrue();
        assertThat(row(LANE).rev()).isEqualTo(rev);
    }

    @Test
    void rowsOfAnotherGenerationAreNotTouched() {
        deliver(left, 11);
        deliver(right, 21);
        LaneRow row = row(LANE);
        LaneRow other = new LaneRow(
                LANE, row.rev(), row.last(), row.count(), row.maxArrivalMillis(), "g0", row.views(), row.counts());
        world.control.lanes.put(LANE.id(), other);
        fold = world.fold(FoldWorld.ONE);
        deliver(right, 22);
        assertThat(row(LANE)).isEqualTo(other);
    }
}
