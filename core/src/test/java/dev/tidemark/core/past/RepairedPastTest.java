package dev.tidemark.core.past;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Backfill;
import dev.tidemark.core.change.Candidate;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.change.MemoryPorts;
import dev.tidemark.core.change.RedriveReport;
import dev.tidemark.core.change.Redriver;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.CutWalk;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Rule B1 in the past: a record that a redrive had repaired for the first version of a view stands repaired in the second
 * version's backfill, and whoever computes the past must take it from there too. Ann's events are worth 1, 2, 4, … each,
 * so that a sum tells which are in.
 */
class RepairedPastTest {

    private static final long START_MILLIS = 1_790_000_000_000L;
    private static final long MINUTE_MILLIS = 60_000;
    private static final Lane LANE = PastWorld.lane("shardId-000000000000");
    private static final String ANN = "ann";

    private static final Catalog FIRST = catalog("");
    private static final Catalog SECOND = catalog("drop_duplicates: {horizon: 10m, max_ids: 50}");
    private static final View ONE = FIRST.view("buyer").orElseThrow();
    private static final View TWO = SECOND.view("buyer").orElseThrow();
    private static final Catalogs BOTH = new Catalogs(FIRST, SECOND);

    /** Arrived good, before the start. */
    private static final int GOOD = 1;

    /** Arrived bad, was repaired for the first version before the second's start. */
    private static final int REPAIRED = 2;

    /** Arrived bad, and was repaired for the first version when the second's plan was made already. */
    private static final int REPAIRED_LATER = 4;

    /** Arrived good after the start, as a copy of the first by its id, which the second version cannot know. */
    private static final int COPY = 8;

    /** Arrived bad after the start. */
    private static final int BAD_LATER = 16;

    private final InMemoryItemStore items = new InMemoryItemStore();
    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryArchive archive = new InMemoryArchive();
    private final InMemoryQuarantine quarantine = new InMemoryQuarantine();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private final SnapshotCheckpoints checkpoints = new SnapshotCheckpoints();
    private final InMemoryBackfillLog log = new InMemoryBackfillLog();
    private final long badMillis;
    private final long repairedMillis;
    private long nowMillis = START_MILLIS;
    private int number;

