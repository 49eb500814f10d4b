package dev.tidemark.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryImportLog;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rule I1: an import may be killed anywhere, repeated and run twice. */
class ImporterTest {

    private static final int PARTS = 3;
    private static final int ROWS = 7;

    /** Less than a part, so that it has several segments. */
    private static final int ROWS_AT_ONCE = 3;

    private static final Manifest MANIFEST = new Manifest(
            1,
            FoldWorld.NOW_MILLIS,
            "clicks",
            FoldWorld.LANE.streamArn(),
            new Seam(FoldWorld.NOW_MILLIS, 0),
            List.of(new File("a.csv", 1, "00")),
            "{}",
            SameId.REFUSE,
            List.of(new Part(0, ROWS, "00"), new Part(1, ROWS, "01"), new Part(2, ROWS, "02")));

    private static final Importer.Progress SILENT = new Importer.Progress() {

        @Override
        public void archived(int rows) {}

        @Override
        public void folded(int rows) {}

        @Override
        public void done(Part part, int items) {}
    };

    /** Clicks of entities that are each in one part. */
    private static ImportRows.Cursor rows(int part) {
        List<RawRecord> rows = new ArrayList<>();
        for (int row = 1; row <= ROWS; row++) {
            RawRecord click = FoldWorld.click(row, "ann" + part + row % 2);
            rows.add(new RawRecord(Part.position(row), click.arrivalMillis(), click.partitionKey(), click.data()));
        }
        return new ImportRows.Cursor() {

            @Override
            public CompletableFuture<List<RawRecord>> next(int most) {
                List<RawRecord> some = rows.subList(0, Math.min(rows.size(), ROWS_AT_ONCE));
                List<RawRecord> next = List.copyOf(some);
                some.clear();
                return CompletableFuture.completedFuture(next);
            }

            @Override
            public void close() {}
        };
    }

    private static final Catalogs CATALOGS = Catalogs.of(FoldWorld.catalog(FoldWorld.ONE, FoldWorld.TWO));

    private static CompletableFuture<Void> run(FoldWorld world) {
        return run(MANIFEST, world);
    }

    private static CompletableFuture<Void> run(Manifest manifest, FoldWorld world) {
        return importer(world).run(manifest, ImporterTest::rows, SILENT);
    }

