package dev.tidemark.core.fold;

import static dev.tidemark.core.fold.FoldWorld.LANE;
import static dev.tidemark.core.fold.FoldWorld.NOW_MILLIS;
import static dev.tidemark.core.fold.FoldWorld.lane;
import static dev.tidemark.core.fold.FoldWorld.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.store.Fault;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules J1 and J2 of docs/protocol.md in the fold: predictions and outcomes of models. */
class FoldPairsTest {

    private static final String YAML = """
            tidemark: 1
            sources:
              clicks: {stream: clicks, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: clicks, where: type == "prediction", key: id}
                right: {source: clicks, where: type == "outcome", key: of}
                within: 10m
                early: 1m
                match: first
                max_halves: 8
            views:
              quality:
                source: judged
                entity: left.model
                retention: 5m
                where: left.score != right.label
                features:
                  pairs: {function: count, windows: [1h, 2h]}
                  labels: {function: sum, input: right.label, windows: [1h]}
                  sure: {function: count, where: left.score > 0.5, windows: [1h]}
                  waited: {function: max, input: delay, windows: [1h]}
            """;

    private static final Catalog CATALOG = new CatalogCompiler().compile(YAML);
    private static final View VIEW = CATALOG.views().get(0);
    private static final long REACH_MILLIS = 16 * 60_000;
    private static final long KEPT_MILLIS = 2 * REACH_MILLIS + 60_000;

    private final FoldWorld world = new FoldWorld();
    private final BatchFold fold = sandbox();

    private BatchFold sandbox() {
        return world.fold(FoldSettings.DEFAULT.maxPortionItems(), CATALOG);
    }

    private static RawRecord prediction(int n, String id, String model) {
        return event(n, 0, 0, "prediction", "\"id\":\"" + id + "\",\"model\":\"" + model + "\",\"score\":0.75");
    }

    private static RawRecord outcome(int n, String id, int label) {
        return outcome(n, 0, id, label);
    }

    private static RawRecord outcome(int n, long laterMillis, String id, int label) {
        return event(n, 0, laterMillis, "outcome", "\"of\":\"" + id + "\",\"label\":" + label);
    }

