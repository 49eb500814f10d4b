package dev.tidemark.core.change;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.ONE;
import static dev.tidemark.core.fold.FoldWorld.TWO;
import static dev.tidemark.core.fold.FoldWorld.click;
import static dev.tidemark.core.fold.FoldWorld.position;
import static dev.tidemark.core.fold.FoldWorld.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.BackfillLog;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Rules B1 and B2, one by one. */
class BackfillTest {

    private static final Lane OTHER_LANE = FoldWorld.lane("shardId-000000000001");
    private static final int OTHER = 1_000;

    private final FoldWorld world = new FoldWorld();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private BackfillLog log = new InMemoryBackfillLog();
    private final List<String> lanesDone = new ArrayList<>();

    private void fold(View... views) {
        fold(world.fold(views), 0);
    }

    /** Folds some clicks of ann and bob in two lanes, from a number on. */
    private void fold(BatchFold sandbox, int from) {
        assertThat(world.deliver(sandbox, click(from, "ann"), click(from + 1, "bob"), click(from + 2, "ann"))
                        .isDone())
                .isTrue();
        assertThat(world.deliver(
                                sandbox,
                                OTHER_LANE,
                                List.of(click(OTHER + from, "ann"), click(OTHER + from + 1, "ann")))
                        .isDone())
                .isTrue();
    }

    private ControlRow start(View view) {
        return CatalogSwitch.write(world.control, row -> Activation.start(row, Set.of(view.version())))
                .join();
    }

