package dev.tidemark.core.change;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.position;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.Restore;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.AuditStart;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.past.StateAudit;
import dev.tidemark.core.store.CheckpointStore.Manifest;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checkpoints are taken while a stream is folded, resharded, redriven and a view is activated, by several processes that
 * crash; then one is restored by processes that crash, and every item must be the live one's, to the byte.
 */
class RestoreStormTest {

    private static final View PLAIN = FoldWorld.ONE;
    private static final View DROPPING = FoldWorld.headed(FoldWorld.dropping("8888888888888888", 3), 2);
    private static final View LATER = FoldWorld.headed(FoldWorld.dropping("9999999999999999", 4), 3);
    private static final View[] ALL = {PLAIN, DROPPING, LATER};
    private static final Lane CHILD = FoldWorld.lane("shardId-000000000001");
    private static final String[] ENTITIES = {"ann", "bob", "cid"};
    private static final int RECORDS = 40;
    private static final int STEPS = 60;
    private static final int MAX_RESTARTS = 500;

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 300));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsRestoredIsWhatWasLive(long seed) {
        Storm storm = new Storm(seed);
        storm.live();
        storm.restoreToTheEnd();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsRestoredToATimeIsWhatHadArrived(long seed) {
        Storm storm = new Storm(seed);
        storm.live();
        storm.restoreToTimes();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatWasLiveIsWhatACheckpointAndTheRecordsAfterItMake(long seed) {
        Storm storm = new Storm(seed);
        storm.live();
        storm.audit();
    }

    @Test
    void stormsDoHaveFaultsInThem() {
        int restarts = 0;
        int resumed = 0;
        int redriven = 0;
        int ahead = 0;
        int times = 0;
        int nested = 0;
        int childrenLater = 0;
        for (long seed = 0; seed < 40; seed++) {
            Storm storm = new Storm(seed);
            storm.live();
            storm.restoreToTheEnd();
            storm.restoreToTimes();
            restarts += storm.restarts;
            resumed += storm.resumedCheckpoints;
            redriven += storm.redrives.manifests.size();
            ahead += storm.objectsReadAgain;
            times += storm.times;
            nested += storm.nested;
            childrenLater += storm.childrenLater;
        }
        assertThat(restarts).isPositive();
        assertThat(resumed).isPositive();
        assertThat(redriven).isPositive();
        assertThat(ahead).as("tiles read again").isPositive();
        assertThat(times).isPositive();
        assertThat(nested).as("two restores at once").isPositive();
        assertThat(childrenLater).as("lanes born after the positions").isPositive();
    }

    private static final class Poller {

        private final Lane lane;
        private final List<RawRecord> records = new ArrayList<>();
        private int checkpoint;

        Poller(Lane lane) {
            this.lane = lane;
        }

        boolean isDone() {
            return checkpoint == records.size();
        }
    }

    private static final class Storm {

        private final long seed;
        private final Random random;
        private final FoldWorld world = new FoldWorld();
        private final Poller parent = new Poller(LANE);
        private final Poller child = new Poller(CHILD);
        private final List<BatchFold> sandboxes;
        private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
        private final InMemoryCheckpoints checkpoints = new InMemoryCheckpoints();
        private final InMemoryScan scan = new InMemoryScan(world.items);
        private final List<String> ids = new ArrayList<>();
        private boolean calm;
        private boolean inHook;
        private int attempts;
        private int restarts;
        private int resumedCheckpoints;
        private int objectsReadAgain;
        private int times;
        private int nested;
        private int childrenLater;

        Storm(long seed) {
            this.seed = seed;
            random = new Random(seed);
            for (int n = 0; n < RECORDS; n++) {
                add(parent, n, n);
                add(child, 100 + n, RECORDS + 10 + n);
            }
            lineage(world);
            world.items.faults = key -> fault();
            world.archive.failing = segment -> chance(8);
            world.control.control = new ControlRow(
                    1,
                    "g1",
                    ControlRow.Phase.LIVE,
                    Map.of(PLAIN.version(), ViewStatus.ACTIVE, DROPPING.version(), ViewStatus.ACTIVE));
            sandboxes = List.of(world.fold(ALL), world.fold(ALL));
            checkpoints.refused = () -> chance(5);
            scan.failing = () -> chance(5);
            scan.descending = random.nextBoolean();
            scan.beforePage = this::meanwhile;
        }

        private void lineage(FoldWorld of) {
            Position end = parent.records.get(parent.records.size() - 1).position();
            of.lineage.parents.put(CHILD.id(), List.of(LANE));
            of.lineage.drained = (lane, last) -> lane.equals(LANE) && last.equals(end);
            of.lineage.begins = (lane, first) -> !first.isAfter(
                    (lane.equals(LANE) ? parent : child).records.get(0).position());
        }

        private void add(Poller lane, int n, int order) {
            String entity = ENTITIES[random.nextInt(ENTITIES.length)];
            long late = random.nextInt(3) == 0 ? random.nextInt(7_200_000) : random.nextInt(2_000);
            long regress = random.nextInt(5) == 0 ? 1_000 * random.nextInt(90) : 0;
            long arrival = NOW_MILLIS + 20_000L * order - regress;
            String data = random.nextInt(8) == 0
                    ? "bad" + n
                    : entity + "@" + (arrival - late) + (random.nextInt(6) == 0 ? "" : "#" + id(entity));
            lane.records.add(new RawRecord(position(n, 0), arrival, "key", FoldWorld.event(data)));
        }

        private String id(String entity) {
            if (!ids.isEmpty() && random.nextInt(5) < 2) {
                return ids.get(Math.max(0, ids.size() - 1 - random.nextInt(12)));
            }
            ids.add(entity + ids.size());
            return ids.get(ids.size() - 1);
        }

        void live() {
            int activation = random.nextInt(STEPS);
            for (int step = 0; step < STEPS; step++) {
                if (step == activation) {
                    activate();
                }
                fold();
                if (random.nextInt(6) == 0) {
                    checkpoint();
                }
            }
            calm = true;
            while (!parent.isDone() || !child.isDone()) {
                fold();
            }
            world.items.landLate();
            redrive();
            checkpoints.positions.keySet().forEach(this::checkpoint);
            assertThat(checkpoints.manifests.keySet()).isEqualTo(checkpoints.positions.keySet());
        }

        private void activate() {
            ControlRow row = Objects.requireNonNull(world.control.control);
            Map<String, ViewStatus> views = new HashMap<>(row.views());
            views.put(LATER.version(), ViewStatus.BACKFILLING);
            world.control.control = row.withViews(views);
        }

        /** What goes on while a page is scanned. */
        private void meanwhile() {
            if (inHook || calm) {
                return;
            }
            inHook = true;
            for (int i = random.nextInt(3); i > 0; i--) {
                fold();
            }
            inHook = false;
        }

        private void fold() {
            Poller lane = random.nextBoolean() ? parent : child;
            if (chance(20)) {
                world.items.landLate();
            }
            if (!calm && random.nextInt(12) == 0) {
                redrive();
            }
            int from = random.nextInt(4) == 0 ? random.nextInt(lane.checkpoint + 1) : lane.checkpoint;
            int to = Math.min(lane.records.size(), from + 1 + random.nextInt(8));
            if (from == to) {
                return;
            }
            List<RawRecord> records = lane.records.subList(from, to);
            records.forEach(record -> world.nowMillis = Math.max(world.nowMillis, record.arrivalMillis() + 1));
            world.control.laneFaults.clear();
            Fault fault = fault();
            if (fault != Fault.LATE && fault != Fault.NONE) {
                world.control.laneFaults.add(fault);
            }
            BatchOutcome outcome = world.deliver(sandboxes.get(random.nextInt(sandboxes.size())), lane.lane, records);
            assertThat(outcome.violations()).isEmpty();
            world.control.laneFaults.clear();
            String failed = outcome.firstFailed();
            int done = from;
            while (done < to
                    && (failed == null
                            || !lane.records
                                    .get(done)
                                    .position()
                                    .sequenceNumber()
                                    .equals(failed))) {
                done++;
            }
            lane.checkpoint = Math.max(lane.checkpoint, done);
        }

        /** Half of what is in quarantine, repaired. */
        private void redrive() {
            List<Candidate> candidates = new ArrayList<>();
            for (Quarantine.Entry entry : world.quarantine.entries.values()) {
                if (random.nextBoolean()) {
                    RawRecord bad = entry.record();
                    String entity = ENTITIES[bad.data().length % ENTITIES.length];
                    String repaired = entity + "@" + (bad.arrivalMillis() - 5) + "#" + entity + "0";
                    candidates.add(new Candidate(entry, FoldWorld.event(repaired)));
                }
            }
            redriver(world).redrive(candidates).join();
        }

        private Redriver redriver(FoldWorld of) {
            return new Redriver(
                    FoldWorld.catalog(ALL), redrivePorts(of, redrives, of.nowMillis), new FoldSettings("g1", 4, 3, 0));
        }

        private ChangePorts redrivePorts(FoldWorld of, RedriveLog log, long nowMillis) {
            return MemoryPorts.ofRedrives(log, of.control, of.items, () -> nowMillis);
        }

        private void checkpoint() {
            String[] all = {"20260101T000000Z-0000", "20260101T010000Z-0000", "20260101T020000Z-0000"};
            checkpoint(all[random.nextInt(all.length)]);
        }

        /** One process: it may be stopped, fail, and share the checkpoint with another that runs in the middle of it. */
        private void checkpoint(String id) {
            if (checkpoints.positions.containsKey(id) && !checkpoints.manifests.containsKey(id)) {
                resumedCheckpoints++;
            }
            int patience = calm ? Integer.MAX_VALUE : random.nextInt(40);
            int[] asked = {0};
            Checkpointer checkpointer = new Checkpointer(
                    Catalogs.of(FoldWorld.catalog(ALL)),
                    new CheckpointPorts(
                            scan,
                            world.control,
                            checkpoints,
                            () -> asked[0]++ < patience ? world.nowMillis : world.nowMillis + 1_000_000),
                    new CheckpointSettings(3, 2, 2, 2_000));
            try {
                checkpointer
                        .run(id, "attempt" + attempts++, world.nowMillis + 900_000, (a, b, c, d) -> {})
                        .join();
            } catch (CompletionException failed) {
                assertThat(failed).hasRootCauseInstanceOf(TimeoutException.class);
            }
        }

        private FoldWorld restoredWorld() {
            FoldWorld restored = new FoldWorld();
            restored.generation = "g2";
            restored.nowMillis = world.nowMillis;
            lineage(restored);
            return restored;
        }

        void restoreToTheEnd() {
            for (Manifest manifest : checkpoints.manifests.values()) {
                FoldWorld restored = restoredWorld();
                calm = false;
                restore(restored, new Restore(manifest.id(), null));
                calm = true;
                restored.items.landLate();
                objectsReadAgain += (int) (manifest.items() - distinctItems(manifest));
                childrenLater += manifest.positions().lanesById().containsKey(CHILD.id()) ? 0 : 1;
                compareWithLive(restored, manifest);
                goOn(restored);
            }
        }

        private long distinctItems(Manifest manifest) {
            long items = 0;
            for (int bucket = 0; bucket < manifest.buckets(); bucket++) {
                items += checkpoints.read(manifest, bucket).join().size();
            }
            return items;
        }

        /** The state from every checkpoint and from the archive, and restored states from where they come from. */
        void audit() {
            for (View view : List.of(PLAIN, DROPPING)) {
                audit(world, view, Checkpoints.none(checkpoints), AuditReport.ARCHIVE);
            }
            for (Manifest manifest : checkpoints.manifests.values()) {
                FoldWorld restored = restoredWorld();
                calm = false;
                restore(restored, new Restore(manifest.id(), null));
                calm = true;
                restored.items.landLate();
                for (View view : List.of(PLAIN, DROPPING)) {
                    Checkpoints only = Checkpoints.only(checkpoints, manifest.id());
                    audit(world, view, only, manifest.id());
                    audit(restored, view, only, manifest.id());
                }
            }
        }

        private void audit(FoldWorld of, View view, Checkpoints from, String begin) {
            HistoryPorts ports = new HistoryPorts(world.archive, redrives, checkpoints, of.control);
            AuditReport report = new StateAudit(Catalogs.of(FoldWorld.catalog(ALL)), ports, new InMemoryScan(of.items))
                    .audit(view, List.of(ENTITIES), new AuditStart(from, Long.MAX_VALUE, Map.of()), of.nowMillis)
                    .join();
            assertThat(report.begins()).containsExactly(begin);
            assertThat(report.items()).isPositive();
            assertThat(report.count(Difference.Kind.FAULT))
                    .as("seed %d, %s from '%s': %s", seed, view.version(), begin, report.differences())
                    .isZero();
        }

        void restoreToTimes() {
            for (Manifest manifest : checkpoints.manifests.values()) {
                long from = manifest.asOfMillisOfAll();
                long last = NOW_MILLIS + 20_000L * (2 * RECORDS + 10);
                if (from == Long.MIN_VALUE || from > last) {
                    continue;
                }
                times++;
                long target = from + (random.nextInt(3) == 0 ? 0 : random.nextLong(last - from + 1));
                FoldWorld restored = restoredWorld();
                calm = false;
                restore(restored, new Restore(manifest.id(), target));
                calm = true;
                restored.items.landLate();
                compareWithArrived(restored, manifest, target);
            }
        }

        /** Until it is live, whatever crashes; now and then a second process does the same in the middle of a put. */
        private void restore(FoldWorld restored, Restore restore) {
            int[] depth = {0};
            restored.items.faults = key -> {
                if (!calm && depth[0] == 0 && random.nextInt(60) == 0) {
                    depth[0]++;
                    nested++;
                    attempt(restored, restore);
                    depth[0]--;
                }
                return fault();
            };
            for (int i = 0; i < MAX_RESTARTS; i++) {
                calm = i > 20;
                if (attempt(restored, restore)) {
                    restored.items.faults = key -> Fault.NONE;
                    return;
                }
                restarts++;
                if (random.nextBoolean()) {
                    restored.items.landLate();
                }
            }
            throw new AssertionError("not restored, seed " + seed);
        }

        private boolean attempt(FoldWorld restored, Restore restore) {
            int patience = random.nextInt(30);
            int[] paused = {0};
            ChangePorts ports = new ChangePorts(
                    new HistoryPorts(world.archive, redrives, checkpoints, restored.control),
                    restored.items,
                    restored.quarantine,
                    new InMemoryBackfillLog(),
                    restored.lineage,
                    millis -> !calm && paused[0]++ > patience
                            ? CompletableFuture.failedFuture(new IllegalStateException("killed"))
                            : CompletableFuture.completedFuture(null),
                    () -> 0,
                    new Random(random.nextLong()));
            Restorer restorer = new Restorer(
                    new Catalogs(FoldWorld.catalog(PLAIN, DROPPING), FoldWorld.catalog(ALL)),
                    ports,
                    new RestoreSettings(4, 2, 1 + random.nextInt(9), random.nextBoolean() ? 0 : 1 << 20));
            try {
                return restorer.restore("g2", restore, RestoreListener.NONE)
                                .join()
                                .phase()
                        == ControlRow.Phase.LIVE;
            } catch (CompletionException killed) {
                if (calm) {
                    throw killed;
                }
                return false;
            }
        }

        private void compareWithLive(FoldWorld restored, Manifest manifest) {
            ControlRow control = Objects.requireNonNull(restored.control.control);
            assertThat(control.generation()).isEqualTo("g2");
            Map<String, String> wanted = new TreeMap<>();
            Map<String, String> found = new TreeMap<>();
            world.items.items.forEach((key, item) -> {
                if (isRestored(key, restored, control)) {
                    wanted.put(text(key), text(item));
                }
            });
            restored.items.items.forEach((key, item) -> {
                if (isRestored(key, restored, control)) {
                    found.put(text(key), text(item));
                }
            });
            assertThat(found).as("seed %d, checkpoint %s", seed, manifest.id()).isEqualTo(wanted);
            for (Poller poller : List.of(parent, child)) {
                LaneRow row = Objects.requireNonNull(restored.control.lanes.get(poller.lane.id()));
                LaneRow live = Objects.requireNonNull(world.control.lanes.get(poller.lane.id()));
                assertThat(row.last()).isEqualTo(live.last());
                assertThat(row.count()).isEqualTo(live.count());
                assertThat(row.maxArrivalMillis()).isEqualTo(live.maxArrivalMillis());
                assertThat(row.countsOf(DROPPING.version())).isEqualTo(live.countsOf(DROPPING.version()));
                assertThat(row.awaitsOverlap()).isTrue();
                assertThat(row.generation()).isEqualTo("g2");
            }
        }

        /** A view that a lane folds from elsewhere on is another matter: its backfill comes after the restore. */
        private boolean isRestored(ItemKey key, FoldWorld restored, ControlRow control) {
            if (!key.isLive()) {
                return control.folds(key.viewVersion());
            }
            LaneRow row = Objects.requireNonNull(restored.control.lanes.get(key.lane()));
            LaneRow live = Objects.requireNonNull(world.control.lanes.get(key.lane()));
            Position activatedAfter = row.views().get(key.viewVersion());
            return activatedAfter != null && activatedAfter.equals(live.views().get(key.viewVersion()));
        }

        /** The live fold takes over from the beginning of the stream, and nothing changes, but for new activations. */
        private void goOn(FoldWorld restored) {
            Map<String, String> before = texts(restored, PLAIN, DROPPING);
            BatchFold fold = restored.fold(ALL);
            for (Poller poller : List.of(parent, child)) {
                for (int from = 0; from < poller.records.size(); from += 7) {
                    List<RawRecord> batch = poller.records.subList(from, Math.min(poller.records.size(), from + 7));
                    BatchOutcome outcome = restored.deliver(fold, poller.lane, batch);
                    assertThat(outcome.isDone())
                            .as("held %s: %s", outcome.held(), outcome.troubles())
                            .isTrue();
                }
                assertThat(Objects.requireNonNull(restored.control.lanes.get(poller.lane.id()))
                                .awaitsOverlap())
                        .isFalse();
            }
            assertThat(texts(restored, PLAIN, DROPPING)).isEqualTo(before);
        }

        /** A fold of just those records, with no faults. */
        private void compareWithArrived(FoldWorld restored, Manifest manifest, long target) {
            FoldWorld oracle = restoredWorld();
            Position cut = null;
            oracle.control.control = new ControlRow(
                    1,
                    "g2",
                    ControlRow.Phase.LIVE,
                    manifest.positions().control().views());
            BatchFold fold = oracle.fold(ALL);
            for (Poller poller : List.of(parent, child)) {
                long reached = Long.MIN_VALUE;
                for (RawRecord record : poller.records) {
                    reached = Math.max(reached, record.arrivalMillis());
                    if (reached > target) {
                        cut = record.position();
                        break;
                    }
                    // As often as ids that push each other out need.
                    while (!oracle.deliver(fold, poller.lane, List.of(record)).isDone()) {
                        assertThat(poller).as("a child before its parent's end").isSameAs(parent);
                    }
                }
            }
            InMemoryRedriveLog known = new InMemoryRedriveLog();
            for (RedriveLog.Manifest redrive : redrives.manifests) {
                if (redrive.timeMillis() <= target) {
                    known.append(redrive).join();
                    new Redriver(
                                    FoldWorld.catalog(ALL),
                                    redrivePorts(oracle, known, redrive.timeMillis()),
                                    new FoldSettings("g2", 4, 3, 0))
                            .redrive(List.of())
                            .join();
                }
            }
            assertThat(texts(restored, PLAIN, DROPPING))
                    .as("seed %d, checkpoint %s, up to %d, before %s", seed, manifest.id(), target, cut)
                    .isEqualTo(texts(oracle, PLAIN, DROPPING));
        }

        private static Map<String, String> texts(FoldWorld of, View... views) {
            Map<String, String> texts = new TreeMap<>();
            of.items.items.forEach((key, item) -> {
                if (Stream.of(views).anyMatch(view -> view.version().equals(key.viewVersion()))) {
                    texts.put(text(key), text(item));
                }
            });
            return texts;
        }

        private static String text(ItemKey key) {
            return key.partitionKey() + " " + key.sortKey();
        }

        private static String text(StoredItem item) {
            return item.mark().text() + " " + item.expiresAtSeconds() + " "
                    + HexFormat.of().formatHex(item.body());
        }

        private Fault fault() {
            if (calm || random.nextInt(100) >= 12) {
                return Fault.NONE;
            }
            List<Fault> all = List.of(Fault.values());
            return all.get(random.nextInt(all.size()));
        }

        private boolean chance(int percent) {
            return !calm && random.nextInt(100) < percent;
        }
    }
}
