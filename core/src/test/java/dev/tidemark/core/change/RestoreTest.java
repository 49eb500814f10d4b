package dev.tidemark.core.change;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.ONE;
import static dev.tidemark.core.fold.FoldWorld.TWO;
import static dev.tidemark.core.fold.FoldWorld.click;
import static dev.tidemark.core.fold.FoldWorld.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.checkpoint.Retention;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.Phase;
import dev.tidemark.core.control.ControlRow.Restore;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The rules of checkpoints and restores, one by one; {@link RestoreStormTest} has them all at once. */
class RestoreTest {

    private static final String ID = "20260101T000000Z-0000";
    private static final Lane CHILD = FoldWorld.lane("shardId-000000000001");

    private final FoldWorld world = new FoldWorld();
    private final FoldWorld restored = new FoldWorld();
    private final InMemoryCheckpoints checkpoints = new InMemoryCheckpoints();
    private final InMemoryScan scan = new InMemoryScan(world.items);

    RestoreTest() {
        restored.generation = "g2";
    }

    private Manifest checkpoint(View... views) {
        return checkpoint(ID, views);
    }

    private Manifest checkpoint(String id, View... views) {
        return new Checkpointer(
                        Catalogs.of(FoldWorld.catalog(views)),
                        new CheckpointPorts(scan, world.control, checkpoints, () -> world.nowMillis),
                        new CheckpointSettings(1, 2, 1, 1_000))
                .run(id, "attempt", Long.MAX_VALUE, (done, segments, items, bytes) -> {})
                .join()
                .manifest()
                .orElseThrow();
    }

