package dev.tidemark.core.change;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUp;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.FoldWorld;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.NotFolded;
import dev.tidemark.core.past.AuditStart;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.past.StateAudit;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rule J4: a view of pairs that is started later, and backfilled, is as one that was there from the start. */
class PairBackfillTest {

    private static final String CATALOG = """
            tidemark: 1
            sources: {clicks: {stream: clicks, event_time: {field: ts, format: epoch_millis}}}
            pairs:
              judged:
                left: {source: clicks, where: type == "prediction", key: id}
                right: {source: clicks, where: type == "outcome", key: id}
                within: 9m
                early: 10s
                match: MATCH
            views:
            """;

    private static final String VIEW = """
              NAME:
                source: judged
                entity: left.model
                hop: 5s
                retention: 50s
                skew: SKEW
                features:
                  pairs: {function: count, windows: [1h, lifetime]}
                  labels: {function: sum, input: right.label, windows: [1h]}
            """;

    private static final long MINUTE_MILLIS = 60_000;
    private static final long REACH_MILLIS = 600_000;
    private static final long WARM_UP_MILLIS = 2 * (REACH_MILLIS + MINUTE_MILLIS);
    private static final Lane OTHER = FoldWorld.lane("shardId-000000000003");
    private static final Lane CHILD = FoldWorld.lane("shardId-000000000001");
    private static final Lane GRANDCHILD = FoldWorld.lane("shardId-000000000002");
    private static final int MODELS = 2;

    private final FoldWorld world = new FoldWorld();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private final InMemoryBackfillLog log = new InMemoryBackfillLog();
    private final Map<String, Long> warmingUp = new HashMap<>();
    private Catalog catalog = catalog("last");

    private static Catalog catalog(String match) {
        return new CatalogCompiler()
                .compile(CATALOG.replace("MATCH", match) + view("early", "1s") + view("later", "2s"));
    }

    /** No event comes from the future, so that the views are the same but for their version. */
    private static String view(String name, String skew) {
        return VIEW.replace("NAME", name).replace("SKEW", skew);
    }

    private View early() {
        return catalog.view("early").orElseThrow();
    }

    private View later() {
        return catalog.view("later").orElseThrow();
    }

    private BatchFold sandbox() {
        return world.fold(FoldSettings.DEFAULT.maxPortionItems(), catalog);
    }

    /** Only one of the views, until {@link #start}. */
    private void begin() {
        world.control.control = new ControlRow(
                1, world.generation, ControlRow.Phase.LIVE, Map.of(early().version(), ViewStatus.ACTIVE));
    }

    private void start() {
        CatalogSwitch.write(world.control, row -> Activation.start(row, Set.of(later().version())))
                .join();
    }

    private HistoryPorts past() {
        return new HistoryPorts(world.archive, redrives, new InMemoryCheckpoints(), world.control);
    }