    private static Importer importer(FoldWorld world) {
        return new Importer(
                CATALOGS,
                ports(world, new InMemoryCheckpoints()),
                world.archive,
                new Importer.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, Runnable::run));
    }

    private static ChangePorts ports(FoldWorld world, InMemoryCheckpoints checkpoints) {
        InMemoryImportLog imports = new InMemoryImportLog();
        imports.append(MANIFEST).join();
        return new ChangePorts(
                new HistoryPorts(world.archive, new InMemoryRedriveLog(), checkpoints, world.control),
                world.items,
                world.quarantine,
                new InMemoryBackfillLog(),
                world.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> world.nowMillis,
                new Random(1),
                imports);
    }

    private static Map<String, String> bytes(FoldWorld world) {
        Map<String, String> bytes = new TreeMap<>();
        world.items.items.forEach((key, item) -> bytes.put(
                key.partitionKey() + " " + key.sortKey(),
                item.mark().text() + " " + HexFormat.of().formatHex(item.body())));
        return bytes;
    }

    private static void assertDone(FoldWorld world) {
        assertThat(world.control.lanes).hasSize(PARTS).allSatisfy((id, row) -> {
            assertThat(row.ended()).isTrue();
            assertThat(row.count()).isEqualTo(ROWS);
            assertThat(row.last()).isEqualTo(Part.position(ROWS));
            assertThat(row.maxArrivalMillis()).as("when it became known").isEqualTo(MANIFEST.timeMillis());
            assertThat(row.ancestors()).as("nobody asks the stream for them").isEmpty();
            assertThat(world.archive.records(id)).hasSize(ROWS);
        });
    }

    @Test
    void importsEveryPartAndWritesEachItemOnce() {
        FoldWorld world = new FoldWorld();

        run(world).join();

        assertDone(world);
        assertThat(world.items.puts).doesNotHaveDuplicates().hasSameSizeAs(world.items.items.keySet());
        assertThat(world.items.items.keySet().stream().map(ItemKey::lane).distinct())
                .hasSize(PARTS);
    }

    @Test
    void aRehearsalOfAPartSaysWhatItWritesAndWritesNothing() {
        FoldWorld world = new FoldWorld();
        List<Importer.Written> said = MANIFEST.parts().stream()
                .map(part -> importer(world)
                        .rehearse(MANIFEST, part, ImporterTest::rows, SILENT)
                        .join())
                .toList();
        assertThat(world.items.items).isEmpty();
        assertThat(world.control.lanes).isEmpty();
        assertThat(world.control.control).isNull();
        assertThat(world.archive.segments).isEmpty();

        run(world).join();

        assertThat(said.stream().mapToLong(Importer.Written::items).sum()).isEqualTo(world.items.items.size());
        assertThat(said).allSatisfy(one -> assertThat(one.writeUnits()).isEqualTo(one.items()));
    }

    @Test
    void aSecondRunWritesNothing() {
        FoldWorld world = new FoldWorld();
        run(world).join();
        Map<String, LaneRow> before = Map.copyOf(world.control.lanes);
        int puts = world.items.puts.size();

        run(world).join();

        assertThat(world.control.lanes).isEqualTo(before);
        assertThat(world.items.puts).hasSize(puts);
    }

    /** A run dies at its n-th write of an item, for every n. */
    @Test
    void goesOnAfterAnyKillWithTheSameBytes() {
        FoldWorld whole = new FoldWorld();
        run(whole).join();
        int writes = whole.items.puts.size();

        for (int kill = 1; kill <= writes; kill++) {
            FoldWorld world = new FoldWorld();
            int[] left = {kill};
            world.items.faults = key -> left[0]-- > 0 ? Fault.NONE : Fault.REFUSED;
            CompletableFuture<Void> killed = run(world);
            if (kill < writes) {
                assertThat(killed).as("kill at %d", kill).isCompletedExceptionally();
            }
            world.items.faults = key -> Fault.NONE;

            run(world).join();

            assertDone(world);
            assertThat(bytes(world)).as("kill at %d", kill).isEqualTo(bytes(whole));
        }
    }

    /** What one of two runs at once wrote, the other finds. */
    @Test
    void anotherRunInBetweenChangesNothing() {
        FoldWorld whole = new FoldWorld();
        run(whole).join();
        FoldWorld world = new FoldWorld();
        boolean[] once = {true};
        world.control.beforeLaneWrite = () -> {
            if (once[0]) {
                once[0] = false;
                run(world).join();
            }
        };

        run(world).join();

        assertDone(world);
        assertThat(bytes(world)).isEqualTo(bytes(whole));
    }

    @Test
    void anUnreachableArchiveLeavesNoLaneBehind() {
        FoldWorld world = new FoldWorld();
        world.archive.failing = segment -> true;

        CompletableFuture<Void> run = run(world);

        assertThat(run).isCompletedExceptionally();
        assertThat(world.control.lanes).isEmpty();
        world.archive.failing = segment -> false;
        run(world).join();
        assertDone(world);
    }

    @Test
    void aRestoredStateTakesAnImport() {
        FoldWorld world = new FoldWorld();
        world.control.control = new ControlRow(
                1,
                "g1",
                ControlRow.Phase.LIVE,
                control(FoldWorld.ONE, FoldWorld.TWO).views(),
                new ControlRow.Restore("c", null));

        run(world).join();

        assertDone(world);
    }

    /** The run was killed while it archived, and the state was then restored: one part is there up to its third row. */
    @Test
    void aRestoreInTheMiddleOfAPartIsContinued() {
        FoldWorld whole = new FoldWorld();
        run(whole).join();
        FoldWorld world = new FoldWorld();
        world.control.control = control(FoldWorld.ONE, FoldWorld.TWO);
        InMemoryCheckpoints checkpoints = new InMemoryCheckpoints();
        new Checkpointer(
                        CATALOGS,
                        new CheckpointPorts(
                                new InMemoryScan(world.items), world.control, checkpoints, () -> world.nowMillis),
                        new CheckpointSettings(1, 2, 1, 1_000))
                .run("c", "attempt", Long.MAX_VALUE, (done, segments, items, bytes) -> {})
                .join();
        world.archive.failing = segment -> segment.count() > 0;
        assertThat(run(world)).isCompletedExceptionally();
        world.archive.failing = segment -> false;
        world.control.control = null;
        new Restorer(CATALOGS, ports(world, checkpoints), new RestoreSettings(4, 2, 2, 0))
                .restore("g1", new ControlRow.Restore("c", null), RestoreListener.NONE)
                .join();
        assertThat(world.control.lanes.values()).isNotEmpty().allSatisfy(row -> {
            assertThat(row.last()).isEqualTo(Part.position(ROWS_AT_ONCE));
            assertThat(row.ended()).isFalse();
        });

        run(world).join();

        assertDone(world);
        assertThat(folded(world)).isEqualTo(folded(whole));
    }

    /** The first of two is killed before it folds anything, and goes on after the second. */
    @Test
    void twoImportsMayBeUnderWayAtOnce() {
        Manifest second = new Manifest(
                2,
                MANIFEST.timeMillis() + 1,
                MANIFEST.source(),
                MANIFEST.streamArn(),
                MANIFEST.seam(),
                MANIFEST.files(),
                MANIFEST.map(),
                MANIFEST.sameId(),
                MANIFEST.parts());
        FoldWorld apart = new FoldWorld();
        run(apart).join();
        run(second, apart).join();
        FoldWorld world = new FoldWorld();
        world.items.faults = key -> Fault.REFUSED;
        assertThat(run(world)).isCompletedExceptionally();
        world.items.faults = key -> Fault.NONE;

        run(second, world).join();

        assertThat(world.control.lanes.values().stream()
                        .filter(row -> !row.ended())
                        .map(row -> Lane.importOf(row.lane().id())))
                .containsExactly(1L, 1L, 1L);
        run(world).join();
        assertThat(world.control.lanes)
                .hasSize(2 * PARTS)
                .allSatisfy((id, row) -> assertThat(row.ended()).isTrue());
        assertThat(bytes(world)).isEqualTo(bytes(apart));
    }

    /** A new version of a view is switched on before the n-th write of a row: its backfill takes what the import does not. */
    @Test
    void aViewThatIsActivatedMeanwhileHasEveryRowOnce() {
        FoldWorld whole = new FoldWorld();
        run(whole).join();
        for (int write = 1; write <= 2 * PARTS; write++) {
            FoldWorld world = new FoldWorld();
            world.control.control = control(FoldWorld.ONE);
            int[] left = {write};
            Runnable activation = () -> {
                if (--left[0] == 0) {
                    world.control.control = Activation.start(
                                    Objects.requireNonNull(world.control.control), Set.of(FoldWorld.TWO.version()))
                            .orElseThrow();
                }
            };
            world.control.beforeLaneCreate = activation;
            world.control.beforeLaneWrite = activation;

            run(world).join();
            new Backfill(
                            CATALOGS.current(),
                            ports(world, new InMemoryCheckpoints()),
                            new Backfill.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, 9))
                    .run(List.of(FoldWorld.TWO), new QuietBackfill())
                    .join();

            assertThat(left[0]).isLessThanOrEqualTo(0);
            assertDone(world);
            assertThat(folded(world)).as("activated at write %d", write).isEqualTo(folded(whole));
        }
    }

    private static ControlRow control(View... views) {
        Set<String> versions = Stream.of(views).map(View::version).collect(Collectors.toSet());
        return Activation.next(null, versions, "g1").orElseThrow();
    }

    private static List<String> folded(FoldWorld world) {
        List<String> all = new ArrayList<>();
        for (View view : List.of(FoldWorld.ONE, FoldWorld.TWO)) {
            view.ladder().widths().forEach(width -> all.addAll(world.foldedInto(view, width)));
        }
        return all;
    }
}