    private ControlRow restore(Restore restore, View... views) {
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(world.archive, new InMemoryRedriveLog(), checkpoints, restored.control),
                restored.items,
                restored.quarantine,
                new InMemoryBackfillLog(),
                restored.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> 0,
                new Random(1));
        return new Restorer(Catalogs.of(FoldWorld.catalog(views)), ports, new RestoreSettings(4, 2, 3, 0))
                .restore("g2", restore, RestoreListener.NONE)
                .join();
    }

    private LaneRow row(FoldWorld of, Lane lane) {
        return Objects.requireNonNull(of.control.lanes.get(lane.id()));
    }

    @Test
    void c1PositionsAreReadBeforeTheScanAndNeverAgain() {
        BatchFold fold = world.fold(ONE);
        world.deliver(fold, click(1, "ann"));
        scan.beforePage = () -> {
            scan.beforePage = () -> {};
            world.deliver(fold, click(2, "bob"));
        };
        Manifest manifest = checkpoint(ONE);

        assertThat(manifest.positions().lanes())
                .hasSize(1)
                .allSatisfy(lane -> assertThat(lane.count()).isEqualTo(1));
        assertThat(manifest.lanesAfter().get(0).count()).isEqualTo(2);
        assertThat(checkpoint(ONE).positions()).isEqualTo(manifest.positions());
    }

    @Test
    void c2ItemsAheadOfThePositionsRaiseTheBoundOfTheirArrivals() {
        BatchFold fold = world.fold(ONE);
        world.deliver(fold, click(1, "ann"));
        scan.beforePage = () -> {
            scan.beforePage = () -> {};
            world.deliver(fold, click(7, "ann"));
        };
        Manifest manifest = checkpoint(ONE);

        assertThat(manifest.asOfMillis()).containsEntry(LANE.id(), FoldWorld.NOW_MILLIS + 7);
        assertThat(manifest.serves(FoldWorld.NOW_MILLIS + 6)).isFalse();
        assertThat(manifest.serves(FoldWorld.NOW_MILLIS + 7)).isTrue();
        assertThatThrownBy(() -> CheckpointChoice.serving(checkpoints, FoldWorld.NOW_MILLIS)
                        .join())
                .hasMessageContaining("no checkpoint is old enough");
    }

    @Test
    void c2ALaneRowThatDoesNotReachItsItemsSaysNothingOfArrivals() {
        BatchFold fold = world.fold(ONE);
        world.deliver(fold, click(1, "ann"));
        scan.beforePage = () -> {
            scan.beforePage = () -> {};
            for (int i = 0; i < 9; i++) {
                world.control.laneFaults.add(Fault.REFUSED);
            }
            world.deliver(fold, click(7, "ann"));
        };

        assertThat(checkpoint(ONE).asOfMillis()).containsEntry(LANE.id(), world.nowMillis + 60_000);
    }

    @Test
    void r1OnlyWhatTheLaneRowsFoldIsInTheCheckpoint() {
        BatchFold fold = world.fold(ONE, TWO);
        world.control.control = new ControlRow(1, "g1", Phase.LIVE, Map.of(ONE.version(), ViewStatus.ACTIVE));
        world.deliver(fold, click(1, "ann"));
        scan.beforePage = () -> {
            scan.beforePage = () -> {};
            world.control.control = Objects.requireNonNull(world.control.control)
                    .withViews(Map.of(ONE.version(), ViewStatus.ACTIVE, TWO.version(), ViewStatus.BACKFILLING));
            world.deliver(fold, click(2, "ann"));
            world.deliver(fold, CHILD, List.of(click(3, "ann")));
        };
        Manifest manifest = checkpoint(ONE);

        assertThat(checkpoints.objects.values().stream().flatMap(List::stream))
                .isNotEmpty()
                .allMatch(item -> item.key().viewVersion().equals(ONE.version())
                        && item.key().lane().equals(LANE.id()));
        restore(new Restore(manifest.id(), null), ONE);
        assertThat(row(restored, LANE).views()).containsOnlyKeys(ONE.version());
        assertThat(restored.folded(ONE, "ann"))
                .isEqualTo(world.folded(ONE, "ann"))
                .hasSize(3);
    }

    @Test
    void r1ACatalogThatDiffersIsRefused() {
        world.deliver(world.fold(ONE), click(1, "ann"));
        checkpoint(ONE);

        assertThatThrownBy(() -> restore(new Restore(ID, null), TWO))
                .hasMessageContaining("view view1 of version " + ONE.version() + " is in the checkpoint")
                .hasMessageContaining("view view2 of version " + TWO.version() + " is in the catalog");
        assertThat(restored.control.control).isNull();
    }

    @Test
    void r1AnyOtherStateIsRefused() {
        world.deliver(world.fold(ONE), click(1, "ann"));
        checkpoint(ONE);
        ControlRow live = new ControlRow(3, "g2", Phase.LIVE, Map.of());
        restored.control.control = live;

        assertThatThrownBy(() -> restore(new Restore(ID, null), ONE))
                .hasMessageContaining("the control table holds generation g2 in LIVE");
        assertThat(restored.control.control).isEqualTo(live);
        assertThat(restored.items.items).isEmpty();
    }

    @Test
    void r1APutOfALoaderThatLandsLateChangesNothing() {
        world.deliver(world.fold(ONE), click(1, "ann"));
        checkpoint(ONE);
        world.deliver(world.fold(ONE), click(2, "ann"));
        int[] puts = {0};
        restored.items.faults = key -> puts[0]++ == 0 ? Fault.LATE : Fault.NONE;

        restore(new Restore(ID, null), ONE);
        Map<?, ?> before = new HashMap<>(restored.items.items);
        restored.items.landLate();

        assertThat(restored.items.items).isEqualTo(before);
        assertThat(restored.folded(ONE, "ann")).hasSize(2);
    }

    @Test
    void r2NothingFoldsIntoAStateThatIsNotLive() {
        BatchFold live = world.fold(ONE);
        world.deliver(live, click(1, "ann"));
        checkpoint(ONE);
        BatchOutcome[] early = new BatchOutcome[1];
        restored.items.faults = key -> {
            if (early[0] == null) {
                early[0] = restored.deliver(restored.fold(ONE), click(5, "bob"));
            }
            return Fault.NONE;
        };

        ControlRow control = restore(new Restore(ID, null), ONE);

        assertThat(early[0].held()).isEqualTo(BatchOutcome.Hold.NOT_LIVE);
        assertThat(control.phase()).isEqualTo(Phase.LIVE);
        assertThat(restored.folded(ONE, "bob")).isEmpty();
        restored.generation = "g1";
        assertThat(restored.deliver(restored.fold(ONE), click(1, "ann")).held())
                .as("another generation")
                .isEqualTo(BatchOutcome.Hold.NOT_LIVE);
    }

    @Test
    void r2AReplayActivatesNothing() {
        BatchFold fold = world.fold(ONE, TWO);
        world.control.control = new ControlRow(1, "g1", Phase.LIVE, Map.of(ONE.version(), ViewStatus.ACTIVE));
        world.deliver(fold, click(1, "ann"));
        world.control.control = Objects.requireNonNull(world.control.control)
                .withViews(Map.of(ONE.version(), ViewStatus.ACTIVE, TWO.version(), ViewStatus.BACKFILLING));
        checkpoint(ONE, TWO);
        world.deliver(fold, click(2, "ann"));

        restore(new Restore(ID, null), ONE, TWO);

        assertThat(row(restored, LANE).views()).containsOnlyKeys(ONE.version());
        restored.deliver(restored.fold(ONE, TWO), click(2, "ann"), click(3, "ann"));
        assertThat(row(restored, LANE).views()).containsEntry(TWO.version(), position(2, 0));
    }

    @Test
    void r2AReplayUpToATimeStopsAtTheFirstLaterArrival() {
        BatchFold fold = world.fold(ONE);
        world.deliver(fold, click(1, "ann"));
        checkpoint(ONE);
        world.deliver(fold, click(2, "ann"), click(4, "ann"));

        restore(new Restore(ID, FoldWorld.NOW_MILLIS + 3), ONE);

        assertThat(restored.folded(ONE, "ann")).hasSize(2);
        assertThatThrownBy(() -> restore(new Restore(ID, null), ONE))
                .as("another target")
                .hasMessageContaining("the control table holds generation g2");
    }

    @Test
    void damageStopsARestore() {
        world.deliver(world.fold(ONE), click(1, "ann"));
        checkpoint(ONE);
        world.deliver(world.fold(ONE), click(2, "ann"));
        world.deliver(world.fold(ONE), click(3, "ann"));
        world.archive.segments.remove(1);

        assertThatThrownBy(() -> restore(new Restore(ID, null), ONE)).hasCauseInstanceOf(DamagedArchive.class);
        assertThat(Objects.requireNonNull(restored.control.control).phase()).isEqualTo(Phase.REPLAY);

        checkpoints.objects.clear();
        restored.control.control = null;
        restored.control.lanes.clear();
        assertThatThrownBy(() -> restore(new Restore(ID, null), ONE)).hasCauseInstanceOf(DamagedCheckpoint.class);
    }

    /** The scan meets the tiles, events are folded and forgotten again, the scan meets the ids. */
    @Test
    void t3TilesAreReadAgainAfterIdsThatMayHaveForgotten() {
        View dropping = FoldWorld.dropping("8888888888888888", 2);
        BatchFold fold = world.fold(dropping);
        world.deliver(fold, event(1, "z"));
        int tiles = world.items.items.size() - 1;
        int[] pages = {0};
        scan.pageItems = 1;
        scan.beforePage = () -> {
            if (pages[0]++ == tiles) {
                world.deliver(fold, event(2, "a"));
                world.deliver(fold, event(3, "b"));
                world.deliver(fold, event(4, "c"));
            }
        };
        checkpoint(dropping);

        restore(new Restore(ID, null), dropping);

        assertThat(restored.folded(dropping, "ann"))
                .isEqualTo(world.folded(dropping, "ann"))
                .hasSize(4);
        assertThat(row(restored, LANE).countsOf(dropping.version()))
                .isEqualTo(row(world, LANE).countsOf(dropping.version()));
    }

    private static RawRecord event(int n, String id) {
        return FoldWorld.record(n, 0, "ann@" + (FoldWorld.NOW_MILLIS - 1_000) + "#" + id);
    }

    private void restoreOneClick() {
        world.deliver(world.fold(ONE), click(1, "ann"), click(2, "ann"));
        checkpoint(ONE);
        restore(new Restore(ID, null), ONE);
    }

    @Test
    void r3ABatchThatDoesNotJoinIsHeldUntilOneDoes() {
        restoreOneClick();
        BatchFold fold = restored.fold(ONE);

        BatchOutcome gap = restored.deliver(fold, click(3, "ann"));
        assertThat(gap.held()).isEqualTo(BatchOutcome.Hold.DOES_NOT_JOIN);
        assertThat(gap.troubles())
                .singleElement()
                .asString()
                .contains(LANE.id(), position(2, 0).text(), position(3, 0).text(), "TRIM_HORIZON", "--joined");
        assertThat(restored.folded(ONE, "ann")).hasSize(2);

        assertThat(restored.deliver(fold, click(2, "ann")).isDone()).isTrue();
        assertThat(row(restored, LANE).awaitsOverlap()).isFalse();
        assertThat(restored.deliver(fold, click(3, "ann")).isDone()).isTrue();
        assertThat(restored.folded(ONE, "ann")).hasSize(3);
    }

    @Test
    void r3ALaneThatWasNotRestoredBeginsWithItsShardsFirstRecord() {
        restoreOneClick();
        restored.lineage.begins = (lane, first) -> first.equals(position(10, 0));
        BatchFold fold = restored.fold(ONE);

        assertThat(restored.deliver(fold, CHILD, List.of(click(11, "bob"))).held())
                .isEqualTo(BatchOutcome.Hold.DOES_NOT_JOIN);
        assertThat(restored.folded(ONE, "bob")).isEmpty();
        assertThat(restored.deliver(fold, CHILD, List.of(click(10, "bob"), click(11, "bob")))
                        .isDone())
                .isTrue();
        assertThat(row(restored, CHILD).awaitsOverlap()).isFalse();
    }

    @Test
    void oneOfEachHourAndThenOneOfEachDayIsKept() {
        List<String> all = List.of(
                "20260101T000500Z-0000",
                "20260101T100000Z-0000",
                "20260201T010000Z-0000",
                "20260201T020000Z-0000",
                "20260202T010000Z-0000",
                "20260202T013000Z-0000",
                "20260202T020000Z-0000",
                "20260202T023000Z-0000");
        long nowMillis = Instant.parse("2026-02-03T00:00:00Z").toEpochMilli();
        Retention retention = new Retention(24 * 3_600_000L, 10 * 86_400_000L);

        assertThat(retention.toDelete(all, List.of("20260202T030000Z-0001", "20260201T230000Z-0001"), nowMillis))
                .containsExactly(
                        "20260101T000500Z-0000",
                        "20260101T100000Z-0000",
                        "20260201T020000Z-0000",
                        "20260201T230000Z-0001",
                        "20260202T013000Z-0000");
        assertThat(retention.toDelete(List.of("20200101T000500Z-0000"), List.of(), nowMillis))
                .as("the newest is kept whatever its age")
                .isEmpty();
    }
}