    private Backfill backfill(View... views) {
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(world.archive, redrives, new InMemoryCheckpoints(), world.control),
                world.items,
                world.quarantine,
                log,
                world.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> world.nowMillis,
                new Random(1));
        return new Backfill(
                FoldWorld.catalog(views), ports, new Backfill.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, 2));
    }

    private ControlRow run(View... views) {
        return backfill(views).run(List.of(views), new Told()).join();
    }

    private ViewStatus status(View view) {
        return Objects.requireNonNull(
                Objects.requireNonNull(world.control.control).views().get(view.version()));
    }

    private void assertSame(View view) {
        for (String entity : List.of("ann", "bob")) {
            assertThat(world.folded(view, entity)).isEqualTo(world.folded(ONE, entity));
        }
    }

    private final class Told implements Backfill.Progress {

        @Override
        public void warmsUp(View view, long untilMillis) {
            throw new IllegalStateException("no view reads pairs here");
        }

        @Override
        public void pass(List<View> views, int lanes) {}

        @Override
        public void folded(String laneId, int records) {}

        @Override
        public void done(String laneId) {
            lanesDone.add(laneId);
        }
    }

    @Nested
    class B1 {

        @Test
        void lanesOnWhichNothingArrivesAnyMoreAreBackfilledToo() {
            fold(ONE);
            start(TWO);

            run(TWO);

            assertSame(TWO);
            assertThat(world.control.lanes.values())
                    .allSatisfy(
                            row -> assertThat(row.views().get(TWO.version())).isEqualTo(row.last()));
            assertThat(lanesDone).containsExactlyInAnyOrder(LANE.id(), OTHER_LANE.id());
        }

        @Test
        void theLiveFoldAndTheBackfillMeetAtThePosition() {
            fold(ONE);
            start(TWO);
            backfill(TWO).plan(List.of(TWO)).join();
            fold(world.fold(ONE, TWO), 3);

            run(TWO);

            assertSame(TWO);
            assertThat(world.items.items.keySet().stream()
                            .filter(key -> key.viewVersion().equals(TWO.version()) && key.isBackfill())
                            .map(key -> Objects.requireNonNull(world.items.items.get(key))
                                    .mark()))
                    .isNotEmpty()
                    .allMatch(mark -> mark.compareTo(position(OTHER + 1, 0)) <= 0);
        }

        @Test
        void againChangesNothingAndReadsNothing() {
            fold(ONE);
            start(TWO);
            run(TWO);
            int puts = world.items.puts.size();
            world.archive.segments.clear();

            run(TWO);

            assertThat(world.items.puts).hasSize(puts);
        }

        @Test
        void aJobThatHasLostItsNotesStartsAgainAndCountsNothingTwice() {
            fold(ONE);
            start(TWO);
            backfill(TWO).run(List.of(TWO), new Told()).join();
            world.control.control = Objects.requireNonNull(world.control.control)
                    .withViews(Map.of(ONE.version(), ViewStatus.ACTIVE, TWO.version(), ViewStatus.BACKFILLING));
            log = new InMemoryBackfillLog();

            run(TWO);

            assertSame(TWO);
        }

        @Test
        void aLaneBornAfterTheStartNeedsNoBackfill() {
            fold(ONE);
            start(TWO);
            BatchFold next = world.fold(ONE, TWO);
            Lane young = FoldWorld.lane("shardId-000000000002");
            world.deliver(next, young, List.of(click(2_000, "bob")));

            run(TWO);

            assertSame(TWO);
            assertThat(lanesDone).doesNotContain(young.id());
        }

        @Test
        void whatARedriveHadRepairedForAnEarlierVersionIsFoldedAtItsPosition() {
            RawRecord bad = record(0, 0, "bad");
            world.deliver(world.fold(ONE), bad, click(1, "bob"));
            redrives.append(manifest(1, "view2", with(bad, "ann"))).join();
            start(TWO);
            backfill(TWO).plan(List.of(TWO)).join();
            // Whoever comes after the plan does not count, or two jobs would fold different payloads.
            redrives.append(manifest(2, "view2", with(bad, "cid"))).join();

            run(TWO);

            assertThat(world.folded(TWO, "ann")).containsExactly(bad.position().text());
            assertThat(world.folded(TWO, "bob")).containsExactly(position(1, 0).text());
            assertThat(world.folded(TWO, "cid")).isEmpty();
            assertThat(world.quarantine.entries.keySet()).noneMatch(key -> key.startsWith(TWO.version()));
        }

        @Test
        void ofTwoViewsInOneRunEachTakesTheRedrivesBeforeItsOwnPlanOnly() {
            View three = FoldWorld.view("3333333333333333");
            RawRecord bad = record(0, 0, "bad");
            world.deliver(world.fold(ONE), bad, click(1, "bob"));
            redrives.append(manifest(1, "view2", with(bad, "ann"))).join();
            start(TWO);
            backfill(TWO).plan(List.of(TWO)).join();
            redrives.append(manifest(2, "view2", with(bad, "cid"))).join();
            redrives.append(manifest(3, "view3", with(bad, "dan"))).join();
            start(three);

            run(TWO, three);

            assertThat(world.folded(TWO, "ann")).containsExactly(bad.position().text());
            assertThat(world.folded(TWO, "cid")).isEmpty();
            assertThat(world.folded(three, "dan"))
                    .containsExactly(bad.position().text());
        }

        @Test
        void anotherGenerationTakesTheSamePayloads() {
            RawRecord bad = record(0, 0, "bad");
            world.deliver(world.fold(ONE), bad, click(1, "bob"));
            redrives.append(manifest(1, "view2", with(bad, "ann"))).join();
            start(TWO);
            run(TWO);
            redrives.append(manifest(2, "view2", with(bad, "cid"))).join();
            world.items.items.keySet().removeIf(key -> key.viewVersion().equals(TWO.version()));
            world.control.control = new ControlRow(
                    1,
                    "g2",
                    ControlRow.Phase.LIVE,
                    Map.of(ONE.version(), ViewStatus.ACTIVE, TWO.version(), ViewStatus.BACKFILLING));
            world.control.lanes.replaceAll((id, row) -> new LaneRow(
                    row.lane(), 1, row.last(), row.count(), row.maxArrivalMillis(), "g2", row.views(), Map.of()));

            run(TWO);

            assertThat(world.folded(TWO, "ann")).containsExactly(bad.position().text());
            assertThat(world.folded(TWO, "cid")).isEmpty();
        }

        @Test
        void whatWasRedrivenForTheVersionItselfIsFoldedInTheRedrivesLaneOnce() {
            RawRecord bad = record(0, 0, "bad");
            world.deliver(world.fold(ONE), bad, click(1, "bob"));
            RedriveLog.Entry entry = new RedriveLog.Entry("view2", TWO.version(), LANE, with(bad, "ann"), "00");
            redrives.append(new RedriveLog.Manifest(1, NOW_MILLIS, List.of(entry)))
                    .join();
            start(TWO);

            run(TWO);

            assertThat(world.folded(TWO, "ann")).containsExactly(bad.position().text());
            assertThat(world.items.items.keySet())
                    .filteredOn(key -> key.entity().equals("ann"))
                    .isNotEmpty()
                    .allMatch(key -> key.lane().equals(LANE.ofRedrive(1).id()));
        }

        private RawRecord with(RawRecord bad, String entity) {
            return new RawRecord(
                    bad.position(),
                    bad.arrivalMillis(),
                    bad.partitionKey(),
                    FoldWorld.event(entity + "@" + (NOW_MILLIS - 500)));
        }

        private RedriveLog.Manifest manifest(long number, String view, RawRecord record) {
            return new RedriveLog.Manifest(
                    number, NOW_MILLIS, List.of(new RedriveLog.Entry(view, "0000000000000000", LANE, record, "00")));
        }

        @Test
        void whatTheNewViewCannotFoldLiesInTheQuarantineUnderTheLiveLane() {
            world.deliver(world.fold(ONE), record(0, 0, "bad"), click(1, "bob"));
            start(TWO);

            run(TWO);

            assertThat(world.quarantine.entries)
                    .containsKey(TWO.version() + " " + LANE.id() + " "
                            + position(0, 0).text());
        }

        @Test
        void aChildsCopyOfItsParentsEventIsADuplicateToo() {
            View dropping = FoldWorld.dropping("3333333333333333", 100);
            BatchFold old = world.fold(ONE);
            world.lineage.parents.put(OTHER_LANE.id(), List.of(LANE));
            String data = "ann@" + (NOW_MILLIS - 500) + "#once";
            world.deliver(old, record(0, 0, data), record(1, 0, data));
            world.deliver(old, OTHER_LANE, List.of(record(OTHER, 0, data), click(OTHER + 1, "ann")));
            start(dropping);

            run(dropping);

            assertThat(world.folded(dropping, "ann"))
                    .containsExactly(
                            position(0, 0).text(), position(OTHER + 1, 0).text());
        }

        /** Whoever takes lanes by the number of their ancestors has all workers wait for one that is not taken yet. */
        @Test
        void aLaneThatNamesFewerAncestorsThanItsParentDoesComesAfterItAllTheSame() {
            View dropping = FoldWorld.dropping("3333333333333333", 100);
            List<Lane> lanes = reshardedLanes();
            for (int i = 2; i <= 4; i++) {
                forget(lanes.get(i), lanes.get(1));
            }
            start(dropping);

            CompletableFuture<ControlRow> end = backfill(dropping).run(List.of(dropping), new Told());

            assertThat(end).isCompleted();
            assertThat(lanesDone).containsExactlyInAnyOrderElementsOf(idsOf(lanes));
            assertThat(lanesDone.indexOf(lanes.get(1).id()))
                    .isGreaterThan(lanesDone.indexOf(lanes.get(0).id()))
                    .isGreaterThan(lanesDone.indexOf(lanes.get(5).id()))
                    .isLessThan(lanesDone.indexOf(lanes.get(2).id()));
            assertThat(world.folded(dropping, "ann"))
                    .as("of shards 0 and 5, which do not know of each other")
                    .hasSize(2);
        }

        /** As a version before settled it from such rows; what is settled stays. */
        @Test
        void ancestorsThatWereSettledInPartDoNotStopIt() {
            View dropping = FoldWorld.dropping("3333333333333333", 100);
            List<Lane> lanes = reshardedLanes();
            start(dropping);
            settle(
                    dropping,
                    Map.of(
                            lanes.get(1).id(),
                                    Set.of(lanes.get(0).id(), lanes.get(5).id()),
                            lanes.get(2).id(), Set.of(lanes.get(1).id()),
                            lanes.get(3).id(), Set.of(lanes.get(1).id()),
                            lanes.get(4).id(), Set.of(lanes.get(1).id())));

            CompletableFuture<ControlRow> end = backfill(dropping).run(List.of(dropping), new Told());

            assertThat(end).isCompleted();
            assertThat(lanesDone).containsExactlyInAnyOrderElementsOf(idsOf(lanes));
        }

        @Test
        void lanesThatAreSaidToComeBeforeEachOtherAreNamedAndNothingIsFolded() {
            View dropping = FoldWorld.dropping("3333333333333333", 100);
            List<Lane> lanes = reshardedLanes();
            start(dropping);
            settle(
                    dropping,
                    Map.of(
                            lanes.get(1).id(), Set.of(lanes.get(2).id()),
                            lanes.get(2).id(), Set.of(lanes.get(3).id()),
                            lanes.get(3).id(), Set.of(lanes.get(1).id()),
                            lanes.get(4).id(), Set.of(lanes.get(1).id())));

            CompletableFuture<ControlRow> end = backfill(dropping).run(List.of(dropping), new Told());

            assertThat(end).isCompletedExceptionally();
            assertThatThrownBy(end::join)
                    .hasMessageContaining("come before itself")
                    .hasMessageContaining(lanes.get(1).id() + ", "
                            + lanes.get(2).id() + ", " + lanes.get(3).id() + ".");
            assertThat(lanesDone).isEmpty();
        }

        /** A shard on which nothing ever arrived has no row, and those before it come before its children. */
        @Test
        void anEmptyShardBetweenTwoOthersIsLookedThrough() {
            View dropping = FoldWorld.dropping("3333333333333333", 100);
            BatchFold old = world.fold(ONE);
            Lane empty = FoldWorld.lane("shardId-000000000009");
            world.lineage.parents.put(OTHER_LANE.id(), List.of(empty));
            world.lineage.parents.put(empty.id(), List.of(LANE));
            String data = "ann@" + (NOW_MILLIS - 500) + "#once";
            world.deliver(old, record(0, 0, data));
            world.deliver(old, OTHER_LANE, List.of(record(OTHER, 0, data)));
            start(dropping);

            run(dropping);

            assertThat(world.folded(dropping, "ann"))
                    .containsExactly(position(0, 0).text());
        }

        /** Shards 0 and 5 are merged into 1, which is split into 2, 3 and 4, as it were; each has a copy of one event. */
        private List<Lane> reshardedLanes() {
            List<Lane> lanes = new ArrayList<>();
            for (int i = 0; i <= 5; i++) {
                lanes.add(FoldWorld.lane("shardId-00000000000" + i));
            }
            world.lineage.parents.put(lanes.get(1).id(), List.of(lanes.get(0), lanes.get(5)));
            for (int i = 2; i <= 4; i++) {
                world.lineage.parents.put(lanes.get(i).id(), List.of(lanes.get(1)));
            }
            BatchFold old = world.fold(ONE);
            String data = "ann@" + (NOW_MILLIS - 500) + "#once";
            for (int i : new int[] {0, 5, 1, 2, 3, 4}) {
                world.deliver(old, lanes.get(i), List.of(record(OTHER * i, 0, data)));
            }
            return lanes;
        }

        private List<String> idsOf(List<Lane> lanes) {
            return lanes.stream().map(Lane::id).toList();
        }

        /** The row names one ancestor only, as where the others are too old for the views of its time. */
        private void forget(Lane lane, Lane ancestor) {
            LaneRow row = Objects.requireNonNull(world.control.lanes.get(lane.id()));
            long maxArrival = Objects.requireNonNull(world.control.lanes.get(ancestor.id()))
                    .maxArrivalMillis();
            world.control.lanes.put(
                    lane.id(),
                    new LaneRow(
                            row.lane(),
                            row.rev(),
                            row.last(),
                            row.count(),
                            row.maxArrivalMillis(),
                            row.generation(),
                            row.views(),
                            row.counts(),
                            Map.of(ancestor.id(), maxArrival)));
        }

        private void settle(View view, Map<String, Set<String>> ancestors) {
            backfill(view).plan(List.of()).join();
            Map<String, Position> activations = new HashMap<>();
            world.control
                    .lanes
                    .values()
                    .forEach(row -> activations.put(row.lane().id(), row.last()));
            redrives.settle(new RedriveLog.Repairs(view.name(), view.version(), activations, 0, ancestors))
                    .join();
        }

        @Test
        void aHoleInTheArchiveStopsItAndIsNamed() {
            fold(ONE);
            fold(world.fold(ONE), 3);
            world.archive.segments.remove(0);
            start(TWO);

            assertThatThrownBy(() -> run(TWO))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(DamagedArchive.class)
                    .hasMessageContaining(LANE.id());
            assertThat(status(TWO)).isEqualTo(ViewStatus.BACKFILLING);
        }

        @Test
        void anArchivedLaneWithoutARowIsAnError() {
            fold(ONE);
            world.control.lanes.remove(OTHER_LANE.id());
            start(TWO);

            assertThatThrownBy(() -> run(TWO))
                    .hasMessageContaining(OTHER_LANE.id())
                    .hasMessageContaining("no row");
        }
    }

    @Nested
    class B2 {

        @Test
        void aViewIsReadyWhenEveryLaneIsCovered() {
            fold(ONE);
            start(TWO);
            assertThat(status(TWO)).isEqualTo(ViewStatus.BACKFILLING);

            ControlRow row = run(TWO);

            assertThat(row.views()).containsEntry(TWO.version(), ViewStatus.READY);
            assertThat(status(TWO)).isEqualTo(ViewStatus.READY);
        }

        @Test
        void aLaneThatIsNotNotedIsNotCovered() {
            fold(ONE);
            start(TWO);
            log = new Forgetful();

            assertThatThrownBy(() -> run(TWO)).hasMessageContaining(OTHER_LANE.id() + " is not covered");
            assertThat(status(TWO)).isEqualTo(ViewStatus.BACKFILLING);
        }

        @Test
        void aLaneThatCameBackWithoutTheViewIsNotCovered() {
            fold(ONE);
            start(TWO);
            log = new InMemoryBackfillLog() {
                @Override
                public synchronized CompletableFuture<Void> finish(String generation, String viewVersion, Done lane) {
                    LaneRow row = Objects.requireNonNull(world.control.lanes.get(OTHER_LANE.id()));
                    world.control.lanes.put(
                            OTHER_LANE.id(),
                            new LaneRow(
                                    row.lane(),
                                    row.rev() + 1,
                                    row.last(),
                                    row.count(),
                                    row.maxArrivalMillis(),
                                    row.generation(),
                                    Map.of(ONE.version(), Position.ORIGIN),
                                    Map.of()));
                    return super.finish(generation, viewVersion, lane);
                }
            };

            assertThatThrownBy(() -> run(TWO)).hasMessageContaining("does not fold it");
        }

        @Test
        void whatWasNotStartedOrIsRetiredCannotBeRun() {
            fold(ONE);
            assertThatThrownBy(() -> run(TWO)).hasMessageContaining("not started");

            start(TWO);
            world.control.control = Objects.requireNonNull(world.control.control)
                    .withViews(Map.of(ONE.version(), ViewStatus.ACTIVE, TWO.version(), ViewStatus.RETIRED));

            assertThatThrownBy(() -> run(TWO)).hasMessageContaining("retired");
            assertThatThrownBy(() -> start(TWO)).hasMessageContaining("was retired");
        }

        /** Loses the notes of one lane. */
        private static final class Forgetful extends InMemoryBackfillLog {

            @Override
            public synchronized CompletableFuture<Void> finish(String generation, String viewVersion, Done lane) {
                return lane.laneId().equals(OTHER_LANE.id())
                        ? CompletableFuture.completedFuture(null)
                        : super.finish(generation, viewVersion, lane);
            }
        }
    }
}