    private ViewStatus run() {
        warmingUp.clear();
        ChangePorts ports = new ChangePorts(
                past(),
                world.items,
                world.quarantine,
                log,
                world.lineage,
                millis -> CompletableFuture.completedFuture(null),
                () -> world.nowMillis,
                new Random(1));
        Backfill backfill =
                new Backfill(catalog, ports, new Backfill.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, 3));
        ControlRow row = backfill.run(List.of(later()), new Told()).join();
        return Objects.requireNonNull(row.views().get(later().version()));
    }

    private final class Told implements Backfill.Progress {

        @Override
        public void warmsUp(View view, long untilMillis) {
            warmingUp.put(view.name(), untilMillis);
        }

        @Override
        public void pass(List<View> views, int lanes) {}

        @Override
        public void folded(String laneId, int records) {}

        @Override
        public void done(String laneId) {}
    }

    private static RawRecord prediction(int n, long atMillis, String id) {
        return event(n, atMillis, atMillis, "prediction", id, "");
    }

    private static RawRecord outcome(int n, long atMillis, String id, int label) {
        return event(n, atMillis, atMillis, "outcome", id, ",\"label\":" + label);
    }

    private static RawRecord event(int n, long atMillis, long timeMillis, String type, String id, String rest) {
        String json = "{\"type\":\"" + type + "\",\"ts\":" + (NOW_MILLIS + timeMillis) + ",\"id\":\"" + id
                + "\",\"model\":\"m" + n % MODELS + "\"" + rest + "}";
        return new RawRecord(position(n, 0), NOW_MILLIS + atMillis, "key", json.getBytes(StandardCharsets.UTF_8));
    }

    private void deliver(Lane lane, RawRecord... records) {
        assertThat(world.deliver(sandbox(), lane, List.of(records)).isDone()).isTrue();
    }

    private LaneRow row(Lane lane) {
        return Objects.requireNonNull(world.control.lanes.get(lane.id()));
    }

    private String values(View view, String model) {
        return values(world, view, model);
    }

    private static String values(FoldWorld world, View view, String model) {
        QueryPlan plan = QueryPlan.of(view, null, world.nowMillis, world.nowMillis);
        return String.valueOf(FeatureServer.answer(
                        world.items,
                        plan,
                        new ViewProgress(List.copyOf(world.control.lanes.values()), List.of()),
                        model,
                        world.nowMillis)
                .join()
                .values());
    }

    private void assertSame() {
        for (int model = 0; model < MODELS; model++) {
            assertThat(values(later(), "m" + model)).isEqualTo(values(early(), "m" + model));
        }
        assertThat(faults()).isEmpty();
    }

    private List<Difference> faults() {
        StateAudit audit = new StateAudit(Catalogs.of(catalog), past(), new InMemoryScan(world.items));
        return audit.auditPart(later(), 0, 1, AuditStart.archive(new InMemoryCheckpoints()), world.nowMillis)
                .join()
                .differences();
    }

    @Test
    @DisplayName("J4: the pairs that the activation lies between are the backfill's, up to the end of the warm-up")
    void aPairAcrossTheActivation() {
        begin();
        deliver(LANE, prediction(0, 0, "a"));
        start();
        deliver(LANE, outcome(1, 1_000, "a", 1));

        assertThat(run()).isEqualTo(ViewStatus.BACKFILLING);
        assertThat(warmingUp).containsExactly(Map.entry("later", NOW_MILLIS + WARM_UP_MILLIS));
        assertThat(values(later(), "m0")).startsWith("{pairs_1h=0");

        deliver(LANE, outcome(2, WARM_UP_MILLIS, "a", 0));
        assertThat(run()).isEqualTo(ViewStatus.BACKFILLING);
        deliver(LANE, outcome(3, WARM_UP_MILLIS + 1, "a", 0));
        assertThat(row(LANE).warmUps())
                .isEqualTo(Map.of(later().version(), new WarmUp(NOW_MILLIS + WARM_UP_MILLIS, position(2, 0))));
        assertThat(run()).isEqualTo(ViewStatus.READY);
        assertThat(values(later(), "m0")).startsWith("{pairs_1h=1");
        assertSame();
    }

    @Test
    @DisplayName("J4: a batch is cut where the warm-up ends")
    void inTheMiddleOfABatch() {
        begin();
        deliver(LANE, prediction(0, 0, "a"));
        start();
        deliver(
                LANE,
                prediction(1, WARM_UP_MILLIS - 1_000, "b"),
                prediction(2, WARM_UP_MILLIS - 900, "c"),
                outcome(3, WARM_UP_MILLIS, "b", 1),
                outcome(4, WARM_UP_MILLIS + 1, "c", 1),
                outcome(5, WARM_UP_MILLIS + 2, "b", 0));

        assertThat(row(LANE).countsAfter(later().version())).isEqualTo(position(3, 0));
        assertThat(values(later(), "m0")).contains("pairs_lifetime=1");
        assertThat(run()).isEqualTo(ViewStatus.READY);
        assertSame();
    }

    @Test
    @DisplayName("J4: an invocation that has not heard that the warm-up is over folds again")
    void aStaleRow() {
        begin();
        deliver(LANE, prediction(0, 0, "a"));
        start();
        deliver(LANE, prediction(1, WARM_UP_MILLIS, "b"), prediction(2, WARM_UP_MILLIS, "c"));
        LaneRow stale = row(LANE);
        deliver(LANE, outcome(3, WARM_UP_MILLIS + 1, "b", 1));
        world.control.staleLanes.put(LANE.id(), stale);
        deliver(LANE, outcome(4, WARM_UP_MILLIS, "c", 1));

        assertThat(run()).isEqualTo(ViewStatus.READY);
        assertThat(values(later(), "m0")).contains("pairs_lifetime=1");
        assertSame();
    }

    @Test
    @DisplayName("J4: a child of a lane that warmed up at its end warms up too")
    void aChild() {
        begin();
        world.lineage.parents.put(CHILD.id(), List.of(LANE));
        deliver(LANE, prediction(0, 0, "a"), prediction(1, 10, "b"));
        start();
        deliver(LANE, prediction(2, 1_000, "c"));
        deliver(CHILD, outcome(1_000, 2_000, "a", 1), outcome(1_001, 3_000, "c", 1));

        assertThat(row(CHILD).warmUps())
                .isEqualTo(Map.of(later().version(), new WarmUp(NOW_MILLIS + 10 + WARM_UP_MILLIS, null)));
        deliver(CHILD, outcome(1_002, WARM_UP_MILLIS + 11, "b", 1));
        assertThat(run()).isEqualTo(ViewStatus.READY);
        assertThat(values(later(), "m0")).startsWith("{pairs_1h=2");
        assertSame();
    }

    @Test
    @DisplayName("J4: a lane on which nothing arrives any more counts when the stream holds nothing of the warm-up")
    void silence() {
        begin();
        deliver(LANE, prediction(0, 0, "a"), outcome(1, 1_000, "a", 1));
        start();
        long outMillis = NOW_MILLIS + 1_000 + WARM_UP_MILLIS + later().streamRetentionMillis() + 3_600_000;
        world.nowMillis = outMillis;
        assertThat(run()).isEqualTo(ViewStatus.BACKFILLING);
        world.nowMillis = outMillis + 1;
        assertThat(run()).isEqualTo(ViewStatus.READY);

        deliver(LANE, prediction(2, outMillis + 2 - NOW_MILLIS, "b"), outcome(3, outMillis + 3 - NOW_MILLIS, "b", 1));
        assertThat(values(later(), "m0")).contains("pairs_lifetime=2");
        assertThat(values(early(), "m0")).isEqualTo(values(later(), "m0"));
    }

    @Test
    @DisplayName("J4: a view that is there from the first record on warms up nowhere")
    void fromTheFirstRecord() {
        world.lineage.parents.put(CHILD.id(), List.of(LANE));
        deliver(LANE, prediction(0, 0, "a"));
        deliver(CHILD, outcome(1_000, 1_000, "a", 1));
        assertThat(world.control.lanes.values()).allMatch(row -> row.warmUps().isEmpty());
        assertThat(values(later(), "m0")).startsWith("{pairs_1h=1");
    }

    /** Without a view that remembers, nothing holds up a child lane until its parent is folded. */
    private void beginWithoutViews() {
        world.control.control = new ControlRow(1, world.generation, ControlRow.Phase.LIVE, Map.of());
    }

    /** A backfill may come so late that the live fold's halves have expired. */
    private ViewStatus runWithoutHalvesOf(Lane lane) {
        Map<ItemKey, StoredItem> live = new HashMap<>(world.items.items);
        live.keySet().removeIf(key -> !key.isPair() || !key.lane().equals(lane.id()));
        world.items.items.keySet().removeAll(live.keySet());
        ViewStatus status = run();
        world.items.items.putAll(live);
        return status;
    }

    private void assertOnePair() {
        assertThat(values(later(), "m0")).contains("pairs_lifetime=1");
        assertThat(faults()).isEmpty();
    }

    @Test
    @DisplayName(
            "J4: a backfill's lane meets the halves of a parent that began after the activation, and has the view from the start")
    void aParentThatBeginsLater() {
        beginWithoutViews();
        world.lineage.parents.put(CHILD.id(), List.of(LANE));
        deliver(CHILD, outcome(1_000, 2_000, "a", 1));
        start();
        assertThat(run()).isEqualTo(ViewStatus.BACKFILLING);
        deliver(LANE, prediction(0, 0, "a"));
        assertThat(row(LANE).countsAfter(later().version())).isEqualTo(Position.ORIGIN);
        deliver(CHILD, prediction(1_002, 2_000 + WARM_UP_MILLIS + 1, "end"));

        assertThat(runWithoutHalvesOf(LANE)).isEqualTo(ViewStatus.READY);
        assertOnePair();
    }

    private void foldAParentBeyondItsWarmUp() {
        beginWithoutViews();
        world.lineage.parents.put(CHILD.id(), List.of(LANE));
        deliver(LANE, prediction(0, 0, "before"));
        deliver(CHILD, outcome(1_000, WARM_UP_MILLIS + 5_000, "a", 1));
        start();
        deliver(LANE, prediction(2, 1_000, "within"), prediction(4, WARM_UP_MILLIS + 1_000, "a"));
        deliver(CHILD, prediction(1_002, 2 * WARM_UP_MILLIS + 5_001, "end"));
    }

    @Test
    @DisplayName("J4: a backfill's lane meets the halves that its parent had after the end of the parent's warm-up")
    void aParentThatGoesOnAfterItsWarmUp() {
        foldAParentBeyondItsWarmUp();
        assertThat(row(LANE).countsAfter(later().version())).isEqualTo(position(2, 0));

        assertThat(runWithoutHalvesOf(LANE)).isEqualTo(ViewStatus.READY);
        assertOnePair();
    }

    @Test
    @DisplayName("J4: the plan names the parent without a row of a lane that ended before it asked for its ancestors")
    void aParentOfALaneThatHasEnded() {
        beginWithoutViews();
        world.lineage.parents.put(CHILD.id(), List.of(LANE));
        world.lineage.parents.put(GRANDCHILD.id(), List.of(CHILD));
        deliver(CHILD, outcome(1_000, 2_000, "a", 1));
        deliver(GRANDCHILD, prediction(2_000, 3_000, "b"));
        world.control.lanes.compute(
                CHILD.id(), (id, row) -> Objects.requireNonNull(row).atItsEnd());
        start();
        assertThat(run()).isEqualTo(ViewStatus.BACKFILLING);
        deliver(LANE, prediction(0, 0, "a"));
        deliver(GRANDCHILD, prediction(2_002, 3_000 + WARM_UP_MILLIS + 1, "end"));

        assertThat(row(CHILD).ancestors()).isNull();
        assertThat(run()).isEqualTo(ViewStatus.READY);
        assertOnePair();
    }

    @Test
    @DisplayName("B2: a lane is noted as done only when its backfill's lane has gone on to its end")
    void interrupted() {
        foldAParentBeyondItsWarmUp();

        world.items.faults = key ->
                key.lane().equals(Lane.backfillOf(LANE.id())) && key.entity().contains("a")
                        ? Fault.REFUSED
                        : Fault.NONE;
        assertThatThrownBy(this::run).hasRootCauseInstanceOf(NotFolded.class);
        world.items.faults = key -> Fault.NONE;
        assertThat(run()).isEqualTo(ViewStatus.READY);
        assertOnePair();
    }

    /**
     * Two shards that are merged, then split; before the start each lane is folded up to anywhere, children before their parents.
     * Another world folds the same records in order, and has the view from the first record on.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void inWhateverOrderLanesAreFoldedBeforeTheStart(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        catalog = catalog(random.nextBoolean() ? "last" : "first");
        List<Lane> lanes = List.of(LANE, OTHER, CHILD, GRANDCHILD);
        Map<Lane, List<RawRecord>> records = records(lanes, random);
        FoldWorld inOrder = new FoldWorld();
        for (FoldWorld one : List.of(world, inOrder)) {
            one.lineage.parents.put(CHILD.id(), List.of(LANE, OTHER));
            one.lineage.parents.put(GRANDCHILD.id(), List.of(CHILD));
        }
        world.lineage.drained = (lane, last) -> isLast(Objects.requireNonNull(records.get(lane)), last);
        beginWithoutViews();
        Map<Lane, Integer> folded = new HashMap<>();
        for (int i = random.nextInt(40); i > 0; i--) {
            deliverSome(lanes.get(random.nextInt(lanes.size())), records, folded, random);
        }
        start();
        for (Lane lane : lanes) {
            run();
            while (deliverSome(lane, records, folded, random)) {
                run();
            }
        }
        RawRecord end = prediction(999_000, world.nowMillis - NOW_MILLIS + 2 * WARM_UP_MILLIS + 60_000, "end");
        Objects.requireNonNull(records.get(GRANDCHILD)).add(end);
        deliver(GRANDCHILD, end);
        world.control.lanes.replaceAll((id, row) -> id.equals(GRANDCHILD.id()) || row.ended() ? row : row.atItsEnd());
        inOrder.nowMillis = world.nowMillis;
        for (Lane lane : lanes) {
            List<RawRecord> all = Objects.requireNonNull(records.get(lane));
            BatchFold fold = inOrder.fold(FoldSettings.DEFAULT.maxPortionItems(), catalog);
            assertThat(all.isEmpty() || inOrder.deliver(fold, lane, all).isDone())
                    .isTrue();
        }

        assertThat(run()).isEqualTo(ViewStatus.READY);
        for (int model = 0; model < MODELS; model++) {
            assertThat(values(later(), "m" + model)).isEqualTo(values(inOrder, later(), "m" + model));
        }
        assertThat(faults()).isEmpty();
    }

    private static boolean isLast(List<RawRecord> records, Position last) {
        return records.isEmpty() || records.get(records.size() - 1).position().equals(last);
    }

    /** The shards that are merged have no key in common (J2). */
    private static Map<Lane, List<RawRecord>> records(List<Lane> lanes, SplittableRandom random) {
        Map<Lane, List<RawRecord>> records = new HashMap<>();
        lanes.forEach(lane -> records.put(lane, new ArrayList<>()));
        int count = 20 + random.nextInt(60);
        int merge = random.nextInt(count);
        int split = random.nextInt(merge, count);
        long nowMillis = 0;
        for (int n = 0; n < count; n++) {
            nowMillis += random.nextInt(5) == 0 ? random.nextLong(WARM_UP_MILLIS) : random.nextLong(90_000);
            int key = random.nextInt(4);
            Lane lane = n >= split ? GRANDCHILD : n >= merge ? CHILD : key < 2 ? LANE : OTHER;
            Objects.requireNonNull(records.get(lane)).add(any(n, "k" + key, nowMillis, random));
        }
        return records;
    }

    /** @return whether there were any */
    private boolean deliverSome(
            Lane lane, Map<Lane, List<RawRecord>> records, Map<Lane, Integer> folded, SplittableRandom random) {
        List<RawRecord> all = Objects.requireNonNull(records.get(lane));
        int from = folded.getOrDefault(lane, 0);
        int to = Math.min(all.size(), from + 1 + random.nextInt(8));
        if (from == to) {
            return false;
        }
        List<RawRecord> some = all.subList(from, to);
        world.nowMillis = Math.max(world.nowMillis, some.get(some.size() - 1).arrivalMillis());
        deliver(lane, some.toArray(RawRecord[]::new));
        folded.put(lane, to);
        return true;
    }

    /** Late halves, copies, several outcomes, a shard that is split and merged again, the start at any moment. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aViewThatIsStartedLaterIsAsTheOther(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        catalog = catalog(random.nextBoolean() ? "last" : "first");
        world.lineage.parents.put(CHILD.id(), List.of(LANE));
        world.lineage.parents.put(GRANDCHILD.id(), List.of(CHILD));
        begin();
        int records = 20 + random.nextInt(120);
        int startAt = 1 + random.nextInt(records / 2);
        List<Integer> splits = List.of(random.nextInt(records), random.nextInt(records));
        long nowMillis = 0;
        List<RawRecord> batch = new ArrayList<>();
        for (int n = 0; n < records; n++) {
            if (n == startAt) {
                flush(laneOf(n - 1, splits), batch);
                start();
            }
            if (n > 0 && !laneOf(n, splits).equals(laneOf(n - 1, splits))) {
                flush(laneOf(n - 1, splits), batch);
            }
            nowMillis += random.nextInt(5) == 0 ? random.nextLong(WARM_UP_MILLIS) : random.nextLong(90_000);
            batch.add(any(n, nowMillis, random));
            if (random.nextInt(4) == 0) {
                flush(laneOf(n, splits), batch);
                world.nowMillis = NOW_MILLIS + nowMillis;
                if (n > startAt && random.nextInt(10) == 0) {
                    run();
                }
            }
        }
        flush(laneOf(records - 1, splits), batch);
        world.nowMillis = NOW_MILLIS + nowMillis;
        deliver(laneOf(records, splits), prediction(999_000, nowMillis + 2 * WARM_UP_MILLIS + 60_000, "end"));
        world.control.lanes.replaceAll(
                (id, row) -> id.equals(laneOf(records, splits).id()) || row.ended() ? row : row.atItsEnd());
        assertThat(run()).isEqualTo(ViewStatus.READY);
        assertSame();
    }

    private static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 60));
    }

    private static Lane laneOf(int n, List<Integer> splits) {
        return List.of(LANE, CHILD, GRANDCHILD)
                .get((int) splits.stream().filter(split -> split <= n).count());
    }

    private static RawRecord any(int n, long nowMillis, SplittableRandom random) {
        return any(n, "k" + random.nextInt(3), nowMillis, random);
    }

    private static RawRecord any(int n, String key, long nowMillis, SplittableRandom random) {
        long arrivalMillis = nowMillis - (random.nextInt(5) == 0 ? random.nextLong(MINUTE_MILLIS) : 0);
        long timeMillis = arrivalMillis - (random.nextInt(3) == 0 ? random.nextLong(55_000) : 0);
        boolean isLeft = random.nextInt(3) == 0;
        return event(
                n,
                arrivalMillis,
                timeMillis,
                isLeft ? "prediction" : "outcome",
                key,
                isLeft ? "" : ",\"label\":" + random.nextInt(100));
    }

    private void flush(Lane lane, List<RawRecord> batch) {
        if (!batch.isEmpty()) {
            deliver(lane, batch.toArray(RawRecord[]::new));
            batch.clear();
        }
    }
}
