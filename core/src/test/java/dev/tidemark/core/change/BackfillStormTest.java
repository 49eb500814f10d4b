package dev.tidemark.core.change;

import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.ONE;
import static dev.tidemark.core.fold.FoldWorld.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A view is added while events keep coming, and all faults with them: sandboxes of old and new code with stale caches
 * deliver overlapping batches of lanes that split and merge, writes are refused, lost, or land late, while the view is
 * started and jobs that backfill it crash, resume and meet each other at any request. In the end the view holds exactly
 * what the view holds that was there from the start: no gap, nothing twice.
 *
 * <p>To replay a failing seed: {@code -Dtidemark.seed=N}. To try more: {@code -Dtidemark.seeds=N}.
 */
class BackfillStormTest {

    private static final int STEPS = 90;
    private static final int RECORDS_PER_LANE = 24;
    private static final String[] ENTITIES = {"ann", "bob", "cid", "dan"};

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 400));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theViewThatCameLaterHoldsWhatTheFirstOneHolds(long seed) {
        new Storm(seed).run();
    }

    @Test
    void stormsDoHaveFaultsAndMeetingsInThem() {
        int crashes = 0;
        int meetings = 0;
        int held = 0;
        int backfilled = 0;
        for (long seed = 0; seed < 20; seed++) {
            Storm storm = new Storm(seed);
            storm.run();
            crashes += storm.crashes;
            meetings += storm.meetings;
            held += storm.held;
            backfilled += storm.backfilledRecords();
        }
        assertThat(crashes).as("jobs that crashed").isGreaterThan(20);
        assertThat(meetings).as("jobs that met another or the live fold").isGreaterThan(100);
        assertThat(held).as("batches that old code refused").isGreaterThan(20);
        assertThat(backfilled).as("records that a backfill folded").isGreaterThan(200);
    }

    /** The records of one lane and how far they were reported done. */
    private static final class Source {

        private final Lane lane;
        private final List<RawRecord> records = new ArrayList<>();
        private int checkpoint;

        Source(int number) {
            lane = FoldWorld.lane("shardId-00000000000" + number);
        }
    }

    private static final class Storm {

        private final Random random;
        private final FoldWorld world = new FoldWorld();
        private final InMemoryBackfillLog log = new InMemoryBackfillLog();
        private final List<Source> sources = new ArrayList<>();
        private final Map<String, List<String>> expected = new HashMap<>();
        private final Map<ItemKey, List<StoredItem>> history = new HashMap<>();
        private final List<BatchFold> oldCode;
        private final List<BatchFold> newCode;
        private final List<String> violations = new ArrayList<>();
        private boolean calm;
        private boolean started;
        private int depth;
        private int crashes;
        private int meetings;
        private int held;

        Storm(long seed) {
            random = new Random(seed);
            oldCode = List.of(world.fold(ONE), world.fold(ONE));
            newCode = List.of(world.fold(ONE, TWO), world.fold(ONE, TWO));
            // A split and a merge: nothing orders these lanes among each other, so they are just lanes that come later.
            for (int number = 0; number < 4; number++) {
                sources.add(source(number));
            }
            world.items.faults = key -> remember(key, fault());
            world.items.readView = this::someVersion;
            world.archive.failing = segment -> chance(10);
            world.quarantine.failing = entry -> chance(20);
            world.control.beforeLaneWrite = this::meet;
        }

        private Source source(int number) {
            Source source = new Source(number);
            for (int n = 0; n < RECORDS_PER_LANE; n++) {
                int place = number * 1_000 + n;
                String entity = ENTITIES[random.nextInt(ENTITIES.length)];
                long time = NOW_MILLIS - (random.nextInt(4) == 0 ? random.nextInt(7_200_000) : random.nextInt(2_000));
                String data = random.nextInt(12) == 0 ? "bad" : entity + "@" + time;
                source.records.add(FoldWorld.record(place, 0, data));
                if (!data.equals("bad")) {
                    expected.computeIfAbsent(entity, key -> new ArrayList<>())
                            .add(FoldWorld.position(place, 0).text());
                }
            }
            return source;
        }

        void run() {
            world.control.control =
                    new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(ONE.version(), ViewStatus.ACTIVE));
            int start = random.nextInt(STEPS);
            for (int step = 0; step < STEPS; step++) {
                if (step == start) {
                    start();
                }
                stormLaneWrites();
                something();
                if (chance(20)) {
                    world.items.landLate();
                }
            }
            calm = true;
            world.control.laneFaults.clear();
            BatchFold last = world.fold(ONE, TWO);
            for (Source source : sources) {
                assertThat(deliver(last, source, source.checkpoint, source.records.size()))
                        .as("everything is done in the end")
                        .isTrue();
            }
            backfill(Integer.MAX_VALUE).join();
            world.items.landLate();
            check();
        }

        /** The operator may crash after the control row was written. */
        private void start() {
            ControlRow row = Objects.requireNonNull(world.control.control);
            started = true;
            world.control.control = Activation.start(row, Set.of(TWO.version())).orElseThrow();
        }

        private void something() {
            if (started && random.nextInt(4) == 0) {
                crash(backfill(1 + random.nextInt(30)));
            } else {
                deliverSome();
            }
        }

        private void crash(CompletableFuture<ControlRow> job) {
            try {
                job.join();
            } catch (CompletionException e) {
                crashes++;
            }
        }

        /** Lanes come up one after the other; a child's records may be read before its parent's. */
        private void deliverSome() {
            Source source = sources.get(random.nextInt(sources.size()));
            int from = random.nextInt(3) == 0 ? random.nextInt(source.checkpoint + 1) : source.checkpoint;
            int to = Math.min(source.records.size(), from + 1 + random.nextInt(8));
            if (from < to) {
                List<BatchFold> code = random.nextInt(3) == 0 ? oldCode : newCode;
                deliver(code.get(random.nextInt(code.size())), source, from, to);
            }
        }

        private boolean deliver(BatchFold sandbox, Source source, int from, int to) {
            if (from >= to) {
                return true;
            }
            BatchOutcome outcome = world.deliver(sandbox, source.lane, source.records.subList(from, to));
            violations.addAll(outcome.violations());
            held += outcome.held() == BatchOutcome.Hold.UNKNOWN_VIEW ? 1 : 0;
            int done = from;
            while (done < to
                    && !source.records.get(done).position().sequenceNumber().equals(outcome.firstFailed())) {
                done++;
            }
            source.checkpoint = Math.max(source.checkpoint, done);
            return outcome.isDone();
        }

        /** A job that dies at some request. */
        private CompletableFuture<ControlRow> backfill(int requests) {
            Mortal items = new Mortal(requests);
            ChangePorts ports = new ChangePorts(
                    new HistoryPorts(world.archive, new InMemoryRedriveLog(), new InMemoryCheckpoints(), world.control),
                    items,
                    world.quarantine,
                    log,
                    world.lineage,
                    millis -> items.alive(),
                    () -> world.nowMillis,
                    random);
            Backfill.Settings settings = new Backfill.Settings(
                    new FoldSettings("g1", 4, 3, 1 << 20), 1 + random.nextInt(3), 1 + random.nextInt(9));
            Backfill backfill = new Backfill(FoldWorld.catalog(TWO), ports, settings);
            return backfill.run(List.of(TWO), new Silence());
        }

        /** Whatever else is going on comes in between. */
        private void meet() {
            if (depth < 3 && chance(15)) {
                depth++;
                meetings++;
                something();
                depth--;
            }
        }

        private void check() {
            assertThat(violations).isEmpty();
            ControlRow control = Objects.requireNonNull(world.control.control);
            assertThat(control.views().get(TWO.version())).isEqualTo(ViewStatus.READY);
            for (Source source : sources) {
                LaneRow row = Objects.requireNonNull(world.control.lanes.get(source.lane.id()));
                assertThat(row.last())
                        .isEqualTo(source.records.get(source.records.size() - 1).position());
                assertThat(row.views()).containsKeys(ONE.version(), TWO.version());
            }
            for (String entity : ENTITIES) {
                List<String> all = expected.getOrDefault(entity, List.of()).stream()
                        .sorted()
                        .toList();
                assertThat(world.folded(ONE, entity)).as(entity).isEqualTo(all);
                assertThat(world.folded(TWO, entity)).as(entity).isEqualTo(all);
            }
            for (TileWidth width : ONE.ladder().widths()) {
                assertThat(world.foldedInto(TWO, width)).isEqualTo(world.foldedInto(ONE, width));
            }
            assertThat(quarantined(TWO)).isEqualTo(quarantined(ONE)).isNotEmpty();
        }

        private List<String> quarantined(View view) {
            return world.quarantine.entries.keySet().stream()
                    .filter(key -> key.startsWith(view.version()))
                    .map(key -> key.substring(view.version().length()))
                    .toList();
        }

        int backfilledRecords() {
            return log.done.values().stream()
                    .flatMap(lanes -> lanes.values().stream())
                    .mapToInt(done -> (int) done.records())
                    .sum();
        }

        private void stormLaneWrites() {
            world.control.laneFaults.clear();
            Fault fault = fault();
            if (fault == Fault.REFUSED || fault == Fault.RESPONSE_LOST || fault == Fault.REQUEST_LOST) {
                world.control.laneFaults.add(fault);
            }
        }

        private Fault fault() {
            List<Fault> all = List.of(Fault.values());
            return calm || random.nextInt(100) >= 25 ? Fault.NONE : all.get(random.nextInt(all.size()));
        }

        private boolean chance(int percent) {
            return !calm && random.nextInt(100) < percent;
        }

        /** Keeps versions of every item, so that reads can be as stale as they like. */
        private Fault remember(ItemKey key, Fault fault) {
            StoredItem current = world.items.items.get(key);
            if (current != null) {
                history.computeIfAbsent(key, k -> new ArrayList<>()).add(current);
            }
            return fault;
        }

        private @Nullable StoredItem someVersion(ItemKey key) {
            List<StoredItem> versions = history.get(key);
            return chance(30) && versions != null
                    ? versions.get(random.nextInt(versions.size()))
                    : world.items.items.get(key);
        }

        /** The state table as one job sees it, until it dies. */
        private final class Mortal implements ItemStore {

            private int left;

            Mortal(int requests) {
                left = requests;
            }

            private <T> CompletableFuture<T> request(Supplier<CompletableFuture<T>> store) {
                meet();
                left--;
                return alive().thenCompose(alive -> store.get());
            }

            /** Nothing of a job goes on after its death, not even a pause. */
            CompletableFuture<Void> alive() {
                return left >= 0
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(new TimeoutException("crashed"));
            }

            @Override
            public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
                return request(() -> world.items.read(keys));
            }

            @Override
            public CompletableFuture<Cas<StoredItem>> put(
                    ItemKey key, StoredItem item, @Nullable Position expectedMark) {
                return request(() -> world.items.put(key, item, expectedMark));
            }

            @Override
            public CompletableFuture<List<Found>> query(
                    String viewVersion, String entity, String width, long firstBlock, long lastBlock) {
                return request(() -> world.items.query(viewVersion, entity, width, firstBlock, lastBlock));
            }
        }
    }

    private static final class Silence implements Backfill.Progress {

        @Override
        public void pass(List<View> views, int lanes) {}

        @Override
        public void folded(String laneId, int records) {}

        @Override
        public void done(String laneId) {}
    }
}
