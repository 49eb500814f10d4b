package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.ONE;
import static dev.tidemark.core.fold.FoldWorld.TWO;
import static dev.tidemark.core.fold.FoldWorld.click;
import static dev.tidemark.core.fold.FoldWorld.position;
import static dev.tidemark.core.fold.FoldWorld.record;
import static dev.tidemark.core.fold.FoldWorld.sequence;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.stream.KplEncoder;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One test or more for each rule of docs/protocol.md; the name says which rule's removal makes it fail. */
class FoldProtocolTest {

    private final FoldWorld world = new FoldWorld();
    private final BatchFold fold = world.fold(ONE);

    private static List<String> positions(int... numbers) {
        return java.util.Arrays.stream(numbers)
                .mapToObj(n -> position(n, 0).text())
                .toList();
    }

    @Test
    void foldsABatchOnceAndMovesTheLane() {
        BatchOutcome outcome = world.deliver(fold, click(1, "ann"), click(2, "bob"), click(3, "ann"));

        assertThat(outcome.isDone()).isTrue();
        assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 3));
        assertThat(world.folded(ONE, "bob")).isEqualTo(positions(2));
        assertThat(world.laneRow().last()).isEqualTo(position(3, 0));
        assertThat(world.laneRow().count()).isEqualTo(3);
        assertThat(world.laneRow().maxArrivalMillis()).isEqualTo(NOW_MILLIS + 3);
        assertThat(world.archive.records(LANE.id())).hasSize(3);
    }

    @Nested
    class KeysAndPositions {

        @Test
        @DisplayName("P1: a stream created anew is another lane, although its shard ids repeat")
        void recreatedStream() {
            Lane recreated = new Lane(LANE.streamArn(), LANE.streamCreatedMillis() + 1, LANE.shardId());
            world.deliver(fold, click(5, "ann"));
            world.deliver(fold, recreated, List.of(click(2, "ann")));

            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(2, 5));
        }

        @Test
        @DisplayName("P2: a longer sequence number is a later one")
        void sequenceNumbersOfDifferentLength() {
            RawRecord nine = new RawRecord(
                    new Position("9", 0), NOW_MILLIS, "k", click(1, "ann").data());
            RawRecord ten = new RawRecord(
                    new Position("10", 0), NOW_MILLIS, "k", click(1, "ann").data());
            world.deliver(fold, nine);
            world.deliver(fold, nine, ten);

            assertThat(world.folded(ONE, "ann")).containsExactly("10:0", "9:0");
            assertThat(world.laneRow().last()).isEqualTo(new Position("10", 0));
        }

        @Test
        @DisplayName("P3: another version of a view has items of its own")
        void versionsDoNotShareItems() {
            BatchFold both = world.fold(ONE, TWO);
            world.deliver(both, click(1, "ann"));

            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1));
            assertThat(world.folded(TWO, "ann")).isEqualTo(positions(1));
        }

        @Test
        @DisplayName("a batch that is not of strictly increasing positions is refused")
        void batchMustIncrease() {
            assertThatThrownBy(() -> world.deliver(fold, click(2, "ann"), click(1, "ann")))
                    .hasMessageContaining("must increase");
        }
    }

    @Nested
    class LaneRows {

        @Test
        @DisplayName("L1: a lane born while a view is being activated has that view, from its first record on")
        void bornUnderTheNewControlRow() {
            world.deliver(fold, FoldWorld.lane("shardId-000000000009"), List.of(click(1, "warm-up")));
            BatchFold both = world.fold(ONE, TWO);
            ControlRow before = java.util.Objects.requireNonNull(world.control.control);
            world.control.control = control(before.rev(), ONE);
            BirthRace race = new BirthRace(world, control(before.rev() + 1, ONE, TWO));
            world.control.beforeLaneCreate = race;

            world.deliver(both, click(1, "ann"));

            assertThat(race.happened).isTrue();
            assertThat(world.laneRow().views()).containsEntry(TWO.version(), Position.ORIGIN);
            assertThat(world.folded(TWO, "ann")).isEqualTo(positions(1));
        }

        @Test
        @DisplayName("L2: a lane with a view that this catalog does not know is not folded, and the batch not bisected")
        void unknownViewHolds() {
            world.deliver(world.fold(ONE, TWO), click(1, "ann"));

            BatchOutcome outcome = world.deliver(fold, click(2, "ann"), click(3, "ann"));

            assertThat(outcome.held()).isEqualTo(BatchOutcome.Hold.UNKNOWN_VIEW);
            assertThat(outcome.firstFailed()).isEqualTo(sequence(2));
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1));
            assertThat(world.laneRow().last()).isEqualTo(position(1, 0));
        }

        @Test
        @DisplayName("L3: a view is activated from the lane's position, not from the batch's first record")
        void activationStartsAtTheLanesPosition() {
            world.deliver(fold, click(1, "ann"), click(2, "ann"));
            world.control.control = control(2, ONE, TWO);
            BatchFold both = world.fold(ONE, TWO);

            // The batch reaches back behind the lane's position, as a redelivery does.
            world.deliver(both, click(2, "ann"), click(3, "ann"));

            assertThat(world.laneRow().views()).containsEntry(TWO.version(), position(2, 0));
            assertThat(world.folded(TWO, "ann")).isEqualTo(positions(3));
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 2, 3));
        }

        @Test
        @DisplayName("a retired view leaves the lane, so that code which no longer knows it can fold")
        void retiredViewLeaves() {
            world.deliver(world.fold(ONE, TWO), click(1, "ann"));
            world.control.control = new ControlRow(
                    2,
                    "g1",
                    ControlRow.Phase.LIVE,
                    Map.of(ONE.version(), ControlRow.ViewStatus.ACTIVE, TWO.version(), ControlRow.ViewStatus.RETIRED));

            assertThat(world.deliver(fold, click(2, "ann")).isDone()).isTrue();
            assertThat(world.laneRow().views()).containsOnlyKeys(ONE.version());
        }

        @Test
        @DisplayName("R2: outside LIVE, or in another generation, nothing is folded")
        void onlyLive() {
            world.control.control = new ControlRow(1, "g1", ControlRow.Phase.REPLAY, Map.of());
            assertThat(world.deliver(fold, click(1, "ann")).held()).isEqualTo(BatchOutcome.Hold.NOT_LIVE);

            world.control.control = new ControlRow(2, "g2", ControlRow.Phase.LIVE, Map.of());
            assertThat(world.deliver(fold, click(1, "ann")).held()).isEqualTo(BatchOutcome.Hold.NOT_LIVE);
            assertThat(world.items.items).isEmpty();
        }

        private ControlRow control(long rev, dev.tidemark.core.view.View... views) {
            Map<String, ControlRow.ViewStatus> statuses = new HashMap<>();
            for (dev.tidemark.core.view.View view : views) {
                statuses.put(view.version(), ControlRow.ViewStatus.ACTIVE);
            }
            return new ControlRow(rev, "g1", ControlRow.Phase.LIVE, statuses);
        }
    }

    /** Lets the control row move on between its read and the birth of a lane, once. */
    private static final class BirthRace implements Runnable {

        private final FoldWorld world;
        private final ControlRow next;
        private boolean happened;

        BirthRace(FoldWorld world, ControlRow next) {
            this.world = world;
            this.next = next;
        }

        @Override
        public void run() {
            if (!happened) {
                happened = true;
                world.control.control = next;
            }
        }
    }

    @Nested
    class Folding {

        @Test
        @DisplayName("F2, F4: redelivery with shifted boundaries and a stale lane row folds nothing twice")
        void redelivery() {
            world.deliver(fold, click(1, "ann"), click(2, "bob"));
            LaneRow stale = world.laneRow();
            world.deliver(fold, click(3, "ann"), click(4, "bob"));
            world.control.staleLanes.put(LANE.id(), stale);

            BatchOutcome outcome = world.deliver(world.fold(ONE), click(2, "bob"), click(3, "ann"), click(4, "bob"));

            assertThat(outcome.isDone()).isTrue();
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 3));
            assertThat(world.folded(ONE, "bob")).isEqualTo(positions(2, 4));
            assertThat(world.laneRow().last()).isEqualTo(position(4, 0));
            assertThat(world.laneRow().count()).isEqualTo(4);
        }

        @Test
        @DisplayName("F3: a bad record is in quarantine before the lane passes it")
        void quarantineFirst() {
            world.quarantine.failing = entry -> true;
            BatchOutcome failed = world.deliver(fold, click(1, "ann"), record(2, 0, "bad"), click(3, "ann"));
            assertThat(failed.firstFailed()).isEqualTo(sequence(2));
            assertThat(world.laneRow().last()).isEqualTo(position(1, 0));

            world.quarantine.failing = entry -> false;
            BatchOutcome done = world.deliver(fold, record(2, 0, "bad"), click(3, "ann"));
            assertThat(done.isDone()).isTrue();
            assertThat(world.quarantine.entries).hasSize(1);
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 3));
        }

        @Test
        @DisplayName("F4: a put whose response was lost is found by its own mark, not folded again")
        void ownMarkIsSuccess() {
            int[] tries = {0};
            world.items.faults = key -> tries[0]++ == 0 ? Fault.RESPONSE_LOST : Fault.NONE;

            BatchOutcome outcome = world.deliver(fold, click(1, "ann"));

            assertThat(outcome.isDone()).isTrue();
            assertThat(outcome.counts().fencesLost.sum()).isZero();
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1));
        }

        @Test
        @DisplayName("F4: nothing at or below act is folded or quarantined by the live fold")
        void nothingUpToAct() {
            BatchFold both = world.fold(ONE, TWO);
            world.deliver(both, click(1, "ann"));
            LaneRow row = world.laneRow();
            Map<String, Position> views = new HashMap<>(row.views());
            views.put(TWO.version(), position(3, 0));
            world.control.lanes.put(
                    LANE.id(),
                    new LaneRow(
                            row.lane(),
                            row.rev(),
                            row.last(),
                            row.count(),
                            row.maxArrivalMillis(),
                            "g1",
                            views,
                            row.counts()));

            world.deliver(both, record(2, 0, "bad"), click(3, "ann"), click(4, "ann"));

            assertThat(world.folded(TWO, "ann")).isEqualTo(positions(1, 4));
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 3, 4));
            assertThat(world.quarantine.entries.values())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.viewVersion()).isEqualTo(ONE.version()));
        }

        @Test
        @DisplayName("F4: a stale reader folds again from what is stored, and overwrites nothing")
        void fenceSendsBackToTheStoredItem() {
            BatchFold otherSandbox = world.fold(ONE);
            world.deliver(otherSandbox, click(1, "ann"));
            world.deliver(fold, click(2, "ann"));

            // Its cache still holds the item as it was after record 1.
            assertThat(world.deliver(otherSandbox, click(3, "ann")).isDone()).isTrue();
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 2, 3));
        }

        @Test
        @DisplayName("F4: a put that lands minutes later finds its fence gone")
        void latePutIsFenced() {
            world.deliver(fold, click(1, "ann"));
            world.items.faults = key -> Fault.LATE;
            assertThat(world.deliver(fold, click(2, "ann")).firstFailed()).isEqualTo(sequence(2));
            world.items.faults = key -> Fault.NONE;
            assertThat(world.deliver(fold, click(2, "ann"), click(3, "ann")).isDone())
                    .isTrue();

            world.items.landLate();

            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 2, 3));
        }

        @Test
        @DisplayName("F4: the subrecords of one record go into one put, and only together count as done")
        void subrecordsStayTogether() {
            String data = "ann@" + NOW_MILLIS;
            String other = "bob@" + NOW_MILLIS;
            world.items.faults = key -> key.entity().equals("bob") ? Fault.REFUSED : Fault.NONE;

            BatchOutcome outcome =
                    world.deliver(fold, click(1, "ann"), record(2, 0, data), record(2, 1, other), record(2, 2, data));

            assertThat(outcome.firstFailed()).isEqualTo(sequence(2));
            assertThat(world.laneRow().last()).isEqualTo(position(1, 0));
            world.items.faults = key -> Fault.NONE;
            world.deliver(fold, record(2, 0, data), record(2, 1, other), record(2, 2, data));
            assertThat(world.folded(ONE, "ann"))
                    .containsExactly(
                            position(1, 0).text(),
                            position(2, 0).text(),
                            position(2, 2).text());
            assertThat(world.folded(ONE, "bob")).containsExactly(position(2, 1).text());
        }

        @Test
        @DisplayName("F5: the cache never holds what no store confirmed")
        void cacheHoldsConfirmedOnly() {
            world.items.faults = key -> Fault.REQUEST_LOST;
            BatchOutcome failed = world.deliver(fold, click(1, "ann"));
            assertThat(failed.firstFailed()).isEqualTo(sequence(1));
            assertThat(failed.troubles()).containsExactly("writing an item: TimeoutException: request lost");
            world.items.faults = key -> Fault.NONE;

            assertThat(world.deliver(fold, click(1, "ann")).isDone()).isTrue();
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1));
        }

        @Test
        @DisplayName("F6: done ends before the lowest record of ALL failed items")
        void doneIsBeforeTheLowestOfAllFailures() {
            world.items.faults = key -> key.entity().equals("ann") ? Fault.NONE : Fault.REFUSED;

            BatchOutcome outcome =
                    world.deliver(fold, click(1, "ann"), click(2, "bob"), click(3, "ann"), click(4, "cid"));

            assertThat(outcome.firstFailed()).isEqualTo(sequence(2));
            assertThat(world.laneRow().last()).isEqualTo(position(1, 0));
            assertThat(world.laneRow().count()).isEqualTo(1);
        }

        @Test
        @DisplayName("F7: nothing is done that the archive has not confirmed")
        void archiveComesFirst() {
            world.archive.failing = segment -> true;
            BatchOutcome failed = world.deliver(fold, click(1, "ann"));
            assertThat(failed.firstFailed()).isEqualTo(sequence(1));
            assertThat(failed.troubles()).containsExactly("writing to the archive: TimeoutException: archive");
            assertThat(world.laneRow().last()).isEqualTo(Position.ORIGIN);

            world.archive.failing = segment -> false;
            assertThat(world.deliver(fold, click(1, "ann")).isDone()).isTrue();
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1));
            assertThat(world.archive.records(LANE.id())).hasSize(1);
        }

        @Test
        @DisplayName("F7: segments say where the lane stood, so that a gap shows")
        void segmentsChain() {
            world.deliver(fold, click(1, "ann"), click(2, "ann"));
            world.deliver(fold, click(3, "ann"));

            assertThat(world.archive.segments.get(1).last()).isEqualTo(position(2, 0));
            assertThat(world.archive.segments.get(1).count()).isEqualTo(2);
        }

        @Test
        @DisplayName("F8: a lane row another poller advanced further is left alone")
        void overtakenByAFasterPoller() {
            world.deliver(fold, click(1, "ann"));
            BatchFold faster = world.fold(ONE);
            boolean[] raced = {false};
            world.control.beforeLaneWrite = () -> {
                if (!raced[0]) {
                    raced[0] = true;
                    world.deliver(faster, click(2, "ann"), click(3, "ann"));
                }
            };

            assertThat(world.deliver(fold, click(2, "ann")).isDone()).isTrue();
            assertThat(world.laneRow().last()).isEqualTo(position(3, 0));
            assertThat(world.laneRow().count()).isEqualTo(3);
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 2, 3));
        }

        @Test
        @DisplayName("F8: records that another poller has counted meanwhile are not counted again")
        void overtakenHalfWay() {
            world.deliver(fold, click(1, "ann"));
            BatchFold faster = world.fold(ONE);
            boolean[] raced = {false};
            world.control.beforeLaneWrite = () -> {
                if (!raced[0]) {
                    raced[0] = true;
                    world.deliver(faster, click(2, "ann"));
                }
            };

            assertThat(world.deliver(fold, click(2, "ann"), click(3, "ann"), click(4, "ann"))
                            .isDone())
                    .isTrue();
            assertThat(world.laneRow().last()).isEqualTo(position(4, 0));
            assertThat(world.laneRow().count()).isEqualTo(4);
        }

        @Test
        @DisplayName("F8: the lane row never goes back, whatever is reported done")
        void lastNeverRegresses() {
            world.deliver(fold, click(1, "ann"), click(2, "ann"));
            LaneRow advanced =
                    BatchDecisions.advanced(world.laneRow(), List.of(click(1, "ann")), List.of(), position(1, 0));

            assertThat(advanced.last()).isEqualTo(position(2, 0));
            assertThat(advanced.count()).isEqualTo(2);
        }

        @Test
        @DisplayName("F8: a view activated while the batch was being folded gets the batch before the lane moves")
        void viewActivatedMeanwhile() {
            BatchFold both = world.fold(ONE, TWO);
            world.control.control =
                    new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(ONE.version(), ControlRow.ViewStatus.ACTIVE));
            world.deliver(both, click(1, "ann"));
            boolean[] raced = {false};
            world.control.beforeLaneWrite = () -> {
                if (!raced[0]) {
                    raced[0] = true;
                    LaneRow row = world.laneRow();
                    Map<String, Position> views = new HashMap<>(row.views());
                    views.put(TWO.version(), row.last());
                    world.control.lanes.put(
                            LANE.id(),
                            new LaneRow(
                                    row.lane(),
                                    row.rev() + 1,
                                    row.last(),
                                    row.count(),
                                    row.maxArrivalMillis(),
                                    "g1",
                                    views,
                                    row.counts()));
                }
            };

            assertThat(world.deliver(both, click(2, "ann")).isDone()).isTrue();
            assertThat(world.folded(TWO, "ann")).isEqualTo(positions(2));
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1, 2));
            assertThat(world.laneRow().last()).isEqualTo(position(2, 0));
        }

        @Test
        @DisplayName("F9: no success is reported before the lane row is written")
        void reportFollowsTheLaneRow() {
            world.deliver(fold, click(1, "ann"));
            world.control.laneFaults.addAll(List.of(Fault.REFUSED, Fault.REFUSED, Fault.REFUSED));

            BatchOutcome outcome = world.deliver(fold, click(2, "ann"));

            assertThat(outcome.firstFailed()).isEqualTo(sequence(2));
            assertThat(world.laneRow().last()).isEqualTo(position(1, 0));
        }

        @Test
        @DisplayName("F9: a lane row whose write was lost on the way back counts as written")
        void laneRowResponseLost() {
            world.deliver(fold, click(1, "ann"));
            world.control.laneFaults.add(Fault.RESPONSE_LOST);

            assertThat(world.deliver(fold, click(2, "ann")).isDone()).isTrue();
            assertThat(world.laneRow().count()).isEqualTo(2);
        }

        @Test
        @DisplayName("F9: once time is up nothing further is issued, and what was not attempted is delivered again")
        void stopsIssuing() {
            world.items.faults = key -> {
                world.nowMillis += 600;
                return Fault.NONE;
            };
            RawRecord[] records = new RawRecord[20];
            for (int i = 0; i < records.length; i++) {
                records[i] = click(i, "user" + i);
            }

            BatchOutcome outcome = world.deliver(fold, records);

            assertThat(outcome.firstFailed()).isEqualTo(sequence(1));
            assertThat(world.items.puts).hasSize(2);
        }

        @Test
        @DisplayName(
                "F11: every delivery of a record that fits into no invocation brings the lane on, and nothing is done twice")
        void everyDeliveryMakesProgress() {
            world.items.faults = key -> {
                world.nowMillis += 100;
                return Fault.NONE;
            };
            RawRecord[] packed = new RawRecord[100];
            for (int sub = 0; sub < packed.length; sub++) {
                packed[sub] = record(1, sub, "user" + sub + "@" + NOW_MILLIS);
            }

            int deliveries = 0;
            Position before = Position.ORIGIN;
            BatchOutcome outcome;
            do {
                // A new sandbox each time: nothing is remembered but what is stored.
                outcome = world.deliver(world.fold(6, ONE), packed);
                assertThat(world.laneRow().last()).isGreaterThan(before);
                before = world.laneRow().last();
                deliveries++;
            } while (!outcome.isDone());

            int items = 100 * ONE.ladder().widths().size();
            assertThat(world.items.puts).hasSize(items);
            assertThat(deliveries).isBetween(2, 1 + items / 6);
            assertThat(world.laneRow().count()).isEqualTo(100);
            assertThat(world.archive.records(LANE.id())).hasSize(100);
            assertThat(world.archive.segments.stream()
                            .mapToInt(segment -> segment.records().size())
                            .sum())
                    .as("archived again: at most the portion that was cut short, once in each delivery")
                    .isLessThanOrEqualTo(100 + 2 * deliveries);
        }

        @Test
        @DisplayName("F11: what one portion has done stays done when the next one fails")
        void earlierPortionsStayDone() {
            world.items.faults = key -> key.entity().equals("cid") ? Fault.REFUSED : Fault.NONE;

            BatchOutcome outcome = world.deliver(
                    world.fold(1, ONE), click(1, "ann"), click(2, "bob"), click(3, "cid"), click(4, "ann"));

            assertThat(outcome.firstFailed()).isEqualTo(sequence(3));
            assertThat(outcome.isStuck()).isFalse();
            assertThat(world.laneRow().last()).isEqualTo(position(2, 0));
        }

        @Test
        @DisplayName("F11: a lane of which no position moved is stuck; one that is held, or moved a little, is not")
        void aLaneThatStandsStillIsStuck() {
            world.items.faults = key -> key.entity().equals("cid") ? Fault.REFUSED : Fault.NONE;
            world.deliver(fold, click(1, "ann"));

            assertThat(world.deliver(fold, click(2, "bob"), click(3, "cid")).isStuck())
                    .isFalse();
            BatchOutcome again = world.deliver(fold, click(2, "bob"), click(3, "cid"));
            assertThat(again.isStuck()).isTrue();
            assertThat(again.firstFailed())
                    .as("what the lane row says stays done")
                    .isEqualTo(sequence(3));
            assertThat(world.deliver(fold, click(1, "ann")).isStuck()).isFalse();
            world.control.control =
                    new ControlRow(2, "g1", ControlRow.Phase.LIVE, Map.of(TWO.version(), ControlRow.ViewStatus.ACTIVE));
            BatchOutcome held = world.deliver(fold, click(3, "cid"));
            assertThat(held.held()).isNotNull();
            assertThat(held.isStuck()).isFalse();
        }

        @Test
        @DisplayName("F11: portions are cut by items, so that a batch of few entities is one")
        void fewEntitiesAreOnePortion() {
            int widths = ONE.ladder().widths().size();
            RawRecord[] clicks = new RawRecord[50];
            for (int i = 0; i < clicks.length; i++) {
                clicks[i] = click(i, "user" + i % 2);
            }

            assertThat(world.deliver(world.fold(2 * widths, ONE), clicks).isDone())
                    .isTrue();

            assertThat(world.laneRow().rev()).isEqualTo(2);
            assertThat(world.archive.segments).hasSize(1);
            assertThat(world.items.puts).hasSize(2 * widths);
        }

        @Test
        @DisplayName("F11: a portion has no more than 10,000 records, whatever becomes of them")
        void manyRecordsAreSeveralPortions() {
            List<RawRecord> records = new ArrayList<>();
            for (int sub = 0; sub < 25_000; sub++) {
                records.add(record(1, sub, "bad"));
            }

            assertThat(world.deliver(world.fold(ONE, TWO), LANE, records).isDone())
                    .isTrue();

            assertThat(world.archive.segments).hasSize(3);
            assertThat(world.quarantine.puts).as("by view and portion").isEqualTo(6);
            assertThat(world.quarantine.entries).hasSize(50_000);
            assertThat(world.laneRow().count()).isEqualTo(25_000);
        }

        @Test
        @DisplayName(
                "F3: what a view refuses of a batch is kept at once, and a round that follows keeps only what is new")
        void refusalsAreKeptTogether() {
            RawRecord[] records = new RawRecord[30];
            for (int i = 0; i < records.length; i++) {
                records[i] = i % 3 == 0 ? click(i, "user" + i) : record(i, 0, "bad");
            }

            assertThat(world.deliver(world.fold(4, ONE), records).isDone()).isTrue();

            assertThat(world.quarantine.entries).hasSize(20);
            assertThat(world.quarantine.keptTwice).isEmpty();
        }

        @Test
        @DisplayName("F11: what an aggregated record holds behind its bound is refused as one")
        void theRestOfARecordIsOneRefusal() {
            byte[] rest = KplEncoder.encode(List.of(
                    new KplRecords.UserRecord("k", null, "ann@1".getBytes(UTF_8)),
                    new KplRecords.UserRecord("k", null, "ann@2".getBytes(UTF_8))));
            RawRecord last = new RawRecord(position(1, KplRecords.MAX_RECORDS), NOW_MILLIS, "k", rest);

            BatchOutcome outcome = world.deliver(fold, last, click(2, "ann"));

            assertThat(outcome.isDone()).isTrue();
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(2));
            assertThat(world.quarantine.entries.values()).singleElement().satisfies(entry -> {
                assertThat(entry.reason().reason()).isEqualTo(InvalidEvent.Reason.TOO_MANY_SUBRECORDS);
                assertThat(entry.reason()).hasMessageContaining("the last 2 of an aggregated record");
                assertThat(entry.record().data()).isEqualTo(rest);
            });
            assertThat(world.laneRow().countsOf(ONE.version()).quarantined())
                    .containsEntry(InvalidEvent.Reason.TOO_MANY_SUBRECORDS, 1L);
        }

        @Test
        @DisplayName("F10: a block that is about to expire is not created anew")
        void expiringBlockIsSkipped() {
            world.deliver(fold, click(1, "ann"));
            long expiresAtSeconds = world.items.items.entrySet().stream()
                    .filter(entry ->
                            entry.getKey().width().equals(ONE.ladder().hop().code()))
                    .mapToLong(entry -> entry.getValue().expiresAtSeconds())
                    .max()
                    .orElseThrow();
            world.items.items.clear();
            world.control.lanes.clear();
            world.nowMillis = expiresAtSeconds * 1000 - 60_000;

            BatchOutcome outcome = world.deliver(world.fold(ONE), click(1, "ann"), click(2, "ann"));

            assertThat(outcome.isDone()).isTrue();
            assertThat(world.folded(ONE, "ann")).isEmpty();
            assertThat(outcome.counts().expired.sum()).isGreaterThan(0);
        }

        @Test
        @DisplayName("an item that cannot be read is neither folded into nor overwritten, and the outcome says so")
        void corruptItemHoldsItsEvents() {
            world.deliver(fold, click(1, "ann"));
            world.items.items.replaceAll((key, item) -> new StoredItem(item.mark(), new byte[] {99}, 0));

            BatchOutcome outcome = world.deliver(world.fold(ONE), click(2, "bob"), click(3, "ann"));

            assertThat(outcome.firstFailed()).isEqualTo(sequence(3));
            assertThat(outcome.troubles())
                    .anySatisfy(trouble -> assertThat(trouble).contains("format version 99"));
            assertThat(world.items.items.values())
                    .anySatisfy(item -> assertThat(item.body()).containsExactly(99));
        }

        @Test
        @DisplayName("a mark that went back raises an alarm")
        void markThatWentBackIsAViolation() {
            world.deliver(fold, click(1, "ann"), click(2, "ann"));
            world.items.items.replaceAll((key, item) -> new StoredItem(position(1, 0), item.body(), 0));

            assertThat(world.deliver(fold, click(3, "ann")).violations())
                    .anySatisfy(violation -> assertThat(violation).contains("a mark went back"));
        }
    }

    /** The counts in the lane row are exact, whatever is delivered how often. */
    @Nested
    class Counting {

        private ViewCounts counts(View view) {
            return world.laneRow().countsOf(view.version());
        }

        /** Of the hop in which it arrives, so that it is not late. */
        private static RawRecord fresh(int n, String entity) {
            return record(n, 0, entity + "@" + NOW_MILLIS);
        }

        private static ViewCounts folded(long folded) {
            return new ViewCounts(folded, 0, 0, 0, 0, Map.of());
        }

        @Test
        void everyRecordHasOneFate() {
            BatchOutcome outcome = world.deliver(
                    fold,
                    fresh(1, "ann"),
                    record(2, 0, "bad"),
                    record(3, 0, "ann@" + (NOW_MILLIS + 600_000)),
                    record(4, 0, "ann@" + (NOW_MILLIS - 3_600_000)),
                    record(5, 0, "ann@1"),
                    fresh(6, FoldWorld.UNWANTED));

            ViewCounts expected = new ViewCounts(
                    2, 1, 1, 1, 0, Map.of(InvalidEvent.Reason.NOT_JSON, 1L, InvalidEvent.Reason.FAR_FUTURE, 1L));
            assertThat(counts(ONE)).isEqualTo(expected);
            assertThat(outcome.added()).containsOnly(Map.entry(ONE.name(), expected));
            assertThat(expected.total()).isEqualTo(world.laneRow().count());
        }

        @Test
        @DisplayName("F6, F8: what is not done is counted when it is, and what was counted is not counted again")
        void partialDone() {
            world.items.faults = key -> key.entity().equals("bob") ? Fault.REFUSED : Fault.NONE;
            world.deliver(fold, fresh(1, "ann"), record(2, 0, "bad"), fresh(3, "bob"), record(4, 0, "bad"));
            assertThat(counts(ONE)).isEqualTo(new ViewCounts(1, 0, 0, 0, 0, Map.of(InvalidEvent.Reason.NOT_JSON, 1L)));

            world.items.faults = key -> Fault.NONE;
            world.deliver(fold, fresh(1, "ann"), record(2, 0, "bad"), fresh(3, "bob"), record(4, 0, "bad"));
            assertThat(counts(ONE)).isEqualTo(new ViewCounts(2, 0, 0, 0, 0, Map.of(InvalidEvent.Reason.NOT_JSON, 2L)));
        }

        @Test
        @DisplayName("F8: a lost fence with another invocation's progress in the middle counts the rest only")
        void overtakenHalfWay() {
            world.deliver(fold, fresh(1, "ann"));
            onceBeforeLaneWrite(() -> world.deliver(world.fold(ONE), fresh(2, "ann"), record(3, 0, "bad")));

            BatchOutcome outcome = world.deliver(fold, fresh(2, "ann"), record(3, 0, "bad"), fresh(4, "ann"));

            assertThat(counts(ONE)).isEqualTo(new ViewCounts(3, 0, 0, 0, 0, Map.of(InvalidEvent.Reason.NOT_JSON, 1L)));
            assertThat(outcome.added()).containsOnly(Map.entry(ONE.name(), folded(1)));
        }

        @Test
        @DisplayName("L3: a view counts from its act on, also when it is activated under the batch")
        void viewActivatedMeanwhile() {
            BatchFold both = world.fold(ONE, TWO);
            world.control.control =
                    new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(ONE.version(), ControlRow.ViewStatus.ACTIVE));
            world.deliver(both, fresh(1, "ann"));
            onceBeforeLaneWrite(() -> {
                world.control.control = new ControlRow(
                        2,
                        "g1",
                        ControlRow.Phase.LIVE,
                        Map.of(
                                ONE.version(),
                                ControlRow.ViewStatus.ACTIVE,
                                TWO.version(),
                                ControlRow.ViewStatus.ACTIVE));
                world.deliver(both, fresh(2, "ann"));
            });

            BatchOutcome outcome = world.deliver(both, fresh(2, "ann"), fresh(3, "ann"));

            assertThat(counts(ONE)).isEqualTo(folded(3));
            assertThat(counts(TWO)).isEqualTo(folded(2));
            assertThat(outcome.violations()).isEmpty();
        }

        @Test
        void aRetiredViewTakesItsCountsAlong() {
            world.deliver(world.fold(ONE, TWO), fresh(1, "ann"));
            world.control.control = new ControlRow(
                    2,
                    "g1",
                    ControlRow.Phase.LIVE,
                    Map.of(ONE.version(), ControlRow.ViewStatus.ACTIVE, TWO.version(), ControlRow.ViewStatus.RETIRED));

            world.deliver(fold, fresh(2, "ann"));

            assertThat(world.laneRow().counts()).containsOnly(Map.entry(ONE.version(), folded(2)));
        }

        @Test
        void aDuplicateIsNotFolded() {
            View once = FoldWorld.dropping("3333333333333333", 100);

            BatchOutcome outcome =
                    world.deliver(world.fold(once), withId(1, "x"), withId(2, "x"), withId(3, "y"), withId(4, "x"));

            assertThat(counts(once)).isEqualTo(new ViewCounts(2, 0, 0, 0, 2, Map.of()));
            assertThat(outcome.violations()).isEmpty();
        }

        private static RawRecord withId(int n, String id) {
            return record(n, 0, "ann@" + NOW_MILLIS + "#" + id);
        }

        @Test
        void aLaneWriteWhoseResponseWasLostCountsInTheRowAndIsNotTold() {
            world.deliver(fold, fresh(1, "ann"));
            world.control.laneFaults.add(Fault.RESPONSE_LOST);

            BatchOutcome outcome = world.deliver(fold, fresh(2, "ann"));

            assertThat(counts(ONE)).isEqualTo(folded(2));
            assertThat(outcome.added()).isEmpty();
            assertThat(outcome.lane()).isEqualTo(world.laneRow());
        }

        @Test
        void countsThatDoNotAddUpRaiseAnAlarm() {
            world.deliver(fold, fresh(1, "ann"), fresh(2, "ann"));
            LaneRow row = world.laneRow();
            world.control.lanes.put(
                    LANE.id(),
                    new LaneRow(
                            LANE,
                            row.rev(),
                            row.last(),
                            row.count(),
                            row.maxArrivalMillis(),
                            "g1",
                            row.views(),
                            Map.of(ONE.version(), folded(1))));

            BatchOutcome outcome = world.deliver(fold, fresh(3, "ann"));

            assertThat(outcome.violations())
                    .containsExactly("view view1 has counted 2 of the 3 records of lane " + LANE.id());
            assertThat(outcome.isDone()).isTrue();
        }

        private void onceBeforeLaneWrite(Runnable other) {
            boolean[] raced = {false};
            world.control.beforeLaneWrite = () -> {
                if (!raced[0]) {
                    raced[0] = true;
                    other.run();
                }
            };
        }
    }

    @Nested
    class EventTimes {

        @Test
        void anEventBeyondRetentionIsCountedAndArchivedNotFolded() {
            BatchOutcome outcome = world.deliver(fold, record(1, 0, "ann@" + (NOW_MILLIS - 86_400_000L)));

            assertThat(outcome.isDone()).isTrue();
            assertThat(outcome.total().tooLate()).isEqualTo(1);
            assertThat(world.folded(ONE, "ann")).isEmpty();
            assertThat(world.archive.records(LANE.id())).hasSize(1);
        }

        @Test
        void anEventOfTheFutureIsClampedWithinTheSkewAndQuarantinedBeyondIt() {
            BatchOutcome outcome = world.deliver(
                    fold, record(1, 0, "ann@" + (NOW_MILLIS + 60_001)), record(2, 0, "ann@" + (NOW_MILLIS + 60_003)));

            assertThat(outcome.isDone()).isTrue();
            assertThat(world.folded(ONE, "ann")).isEqualTo(positions(1));
            assertThat(world.quarantine.entries).hasSize(1);
            long clampedBlock = ONE.ladder().hop().blockOf(ONE.ladder().hop().tileOf(NOW_MILLIS + 1));
            assertThat(world.items.items.keySet())
                    .filteredOn(key -> key.width().equals(ONE.ladder().hop().code()))
                    .allMatch(key -> key.block() == clampedBlock);
        }
    }
}
