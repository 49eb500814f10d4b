package dev.tidemark.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalogs;
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
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rule I1: an import may be killed anywhere, repeated and run twice. */
class ImporterTest {

    private static final int PARTS = 3;
    private static final int ROWS = 7;

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
            public List<RawRecord> next(int most) {
                List<RawRecord> next = List.copyOf(rows);
                rows.clear();
                return next;
            }

            @Override
            public void close() {}
        };
    }

    private static CompletableFuture<Void> run(FoldWorld world) {
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(world.archive, new InMemoryRedriveLog(), new InMemoryCheckpoints(), world.control),
                world.items,
                world.quarantine,
                new InMemoryBackfillLog(),
                world.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> world.nowMillis,
                new Random(1));
        return new Importer(
                        Catalogs.of(FoldWorld.catalog(FoldWorld.ONE, FoldWorld.TWO)),
                        ports,
                        world.archive,
                        new Importer.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, Runnable::run))
                .run(MANIFEST, ImporterTest::rows, SILENT);
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
}