    /** Happened and arrived {@code n} milliseconds after the present, and so much later. */
    private static RawRecord event(int n, long subsequence, long laterMillis, String type, String rest) {
        long millis = NOW_MILLIS + n + laterMillis;
        String json = "{\"type\":\"" + type + "\",\"ts\":" + millis + "," + rest + "}";
        return new RawRecord(position(n, subsequence), millis, "key", json.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, ?> values(String model) {
        QueryPlan plan = QueryPlan.of(VIEW, null, world.nowMillis, world.nowMillis);
        return FeatureServer.answer(
                        world.items,
                        plan,
                        new ViewProgress(List.copyOf(world.control.lanes.values()), List.of()),
                        model,
                        world.nowMillis)
                .join()
                .values();
    }

    private String pairs(String model) {
        return String.valueOf(values(model).get("pairs_1h"));
    }

    private ViewCounts counts() {
        return world.laneRow().countsOf(VIEW.version());
    }

    private static ItemKey halves(String id) {
        return ItemKey.pair(VIEW.version(), id, LANE.id());
    }

    @Test
    void pairsAreFoldedAsEventsOfTheirEntity() {
        world.deliver(fold, prediction(1, "a", "m1"), prediction(2, "b", "m1"), prediction(3, "c", "m2"));
        world.deliver(fold, outcome(2_001, "a", 1), outcome(2_002, "c", 0), outcome(2_003, "nobody", 1));

        assertThat(String.valueOf(values("m1")))
                .isEqualTo("{pairs_1h=1, pairs_2h=1, labels_1h=1, sure_1h=1, waited_1h=2}");
        assertThat(String.valueOf(values("m2")))
                .isEqualTo("{pairs_1h=1, pairs_2h=1, labels_1h=0, sure_1h=1, waited_1h=1.999}");
    }

    @Test
    void everyHalfHasOneFate() {
        world.deliver(
                fold,
                outcome(1, "a", 1),
                prediction(2, "a", "m1"),
                prediction(3, "a", "m1"),
                outcome(4, "a", 1),
                prediction(5, "b", "m1"),
                outcome(6, "b", 1),
                outcome(7, 11 * 60_000, "b", 1),
                outcome(8, "late", 1),
                event(9, 0, 0, "view", "\"id\":\"a\""),
                event(10, 0, 0, "prediction", "\"id\":\"d\",\"score\":1"),
                event(11, 0, 0, "outcome", "\"of\":\"d\",\"label\":\"yes\""),
                event(12, 0, 0, "outcome", "\"label\":1"));

        ViewCounts counts = counts();
        assertThat(counts.pairs()).isEqualTo(new PairCounts(2, 1, 1, 1, 2, 0, 1));
        assertThat(counts.duplicates()).isEqualTo(1);
        assertThat(counts.filtered()).isEqualTo(1);
        assertThat(counts.quarantined())
                .as("no model; no number; no key")
                .isEqualTo(Map.of(InvalidEvent.Reason.MISSING_FIELD, 2L, InvalidEvent.Reason.MISTYPED_FIELD, 1L));
        assertThat(counts.total()).isEqualTo(12);
        assertThat(counts.folded()).isEqualTo(counts.pairs().total());
    }

    /** Such as a prediction that is in no slice, where the entity is the slice. */
    @Test
    void aHalfThatFailsTheViewsConditionOwesNothing() {
        Catalog catalog = new CatalogCompiler()
                .compile(YAML.replace("where: left.score != right.label", "where: left.model != null"));
        world.deliver(
                world.fold(FoldSettings.DEFAULT.maxPortionItems(), catalog),
                event(1, 0, 0, "prediction", "\"id\":\"d\",\"score\":1"),
                outcome(2, "d", 1),
                prediction(3, "a", "m1"),
                outcome(4, "a", 1));

        ViewCounts counts = world.laneRow().countsOf(catalog.views().get(0).version());
        assertThat(counts.quarantinedTotal()).isZero();
        assertThat(counts.pairs()).isEqualTo(new PairCounts(2, 2, 0, 0, 0, 0, 0));
    }

    @Test
    void aHalfWithoutTheKeyIsToldSo() {
        RecordJudge judge = new RecordJudge(VIEW, CATALOG.sources().get(0));

        assertThatThrownBy(() -> judge.judge(event(1, 0, 0, "outcome", "\"label\":1")))
                .isInstanceOf(InvalidEvent.class)
                .hasMessage("pair key 'of' is missing or empty");
    }

    @Test
    void aKeyThatIsFullOverflows() {
        List<RawRecord> records = new ArrayList<>();
        for (int n = 1; n <= 10; n++) {
            records.add(outcome(n, "a", 1));
        }
        records.add(prediction(11, "a", "m1"));
        world.deliver(fold, LANE, records);
        assertThat(counts().pairs()).isEqualTo(new PairCounts(0, 0, 0, 0, 8, 3, 0));
        assertThat(pairs("m1")).isEqualTo("0");
    }

    @Test
    @DisplayName("J1: no tile is written before the halves are confirmed")
    void fence() {
        world.deliver(fold, prediction(1, "a", "m1"));
        world.items.faults = key -> key.isPair() ? Fault.REFUSED : Fault.NONE;
        BatchOutcome outcome = world.deliver(fold, outcome(2, "a", 1));
        assertThat(outcome.isDone()).isFalse();
        assertThat(world.items.items.keySet()).allMatch(ItemKey::isPair);

        world.items.faults = key -> Fault.NONE;
        world.deliver(sandbox(), outcome(2, "a", 1));
        assertThat(pairs("m1")).isEqualTo("1");
    }

    @Test
    @DisplayName("J1: halves that are confirmed, but whose pairs are not, make the same pairs again")
    void tilesFail() {
        world.items.faults = key -> key.isPair() ? Fault.NONE : Fault.REFUSED;
        world.deliver(fold, prediction(1, "a", "m1"), outcome(2, "a", 1), outcome(3, "a", 0));
        world.items.faults = key -> Fault.NONE;
        world.deliver(sandbox(), prediction(1, "a", "m1"), outcome(2, "a", 1));
        world.deliver(sandbox(), outcome(2, "a", 1), outcome(3, "a", 0), outcome(4, "b", 0));
        assertThat(String.valueOf(values("m1").get("labels_1h"))).isEqualTo("1");
        assertThat(pairs("m1")).isEqualTo("1");
        assertThat(counts().pairs()).isEqualTo(new PairCounts(1, 1, 1, 0, 1, 0, 0));
    }

    @Test
    @DisplayName("J1: a key that failed holds up the pairs of all keys of the view")
    void limit() {
        world.deliver(fold, prediction(1, "a", "m1"), prediction(2, "b", "m1"));
        world.items.faults = key -> key.equals(halves("b")) ? Fault.REFUSED : Fault.NONE;
        world.deliver(fold, outcome(3, "a", 1), outcome(4, "b", 1), outcome(5, "a", 1), outcome(6, "c", 1));
        assertThat(world.laneRow().last()).isEqualTo(position(3, 0));
        assertThat(pairs("m1")).isEqualTo("1");

        world.items.faults = key -> Fault.NONE;
        world.deliver(fold, outcome(4, "b", 1), outcome(5, "a", 1), outcome(6, "c", 1));
        assertThat(pairs("m1")).isEqualTo("2");
        assertThat(world.laneRow().last()).isEqualTo(position(6, 0));
    }

    @Test
    @DisplayName("J1: what would forget a half that is not done waits, even inside an aggregated record")
    void settling() {
        RawRecord[] records = {
            event(1, 0, 0, "prediction", "\"id\":\"a\",\"model\":\"m1\",\"score\":0"),
            event(1, 1, 1, "outcome", "\"of\":\"a\",\"label\":1"),
            event(1, 2, KEPT_MILLIS + 10, "outcome", "\"of\":\"a\",\"label\":1"),
            event(1, 3, KEPT_MILLIS + 11, "prediction", "\"id\":\"b\",\"model\":\"m1\",\"score\":0"),
        };
        world.nowMillis += KEPT_MILLIS;
        world.items.faults = key -> key.isPair() ? Fault.NONE : Fault.REFUSED;
        world.deliver(fold, records);
        assertThat(Objects.requireNonNull(world.items.items.get(halves("a"))).mark())
                .as("the third waits")
                .isEqualTo(position(1, 1));

        world.items.faults = key -> Fault.NONE;
        assertThat(world.deliver(sandbox(), records).isDone()).isTrue();
        assertThat(counts().pairs()).isEqualTo(new PairCounts(2, 1, 0, 0, 1, 0, 0));
        assertThat(Objects.requireNonNull(world.items.items.get(halves("a"))).mark())
                .isEqualTo(position(1, 2));
    }

    @Test
    @DisplayName("J2: a child's right meets the left that its parent remembers")
    void adoption() {
        Lane child = lane("shardId-000000000001");
        world.lineage.parents.put(child.id(), List.of(LANE));
        world.deliver(fold, prediction(1, "a", "m1"), prediction(2, "b", "m1"), outcome(3, "b", 1));
        world.deliver(fold, child, List.of(outcome(11, "a", 1), outcome(12, "b", 1)));
        world.deliver(sandbox(), child, List.of(outcome(12, "b", 1), outcome(13, "a", 1)));

        assertThat(pairs("m1")).isEqualTo("2");
        LaneRow row = Objects.requireNonNull(world.control.lanes.get(child.id()));
        assertThat(row.countsOf(VIEW.version()).pairs()).isEqualTo(new PairCounts(0, 1, 2, 0, 0, 0, 0));
    }

    @Test
    @DisplayName("J2: the ancestors are asked only for a key of which the lane has nothing, while they can matter")
    void ancestorsAreAskedOnce() {
        Lane child = lane("shardId-000000000001");
        world.lineage.parents.put(child.id(), List.of(LANE));
        world.deliver(fold, prediction(1, "a", "m1"));
        world.deliver(fold, child, List.of(outcome(11, "a", 1)));
        world.deliver(fold, child, List.of(outcome(12, "a", 1)));
        assertThat(world.items.queries).hasSize(1);
        world.deliver(fold, child, List.of(outcome(13, KEPT_MILLIS, "b", 1)));
        assertThat(world.items.queries).hasSize(1);
    }

    /** However the records are cut into batches, and whatever fails, the items are those of one batch. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void storm(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<RawRecord> records = new ArrayList<>();
        long later = 0;
        for (int n = 1; n <= 40; n++) {
            later += random.nextInt(10) == 0 ? KEPT_MILLIS + random.nextInt(3) - 2 : random.nextInt(90_000);
            String id = "p" + random.nextInt(3);
            String rest = "\"id\":\"" + id + "\",\"of\":\"" + id + "\",\"model\":\"m" + random.nextInt(2)
                    + "\",\"score\":0,\"label\":" + (1 + random.nextInt(2));
            records.add(event(n, 0, later, random.nextInt(3) == 0 ? "prediction" : "outcome", rest));
        }
        world.nowMillis += later;
        FoldWorld calm = new FoldWorld();
        calm.nowMillis = world.nowMillis;
        calm.deliver(calm.fold(FoldSettings.DEFAULT.maxPortionItems(), CATALOG), LANE, records);

        world.items.faults = key -> switch (random.nextInt(8)) {
            case 0 -> Fault.REFUSED;
            case 1 -> Fault.LATE;
            case 2 -> Fault.RESPONSE_LOST;
            default -> Fault.NONE;
        };
        for (int i = 0; i < 400; i++) {
            int last = world.control.lanes.isEmpty() ? 0 : (int) world.laneRow().count();
            int from = Math.max(0, Math.min(last, records.size() - 1) - random.nextInt(6));
            int to = Math.min(records.size(), from + 1 + random.nextInt(12));
            world.deliver(random.nextInt(3) == 0 ? sandbox() : fold, LANE, records.subList(from, to));
            if (random.nextBoolean()) {
                world.items.landLate();
            }
        }
        world.items.landLate();
        assertThat(world.laneRow().count()).as("seed %d", seed).isEqualTo(records.size());
        assertThat(bodies(world, key -> true)).as("seed %d", seed).isEqualTo(bodies(calm, key -> true));
        assertThat(counts()).isEqualTo(calm.laneRow().countsOf(VIEW.version()));
    }

    private static Map<ItemKey, String> bodies(FoldWorld of, Predicate<ItemKey> wanted) {
        Map<ItemKey, String> bodies = new HashMap<>();
        for (Map.Entry<ItemKey, StoredItem> item : of.items.items.entrySet()) {
            if (wanted.test(item.getKey())) {
                bodies.put(
                        item.getKey(),
                        item.getValue().mark().text()
                                + Arrays.toString(item.getValue().body()));
            }
        }
        return bodies;
    }
}