    private static Catalog catalog(String setting) {
        return new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  shop: {stream: shop, event_time: {field: ts, format: epoch_millis}, event_id: id}
                views:
                  buyer:
                    source: shop
                    entity: user
                    %s
                    features:
                      spent: {function: sum, input: price, windows: [1h]}
                """.formatted(setting));
    }

    RepairedPastTest() {
        deliver(FIRST, good(GOOD, "copied"));
        deliver(FIRST, bad(REPAIRED));
        badMillis = nowMillis;
        nowMillis += 5 * MINUTE_MILLIS;
        redrive(ONE);
        repairedMillis = nowMillis;
        nowMillis += MINUTE_MILLIS;
    }

    /** The second version is complete, and whatever else was bad is redriven for itself. */
    private void complete() {
        deliver(FIRST, bad(REPAIRED_LATER));
        start();
        backfill().plan(List.of(TWO)).join();
        redrive(ONE);
        backfill().run(List.of(TWO), new Quiet()).join();
        fold(BOTH, good(COPY, "copied"));
        fold(BOTH, bad(BAD_LATER));
        nowMillis += MINUTE_MILLIS;
        redrive(TWO);
        nowMillis += MINUTE_MILLIS;
    }

    private void deliver(Catalog catalog, RawRecord record) {
        deliver(Catalogs.of(catalog), record);
    }

    private void deliver(Catalogs catalogs, RawRecord record) {
        fold(catalogs, record);
        nowMillis += MINUTE_MILLIS;
    }

    private void fold(Catalogs catalogs, RawRecord record) {
        FoldPorts ports = new FoldPorts(
                items,
                control,
                archive,
                quarantine,
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                () -> nowMillis,
                new Random(1));
        assertThat(new BatchFold(catalogs, ports, settings())
                        .fold(new Batch(LANE, List.of(record)), Long.MAX_VALUE)
                        .join()
                        .isDone())
                .isTrue();
    }

    private static FoldSettings settings() {
        return new FoldSettings("g1", 4, 3, 1 << 20);
    }

    private RawRecord good(int price, String id) {
        return record(price, id, "price");
    }

    private RawRecord bad(int price) {
        return record(price, "id" + price, "prize");
    }

    private RawRecord record(int price, String id, String field) {
        String json =
                "{\"user\":\"ann\",\"ts\":" + nowMillis + ",\"id\":\"" + id + "\",\"" + field + "\":" + price + "}";
        Position position =
                new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + number++), 0);
        return new RawRecord(position, nowMillis, "key", json.getBytes(UTF_8));
    }

    /** Repairs all that is in a view's quarantine. */
    private RedriveReport redrive(View view) {
        List<Candidate> candidates = quarantine.entries.values().stream()
                .filter(entry -> entry.viewVersion().equals(view.version()))
                .map(entry -> new Candidate(
                        entry,
                        new String(entry.record().data(), UTF_8)
                                .replace("prize", "price")
                                .getBytes(UTF_8)))
                .toList();
        ChangePorts ports = MemoryPorts.ofRedrives(redrives, control, items, () -> nowMillis);
        Catalog catalog = view.equals(ONE) ? FIRST : SECOND;
        return new Redriver(catalog, ports, settings()).redrive(candidates).join();
    }

    private void start() {
        CatalogSwitch.write(control, row -> Activation.start(row, Set.of(TWO.version())))
                .join();
    }

    private Backfill backfill() {
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(archive, redrives, new InMemoryCheckpoints(), control),
                items,
                quarantine,
                log,
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                () -> nowMillis,
                new Random(1));
        return new Backfill(SECOND, ports, new Backfill.Settings(settings(), 2, 2));
    }

    private static final class Quiet implements Backfill.Progress {

        @Override
        public void warmsUp(View view, long untilMillis) {}

        @Override
        public void pass(List<View> views, int lanes) {}

        @Override
        public void folded(String laneId, int records) {}

        @Override
        public void done(String laneId) {}
    }

    private HistoryPorts ports() {
        return new HistoryPorts(archive, redrives, checkpoints, control);
    }

    private Answer live() {
        return new FeatureServer(SECOND, items, new ProgressCache(control, 0))
                .answer(QueryPlan.of(TWO, null, null, nowMillis), List.of(ANN), nowMillis)
                .join()
                .get(0);
    }

    private static String spent(Answer answer) {
        return String.valueOf(answer.values().get("spent_1h"));
    }

    private AuditReport audit(AuditStart start) {
        return new StateAudit(Catalogs.of(SECOND), ports(), new InMemoryScan(items))
                .audit(TWO, List.of(ANN), start, nowMillis)
                .join();
    }

    private void assertNoFault() {
        assertNoFault(audit(AuditStart.archive(checkpoints)));
    }

    private static void assertNoFault(AuditReport report) {
        assertThat(report.items()).isPositive();
        assertThat(report.differences())
                .filteredOn(difference -> difference.kind() != Difference.Kind.DUPLICATE)
                .isEmpty();
    }

    private PastAnswer past(long atMillis) {
        return new TimeTravel(Catalogs.of(SECOND), ports())
                .value(new TimeTravel.Question(TWO, ANN, null, atMillis, EnumSet.allOf(Knowledge.class), 10))
                .join();
    }

    private static String served(PastAnswer past) {
        return spent(Objects.requireNonNull(past.served()));
    }

    private static String now(PastAnswer past) {
        return spent(Objects.requireNonNull(past.now()));
    }

    private Answer reproduced(Answer answer) {
        Map<String, Position> lanes = new HashMap<>();
        answer.progress().lanes().forEach(row -> lanes.put(row.lane().id(), row.last()));
        Map<String, Position> ahead = new HashMap<>();
        answer.ahead().forEach(item -> ahead.put(item.sortKey(), item.mark()));
        Receipt receipt = new Receipt(
                SECOND.hash(),
                TWO.version(),
                ANN,
                nowMillis,
                List.copyOf(answer.values().keySet()),
                lanes,
                ahead,
                false);
        return new ReceiptReplay(Catalogs.of(SECOND), ports())
                .reproduce(TWO, receipt, Checkpoints.none(checkpoints))
                .join()
                .answer();
    }

    /** The state as it is, and as if it had been like this when the last record had just arrived. */
    private void checkpoint() {
        LaneRow row = Objects.requireNonNull(control.lanes.get(LANE.id()));
        CheckpointStore.Positions positions = new CheckpointStore.Positions(
                "20260101T000000Z-0000",
                nowMillis,
                Objects.requireNonNull(control.control),
                List.of(row),
                SECOND.hash(),
                Map.of(),
                1,
                1);
        checkpoints.manifests.put(
                positions.id(),
                new CheckpointStore.Manifest(
                        positions, Map.of(LANE.id(), row.maxArrivalMillis()), positions.lanes(), List.of()));
        checkpoints.items.put(
                positions.id(),
                items.items.entrySet().stream()
                        .filter(entry -> !entry.getKey().lane().startsWith("rd"))
                        .map(entry -> new ItemStore.Found(entry.getKey(), entry.getValue()))
                        .toList());
    }

    /** Whatever the state of a backfill at the cut, nothing that it does later changes what is walked up to it. */
    @Test
    void whatCountsUpToACutIsTheSameForEver() {
        Map<Cut, List<Set<String>>> cuts = new LinkedHashMap<>();
        cut(cuts);
        deliver(FIRST, bad(REPAIRED_LATER));
        cut(cuts);
        start();
        cut(cuts);
        deliver(BOTH, bad(2 * BAD_LATER));
        cut(cuts);
        redrive(ONE);
        cut(cuts);
        backfill().plan(List.of(TWO)).join();
        cut(cuts);
        backfill().run(List.of(TWO), new Quiet()).join();
        cut(cuts);
        deliver(BOTH, good(COPY, "copied"));
        cut(cuts);
        deliver(BOTH, bad(BAD_LATER));
        cut(cuts);
        redrive(TWO);
        cut(cuts);

        assertThat(cuts).hasSize(10);
        cuts.forEach(
                (cut, then) -> assertThat(walked(cut)).as("cut " + cut.number()).isEqualTo(then));
        assertThat(sum(walked(last(cuts)).get(1)))
                .isEqualTo(GOOD + REPAIRED + REPAIRED_LATER + 2 * BAD_LATER + COPY + BAD_LATER);
    }

    /** A version that the rows no longer know is walked from its first record on, and its own redrives count once too. */
    @Test
    void whatNoRowKnowsCountsOnce() {
        complete();
        LaneRow row = Objects.requireNonNull(control.lanes.get(LANE.id()));
        Cut cut = new Cut("model", "hash", SECOND.hash(), 1, nowMillis, List.of(row.withViews(Map.of())), 3);

        assertThat(redrives.manifests).hasSize(3);
        assertThat(walked(cut))
                .allSatisfy(fates ->
                        assertThat(sum(fates) & ~COPY).isEqualTo(GOOD + REPAIRED + REPAIRED_LATER + BAD_LATER));
    }

    @Test
    void aCutIsNotWalkedWithoutWhatTheBackfillDecided() {
        complete();
        Cut cut = new Cut("model", "hash", SECOND.hash(), 1, nowMillis, List.copyOf(control.lanes.values()), 3);
        redrives.repairs.clear();

        assertThatThrownBy(() -> walked(cut))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the object that says which redrives stand in its records' places is missing");
    }

    private void cut(Map<Cut, List<Set<String>>> cuts) {
        Cut cut = new Cut(
                "model",
                "hash",
                SECOND.hash(),
                cuts.size() + 1,
                nowMillis,
                List.copyOf(control.lanes.values()),
                redrives.manifests.size());
        cuts.put(cut, walked(cut));
    }

    private static Cut last(Map<Cut, List<Set<String>>> cuts) {
        return List.copyOf(cuts.keySet()).get(cuts.size() - 1);
    }

    /** By the first version and the second. */
    private List<Set<String>> walked(Cut cut) {
        return List.of(CutWalk.fates(ports(), FIRST, cut), CutWalk.fates(ports(), SECOND, cut));
    }

    private static int sum(Set<String> fates) {
        return fates.stream()
                .filter(fate -> fate.contains(" folded "))
                .mapToInt(fate -> Integer.parseInt(fate.replaceAll(".*\"price\":|}.*", "")))
                .sum();
    }

    @Test
    void everythingCountsOnce() {
        complete();

        assertThat(spent(live())).isEqualTo("" + (GOOD + REPAIRED + REPAIRED_LATER + COPY + BAD_LATER));
    }

    @Test
    void anAuditOfTheSecondVersionNamesNoFault() {
        complete();
        assertNoFault();

        checkpoint();
        assertNoFault(audit(new AuditStart(Checkpoints.all(checkpoints), Long.MAX_VALUE, Map.of())));
    }

    @Test
    void receiptsOfTheSecondVersionAreReproduced() {
        complete();
        Answer answer = live();

        assertThat(reproduced(answer).values()).isEqualTo(answer.values());
    }

    @Test
    void whatWasServedIsWhatWasAnswered() {
        complete();
        Answer answer = live();

        assertThat(served(past(nowMillis))).isEqualTo(spent(answer));
        checkpoint();
        PastAnswer past = past(nowMillis);
        assertThat(past.made().checkpoint()).isNotNull();
        assertThat(served(past)).isEqualTo(spent(answer));
    }

    @Test
    void t1ARepairedRecordIsKnownFromItsRedriveOn() {
        complete();

        assertThat(served(past(badMillis))).isEqualTo("" + GOOD);
        assertThat(now(past(badMillis))).isEqualTo("" + (GOOD + REPAIRED));
        assertThat(served(past(repairedMillis - 1))).isEqualTo("" + GOOD);
        assertThat(served(past(repairedMillis))).isEqualTo("" + (GOOD + REPAIRED));
        assertThat(past(badMillis).late())
                .extracting(PastAnswer.Late::knownMillis)
                .containsExactly(repairedMillis);
    }

    @Test
    void t1ACheckpointThatHoldsARepairedRecordServesNoMomentBeforeItsRedrive() {
        // Nothing arrives after the redrive, so by arrivals alone the checkpoint would serve a moment before it.
        start();
        backfill().run(List.of(TWO), new Quiet()).join();
        checkpoint();

        assertThat(served(past(repairedMillis - 1))).isEqualTo("" + GOOD);
        PastAnswer past = past(nowMillis);
        assertThat(past.made().checkpoint()).isNotNull();
        assertThat(served(past)).isEqualTo("" + (GOOD + REPAIRED));
    }

    @Test
    void receiptsOfARetiredVersionAreReproduced() {
        complete();
        Answer answer = live();
        control.control = Objects.requireNonNull(control.control)
                .withViews(Map.of(ONE.version(), ViewStatus.ACTIVE, TWO.version(), ViewStatus.RETIRED));
        deliver(FIRST, good(32, "later"));
        assertThat(Objects.requireNonNull(control.lanes.get(LANE.id())).views()).containsOnlyKeys(ONE.version());

        assertThat(reproduced(answer).values()).isEqualTo(answer.values());
    }

    @Test
    void aBackfillOfWhichNothingTellsWhatItTookIsNotReplayed() {
        complete();
        redrives.repairs.clear();

        assertThatThrownBy(() -> audit(AuditStart.archive(checkpoints)))
                .hasMessageContaining("is missing")
                .hasMessageContaining(TWO.version());
    }

    /** A restore from a checkpoint older than the start: its redrives of the second version were left out. */
    @Test
    void aBackfillBegunAnewInARestoredStateTakesTheSamePayloads() {
        complete();
        String before = spent(live());
        items.items.keySet().removeIf(key -> key.viewVersion().equals(TWO.version()));
        restored(Map.of(ONE.version(), ViewStatus.ACTIVE), Map.of(ONE.version(), Position.ORIGIN));

        start();
        backfill().run(List.of(TWO), new Quiet()).join();

        // Both copies lie before the new activation, so they are recognised.
        assertThat(spent(live())).isEqualTo("" + (Integer.parseInt(before) - COPY));
        assertNoFault();
        assertThat(redrive(TWO).outcomes()).as("nothing is left to redrive").isEmpty();
    }

    /** A restore from a checkpoint between start and completion: its redrives of the second version are folded. */
    @Test
    void aBackfillThatWasUnderWayAtTheCheckpointTakesTheSamePayloads() {
        complete();
        String before = spent(live());
        items.items.keySet().removeIf(key -> Lane.isBackfill(key.lane()));
        restored(
                Map.of(ONE.version(), ViewStatus.ACTIVE, TWO.version(), ViewStatus.BACKFILLING),
                Objects.requireNonNull(control.lanes.get(LANE.id())).views());

        backfill().run(List.of(TWO), new Quiet()).join();

        assertThat(spent(live())).isEqualTo(before);
        assertNoFault();
    }

    private void restored(Map<String, ViewStatus> views, Map<String, Position> activations) {
        control.control = new ControlRow(1, "g2", ControlRow.Phase.LIVE, views);
        LaneRow row = Objects.requireNonNull(control.lanes.get(LANE.id()));
        control.lanes.put(
                LANE.id(),
                new LaneRow(
                        LANE,
                        1,
                        row.last(),
                        row.count(),
                        row.maxArrivalMillis(),
                        "g2",
                        activations,
                        Map.of(),
                        Map.of()));
    }

    private RawRecord tooLate(int price) {
        RawRecord record = good(price, "late" + price);
        return new RawRecord(record.position(), record.arrivalMillis(), record.partitionKey(), old(record.data()));
    }

    /** The event happened longer ago than either version keeps. */
    private static byte[] old(byte[] event) {
        return new String(event, UTF_8).replace("\"ts\":1", "\"ts\":").getBytes(UTF_8);
    }

    /** Lane and worth of what arrived from one moment to another, both included, and was too late, as it was told. */
    private List<String> tooLate(View view, long fromMillis, long untilMillis) {
        List<String> found = new ArrayList<>();
        new TooLateEvents(ports(), SECOND.sources().get(0), view)
                .find(fromMillis, untilMillis + 1, event -> {
                    String data = new String(event.record().data(), UTF_8);
                    found.add(event.laneId().replace(LANE.id(), "lane") + " "
                            + data.substring(data.lastIndexOf(':') + 1, data.length() - 1));
                    assertThat(event.liveLaneId()).isEqualTo(LANE.id());
                })
                .join();
        return found;
    }

    /** Before and after the activation, out of a redrive's payload, and as a copy. */
    private void someTooLate() {
        deliver(FIRST, tooLate(32));
        RawRecord bad = bad(64);
        deliver(FIRST, bad);
        List<Candidate> repaired = quarantine.entries.values().stream()
                .filter(entry -> entry.record().position().equals(bad.position()))
                .map(entry -> new Candidate(
                        entry,
                        old(new String(entry.record().data(), UTF_8)
                                .replace("prize", "price")
                                .getBytes(UTF_8))))
                .toList();
        ChangePorts ports = MemoryPorts.ofRedrives(redrives, control, items, () -> nowMillis);
        new Redriver(FIRST, ports, settings()).redrive(repaired).join();
        nowMillis += MINUTE_MILLIS;
        complete();
        fold(BOTH, tooLate(128));
    }

    @Test
    void whatWasTooLateIsToldAsTheBackfillTheFoldAndTheRedrivesJudgedIt() {
        someTooLate();

        assertThat(tooLate(ONE, START_MILLIS, nowMillis)).containsExactly("lane 32", "lane 128", "rd2#lane 64");
        assertThat(tooLate(TWO, START_MILLIS, nowMillis)).containsExactly("bf#lane 32", "bf#lane 64", "lane 128");
        LaneRow row = Objects.requireNonNull(control.lanes.get(LANE.id()));
        assertThat(Objects.requireNonNull(row.counts().get(ONE.version())).tooLate())
                .as("of the live fold")
                .isEqualTo(2);
        assertThat(Objects.requireNonNull(row.counts().get(TWO.version())).tooLate())
                .as("of the live fold")
                .isEqualTo(1);
    }

    /** Every record is a segment of its own here, and stands under its hour. */
    @Test
    void aHoleAndALostEndAreNamedWhenSomethingIsLookedForThatWasTooLate() {
        someTooLate();
        List<Archive.Segment> whole = List.copyOf(archive.segments);

        archive.segments.remove(3);
        assertDamaged();

        archive.segments.clear();
        archive.segments.addAll(whole.subList(0, whole.size() - 1));
        assertDamaged();

        archive.segments.clear();
        archive.segments.addAll(whole);
        assertThat(tooLate(TWO, START_MILLIS, nowMillis)).hasSize(3);
    }

    private void assertDamaged() {
        assertThatThrownBy(() -> tooLate(TWO, START_MILLIS, nowMillis))
                .cause()
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining(LANE.id());
    }
}
