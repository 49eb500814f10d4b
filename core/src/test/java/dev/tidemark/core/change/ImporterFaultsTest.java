package dev.tidemark.core.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule I1 at every store call, with runs in between, new views and restored lanes. */
class ImporterFaultsTest {

    private static final int ROWS = 9;
    private static final long SEEDS = 300;
    private static final View THREE = FoldWorld.view("3333333333333333");
    private static final View[] OLD = {FoldWorld.ONE, FoldWorld.TWO};
    private static final View[] NEW = {FoldWorld.ONE, FoldWorld.TWO, THREE};

    private static final Manifest MANIFEST = new Manifest(
            1,
            FoldWorld.NOW_MILLIS,
            "clicks",
            FoldWorld.LANE.streamArn(),
            new Seam(FoldWorld.NOW_MILLIS, 0),
            List.of(new File("a.csv", 1, "00")),
            "{}",
            SameId.REFUSE,
            List.of(new Part(0, ROWS, "00"), new Part(1, ROWS, "01")));

    private static final Importer.Progress SILENT = new Importer.Progress() {

        @Override
        public void archived(int rows) {}

        @Override
        public void folded(int rows) {}

        @Override
        public void done(Part part, int items) {}
    };

    private static List<RawRecord> records(int part) {
        List<RawRecord> rows = new ArrayList<>();
        for (int row = 1; row <= ROWS; row++) {
            // Of more than one block.
            byte[] click = FoldWorld.event(
                    "ann" + part + row % 2 + "@" + (FoldWorld.NOW_MILLIS - 100_000_000 + row * 10_000_000L));
            rows.add(new RawRecord(Part.position(row), FoldWorld.NOW_MILLIS, "key", click));
        }
        return rows;
    }

    private static ImportRows.Cursor open(int part) {
        List<RawRecord> rows = records(part);
        return new ImportRows.Cursor() {

            @Override
            public CompletableFuture<List<RawRecord>> next(int most) {
                List<RawRecord> next = List.copyOf(rows);
                rows.clear();
                return CompletableFuture.completedFuture(next);
            }

            @Override
            public void close() {}
        };
    }

    private static CompletableFuture<Void> begin(FoldWorld world, StoreCalls.Run run, View... views) {
        return begin(world, run, ImporterFaultsTest::open, views);
    }

    private static CompletableFuture<Void> begin(FoldWorld world, StoreCalls.Run run, ImportRows rows, View... views) {
        ControlStore control = run.of(ControlStore.class, world.control);
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(world.archive, new InMemoryRedriveLog(), new InMemoryCheckpoints(), control),
                run.of(ItemStore.class, world.items),
                world.quarantine,
                new InMemoryBackfillLog(),
                world.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> world.nowMillis,
                new Random(1));
        return new Importer(
                        Catalogs.of(FoldWorld.catalog(views)),
                        ports,
                        run.of(Archive.class, world.archive),
                        new Importer.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, Runnable::run))
                .run(MANIFEST, rows, SILENT);
    }

    private static StoreCalls.Run wholeRun(FoldWorld world, View... views) {
        return wholeRun(world, ImporterFaultsTest::open, views);
    }

    private static StoreCalls.Run wholeRun(FoldWorld world, ImportRows rows, View... views) {
        StoreCalls calls = new StoreCalls();
        StoreCalls.Run run = calls.new Run(Integer.MAX_VALUE, true);
        CompletableFuture<Void> done = begin(world, run, rows, views);
        calls.drain(new Random(0));
        done.join();
        return run;
    }

    private static Map<String, String> bytes(FoldWorld world) {
        Map<String, String> bytes = new TreeMap<>();
        world.items.items.forEach((key, item) -> bytes.put(
                key.partitionKey() + " " + key.sortKey(),
                item.mark().text() + " " + HexFormat.of().formatHex(item.body())));
        return bytes;
    }

    private static void assertDone(FoldWorld world, String as) {
        assertThat(world.control.lanes).as(as).hasSize(MANIFEST.parts().size()).allSatisfy((id, row) -> {
            assertThat(row.ended()).isTrue();
            assertThat(row.count()).isEqualTo(ROWS);
            assertThat(row.last()).isEqualTo(Part.position(ROWS));
            assertThat(row.maxArrivalMillis()).isEqualTo(MANIFEST.timeMillis());
            assertThat(world.archive.records(id)).hasSize(ROWS);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnAfterAKillAtAnyCall(boolean carriedOut) {
        FoldWorld whole = new FoldWorld();
        int calls = wholeRun(whole, OLD).calls();
        assertThat(calls).as("the calls of a run").isGreaterThan(15);

        for (int kill = 1; kill <= calls; kill++) {
            FoldWorld world = new FoldWorld();
            StoreCalls killed = new StoreCalls();
            CompletableFuture<Void> run = begin(world, killed.new Run(kill, carriedOut), OLD);
            killed.drain(new Random(kill));
            assertThat(run).as("kill at %d", kill).isCompletedExceptionally();

            wholeRun(world, OLD);

            assertDone(world, "kill at " + kill);
            assertThat(bytes(world)).as("kill at %d", kill).isEqualTo(bytes(whole));
        }
    }

    /** Whoever has lost the files, or written them again, finishes what is archived. */
    @Test
    void whatIsArchivedIsFoldedWithoutTheFiles() {
        FoldWorld whole = new FoldWorld();
        int calls = wholeRun(whole, OLD).calls();
        int resumed = 0;

        for (int kill = 1; kill <= calls; kill++) {
            FoldWorld world = new FoldWorld();
            StoreCalls killed = new StoreCalls();
            CompletableFuture<Void> run = begin(world, killed.new Run(kill, true), OLD);
            killed.drain(new Random(kill));
            assertThat(run).as("kill at %d", kill).isCompletedExceptionally();
            if (world.control.lanes.size() == MANIFEST.parts().size()) {
                resumed++;
                wholeRun(world, new ArchivedRows(world.archive, MANIFEST), OLD);

                assertDone(world, "kill at " + kill);
                assertThat(bytes(world)).as("kill at %d", kill).isEqualTo(bytes(whole));
            }
        }
        assertThat(resumed).as("kills after everything was archived").isGreaterThan(4);
    }

    @Test
    void rowsThatTheArchiveHasLostAreMissed() {
        FoldWorld world = new FoldWorld();
        wholeRun(world, OLD);
        Manifest longer = new Manifest(
                1,
                MANIFEST.timeMillis(),
                MANIFEST.source(),
                MANIFEST.streamArn(),
                MANIFEST.seam(),
                MANIFEST.files(),
                MANIFEST.map(),
                MANIFEST.sameId(),
                List.of(new Part(0, ROWS + 2, "00"), new Part(7, 1, "07")));

        assertThatThrownBy(() -> readAll(new ArchivedRows(world.archive, longer), 0))
                .hasRootCauseInstanceOf(DamagedArchive.class)
                .hasMessageContaining(
                        "lacks 2 records after position '" + Part.position(ROWS).text() + "'");
        assertThatThrownBy(() -> readAll(new ArchivedRows(world.archive, longer), 7))
                .hasMessageContaining("lacks 1 records");
    }

    private static List<RawRecord> readAll(ImportRows rows, int part) {
        List<RawRecord> all = new ArrayList<>();
        try (ImportRows.Cursor cursor = rows.open(part)) {
            for (List<RawRecord> next = cursor.next(4).join();
                    !next.isEmpty();
                    next = cursor.next(4).join()) {
                all.addAll(next);
            }
        }
        return all;
    }

    /** One of the two may be killed anywhere, too. */
    @Test
    void twoRunsAtOnceWriteWhatOneDoes() {
        FoldWorld whole = new FoldWorld();
        wholeRun(whole, OLD);

        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            FoldWorld world = new FoldWorld();
            StoreCalls calls = new StoreCalls();
            CompletableFuture<Void> first = begin(world, calls.new Run(Integer.MAX_VALUE, true), OLD);
            CompletableFuture<Void> other =
                    begin(world, calls.new Run(1 + random.nextInt(25), random.nextBoolean()), OLD);
            calls.drain(random);
            assertThat(other).isDone();

            assertThat(first).as("seed %d", seed).isCompleted();
            assertDone(world, "seed " + seed);
            assertThat(bytes(world)).as("seed %d", seed).isEqualTo(bytes(whole));
        }
    }

    /** What folds with the new catalog begins while a run with the old one is somewhere. */
    @Test
    void aViewThatIsActivatedMeanwhileHasAllRowsOrBeginsAfterThem() {
        FoldWorld whole = new FoldWorld();
        wholeRun(whole, NEW);
        int[] begun = new int[2];

        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            FoldWorld world = new FoldWorld();
            StoreCalls calls = new StoreCalls();
            CompletableFuture<Void> other =
                    begin(world, calls.new Run(1 + random.nextInt(25), random.nextBoolean()), OLD);
            calls.drain(random);
            assertThat(other).isDone();
            world.control.control = Activation.next(
                            world.control.control,
                            Set.of(FoldWorld.ONE.version(), FoldWorld.TWO.version(), THREE.version()),
                            "g1")
                    .orElse(world.control.control);

            wholeRun(world, NEW);

            assertDone(world, "seed " + seed);
            for (Part part : MANIFEST.parts()) {
                Lane lane = MANIFEST.lane(part);
                Position begins = Objects.requireNonNull(world.control.lanes.get(lane.id()))
                        .views()
                        .get(THREE.version());
                boolean isBefore = begins != null && begins.compareTo(Part.position(1)) < 0;
                begun[isBefore ? 0 : 1]++;
                assertThat(of(world, lane, THREE))
                        .as("seed %d, view 3 from %s", seed, begins)
                        .isEqualTo(isBefore ? of(whole, lane, THREE) : Map.of());
                for (View old : OLD) {
                    assertThat(of(world, lane, old)).as("seed %d", seed).isEqualTo(of(whole, lane, old));
                }
            }
        }
        assertThat(begun).as("both happen").doesNotContain(0);
    }

    private static Map<String, String> of(FoldWorld world, Lane lane, View view) {
        Map<String, String> bytes = new TreeMap<>();
        world.items.items.forEach((key, item) -> {
            if (key.lane().equals(lane.id()) && key.viewVersion().equals(view.version())) {
                bytes.put(
                        key.partitionKey() + " " + key.sortKey(),
                        item.mark().text() + " " + HexFormat.of().formatHex(item.body()));
            }
        });
        return bytes;
    }

    /** As a restore may leave it: folded up to any row. */
    @Test
    void aLaneThatStandsInTheMiddleIsFoldedOn() {
        FoldWorld whole = new FoldWorld();
        wholeRun(whole, OLD);

        for (int last = 1; last <= ROWS; last++) {
            FoldWorld world = new FoldWorld();
            StoreCalls killed = new StoreCalls();
            // The rows of both parts are there, and nothing is folded yet.
            CompletableFuture<Void> other = begin(world, killed.new Run(callsUntilRows(), true), OLD);
            killed.drain(new Random(0));
            assertThat(other).isDone();
            LaneRow row = world.control.lanes.get(
                    MANIFEST.lane(new Part(0, ROWS, "00")).id());
            assertThat(Objects.requireNonNull(row).last()).isEqualTo(Position.ORIGIN);
            world.fold(OLD)
                    .fold(new Batch(row.lane(), records(0).subList(0, last)), Long.MAX_VALUE)
                    .join();

            wholeRun(world, OLD);

            assertDone(world, "from row " + last);
            assertThat(bytes(world)).as("from row %d", last).isEqualTo(bytes(whole));
        }
    }

    private static int callsUntilRows() {
        for (int kill = 1; ; kill++) {
            FoldWorld world = new FoldWorld();
            StoreCalls calls = new StoreCalls();
            CompletableFuture<Void> other = begin(world, calls.new Run(kill, true), OLD);
            calls.drain(new Random(0));
            assertThat(other).isDone();
            if (world.control.lanes.size() == MANIFEST.parts().size()) {
                return kill;
            }
        }
    }
}
