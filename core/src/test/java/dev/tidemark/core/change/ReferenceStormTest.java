package dev.tidemark.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.ReferenceInputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.SnapshotRows;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryReferenceLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.store.ReferenceLog.Manifest;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X1 under a seed: sandboxes with clocks that differ and lists that are old fold batches again and again while snapshots are
 * published. The oracle knows nothing of look-ups: it folds, all at once, events that already hold what the table said when
 * they arrived. What is folded must be the same, also by a replay after the last publication.
 */
class ReferenceStormTest {

    private static final long START_MILLIS = 1_790_000_000_000L;
    private static final long AFTER_MILLIS = 60_000;
    private static final long MOST_SKEW_MILLIS = 10_000;
    private static final Lane LANE =
            new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/shop", 1_700_000_000_000L, "shardId-0");

    private static final String VIEW = """
                source: shop
                entity: user
                features:
                  clicks: {function: count, windows: [10m, 1h], group_by: {field: item.category, max_groups: 9}}
                  listed: {function: sum, input: item.price, optional: true, windows: [1h, lifetime]}
                  new: {function: count, where: 'item.fresh == true', windows: [1h]}
                  named: {function: last, input: item.id, windows: [1h]}
            """;

    private static final Catalog LOOKING_UP = catalog("""
            references:
              items:
                key: item_id
                effective_after: 60s
                fields: {category: text, price: number, fresh: boolean}
            views:
              clicker:
                look_up: {item: {from: items, key: item.id}}
            """ + VIEW);

    /** Another view is folded from the start, so that the one that looks up can be switched on later. */
    private static final Catalog TWO_VIEWS = catalog("""
            references:
              items:
                key: item_id
                effective_after: 60s
                fields: {category: text, price: number, fresh: boolean}
            views:
              seen: {source: shop, entity: user, features: {events: {function: count, windows: [1h]}}}
              clicker:
                look_up: {item: {from: items, key: item.id}}
            """ + VIEW);

    private static final String CHECKPOINT = "20260101T000000Z-0000";
    private static final Catalog PLAIN = catalog("views:\n  clicker:\n" + VIEW);
    private static final Reference ITEMS = LOOKING_UP.reference("items").orElseThrow();

    private static Catalog catalog(String rest) {
        return new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  shop: {stream: shop, event_time: {field: ts, format: epoch_millis}}
                """ + rest);
    }

    /** How a storm is broken on purpose. */
    private enum Broken {
        NOT,
        EFFECTIVE_AT_PUBLICATION,
        LIST_NOT_READ_AGAIN
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyoneFoldsWhatTheTableSaidOnArrival(long seed) {
        Storm storm = new Storm(seed, Broken.NOT);
        storm.run();
        Map<String, String> expected = storm.expected();
        assertThat(storm.items()).as("seed %s, live", seed).isEqualTo(expected);
        assertThat(storm.replayed()).as("seed %s, replayed", seed).isEqualTo(expected);
        assertThat(storm.published).as("seed %s", seed).isGreaterThan(3);
        assertThat(storm.held).as("seed %s: lists that failed", seed).isPositive();
        assertThat(storm.redelivered).as("seed %s", seed).isPositive();
    }

    /** Half of the state from a checkpoint, half replayed after further publications. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aRestoreFindsWhatTheTableSaidOnArrival(long seed) {
        Storm storm = new Storm(seed, Broken.NOT);
        InMemoryCheckpoints checkpoints = new InMemoryCheckpoints();
        storm.inTheMiddle = () -> storm.checkpoint(checkpoints);
        storm.run();
        assertThat(storm.restored(checkpoints)).as("seed %s", seed).isEqualTo(storm.expected());
    }

    /** What came before the view was switched on is folded long after; what came later, by the live fold. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aBackfillFindsWhatTheTableSaidOnArrival(long seed) {
        Storm storm = new Storm(seed, Broken.NOT);
        storm.catalog = TWO_VIEWS;
        View clicker = TWO_VIEWS.view("clicker").orElseThrow();
        View seen = TWO_VIEWS.view("seen").orElseThrow();
        storm.live.control.control =
                new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(seen.version(), ControlRow.ViewStatus.ACTIVE));
        storm.inTheMiddle = () -> {
            CatalogSwitch.write(storm.live.control, row -> Activation.start(row, Set.of(clicker.version())))
                    .join();
            storm.backfill().plan(List.of(clicker)).join();
        };
        storm.run();
        assertThat(storm.live.values(TWO_VIEWS, clicker, storm.nowMillis))
                .as("seed %s: the first half is missing", seed)
                .isNotEqualTo(storm.oracle().values(PLAIN, PLAIN.views().get(0), storm.nowMillis));
        storm.backfill().run(List.of(clicker), Storm.QUIET).join();
        assertThat(storm.live.values(TWO_VIEWS, clicker, storm.nowMillis))
                .as("seed %s", seed)
                .isEqualTo(storm.oracle().values(PLAIN, PLAIN.views().get(0), storm.nowMillis));
    }

    /** Else the storm would prove nothing. */
    @Test
    void itFindsAnEffectThatIsTooEarly() {
        assertThat(seedsThatDiffer(Broken.EFFECTIVE_AT_PUBLICATION)).isGreaterThan(15);
    }

    @Test
    void itFindsAListThatIsNotReadAgain() {
        assertThat(seedsThatDiffer(Broken.LIST_NOT_READ_AGAIN)).isGreaterThan(15);
    }

    private static long seedsThatDiffer(Broken broken) {
        long differ = 0;
        for (long seed = 1; seed <= 20; seed++) {
            Storm storm = new Storm(seed, broken);
            storm.run();
            differ += storm.items().equals(storm.expected()) ? 0 : 1;
        }
        return differ;
    }

    private static final class Storm {

        private final Random random;
        private final Broken broken;
        private final InMemoryReferenceLog log = new InMemoryReferenceLog();
        private final Stores live = new Stores();
        private final List<BatchFold> sandboxes = new ArrayList<>();
        private final List<RawRecord> stream = new ArrayList<>();

        /** What the publisher said, for the oracle: by number. */
        private final Map<Long, Map<String, Map<String, Object>>> tables = new HashMap<>();

        private static final Backfill.Progress QUIET = new Backfill.Progress() {
            @Override
            public void warmsUp(View view, long untilMillis) {
                throw new IllegalStateException("no view reads pairs here");
            }

            @Override
            public void pass(List<View> views, int lanes) {}

            @Override
            public void folded(String laneId, int records) {}

            @Override
            public void done(String laneId) {}
        };

        private Catalog catalog = LOOKING_UP;
        private Runnable inTheMiddle = () -> {};
        private long nowMillis = START_MILLIS;
        private int delivered;
        private int published;
        private int held;
        private int redelivered;

        Storm(long seed, Broken broken) {
            this.random = new Random(seed);
            this.broken = broken;
        }

        void run() {
            for (int i = 0; i < 3; i++) {
                long skew = random.nextLong(2 * MOST_SKEW_MILLIS) - MOST_SKEW_MILLIS;
                sandboxes.add(live.fold(catalog, inputs(() -> nowMillis + skew)));
            }
            arrive();
            deliver();
            assertThat(delivered)
                    .as("nothing is folded before there is a snapshot")
                    .isZero();
            for (int step = 0; step < 300; step++) {
                nowMillis += random.nextInt(8_000);
                if (step == 150) {
                    inTheMiddle.run();
                }
                log.isDown = random.nextInt(10) == 0;
                int what = random.nextInt(20);
                if (step == 0 || what == 0) {
                    publish();
                } else if (what < 10) {
                    arrive();
                } else {
                    deliver();
                }
            }
            log.isDown = false;
            while (delivered < stream.size()) {
                deliver();
            }
        }

        private Inputs inputs(LongSupplier clock) {
            return new ReferenceInputs(log, broken == Broken.LIST_NOT_READ_AGAIN ? () -> Long.MAX_VALUE / 2 : clock);
        }

        private void arrive() {
            for (int i = random.nextInt(4); i >= 0; i--) {
                nowMillis += random.nextInt(2);
                int number = stream.size();
                // A record may arrive a little before the one before it.
                long arrival = nowMillis - random.nextInt(3_000);
                String event = "{\"user\":\"u" + random.nextInt(3) + "\",\"ts\":" + (arrival - random.nextInt(50_000))
                        + ",\"item\":{\"id\":\"i" + random.nextInt(6) + "\"}}";
                stream.add(new RawRecord(
                        new Position("" + (1_000_000 + number), 0),
                        arrival,
                        "key",
                        event.getBytes(StandardCharsets.UTF_8)));
            }
        }

        private void publish() {
            boolean wasDown = log.isDown;
            log.isDown = false;
            SnapshotRows rows = new SnapshotRows();
            Map<String, Map<String, Object>> table = new HashMap<>();
            for (int item = 0; item < 5; item++) {
                if (random.nextInt(5) > 0) {
                    Map<String, Object> row = new HashMap<>(Map.of(
                            "category", "c" + random.nextInt(4),
                            "price", BigDecimal.valueOf(random.nextInt(1_000), 2),
                            "fresh", random.nextBoolean()));
                    row.keySet().removeIf(field -> random.nextInt(6) == 0);
                    table.put("i" + item, row);
                    rows.add("i" + item, new Snapshot.Row(Snapshot.ALWAYS, row));
                }
            }
            Manifest manifest = new ReferencePublisher(log, () -> nowMillis)
                    .publish(ITEMS, rows, null)
                    .join()
                    .manifest();
            if (broken == Broken.EFFECTIVE_AT_PUBLICATION) {
                Objects.requireNonNull(log.manifests.get("items"))
                        .put(
                                manifest.number(),
                                new Manifest(
                                        "items",
                                        manifest.number(),
                                        nowMillis,
                                        nowMillis,
                                        AFTER_MILLIS,
                                        manifest.fields(),
                                        manifest.rows(),
                                        manifest.bytes(),
                                        manifest.sha256()));
            }
            tables.put(manifest.number(), table);
            published++;
            log.isDown = wasDown;
        }

        private void deliver() {
            int from = Math.max(0, delivered - random.nextInt(4));
            int to = Math.min(stream.size(), from + 1 + random.nextInt(12));
            if (from >= to) {
                return;
            }
            redelivered += delivered - from;
            BatchFold sandbox = sandboxes.get(random.nextInt(sandboxes.size()));
            BatchOutcome outcome = sandbox.fold(new Batch(LANE, stream.subList(from, to)), Long.MAX_VALUE)
                    .join();
            if (outcome.isDone()) {
                delivered = Math.max(delivered, to);
            } else {
                assertThat(outcome.held()).isEqualTo(BatchOutcome.Hold.INPUTS_UNAVAILABLE);
                held++;
            }
        }

        Map<String, String> items() {
            return live.content();
        }

        /** As a restore or a backfill does it: later, in other batches, by a process that knows all snapshots. */
        Map<String, String> replayed() {
            Stores stores = new Stores();
            stores.foldAll(LOOKING_UP, inputs(() -> nowMillis), stream, 1 + random.nextInt(50));
            return stores.content();
        }

        void checkpoint(InMemoryCheckpoints checkpoints) {
            boolean complete = new Checkpointer(
                            Catalogs.of(catalog),
                            new CheckpointPorts(
                                    new InMemoryScan(live.items), live.control, checkpoints, () -> nowMillis),
                            new CheckpointSettings(1, 2, 1, 1_000))
                    .run(CHECKPOINT, "attempt", Long.MAX_VALUE, (done, segments, items, bytes) -> {})
                    .join()
                    .manifest()
                    .isPresent();
            assertThat(complete).isTrue();
        }

        Map<String, String> restored(InMemoryCheckpoints checkpoints) {
            Stores stores = new Stores();
            new Restorer(Catalogs.of(catalog), jobs(stores, checkpoints), new RestoreSettings(4, 2, 3, 0))
                    .restore("g2", new ControlRow.Restore(CHECKPOINT, null), RestoreListener.NONE)
                    .join();
            return stores.content();
        }

        Backfill backfill() {
            return new Backfill(
                    catalog,
                    jobs(live, new InMemoryCheckpoints()),
                    new Backfill.Settings(new FoldSettings("g1", 4, 3, 1 << 20), 2, 5));
        }

        /** Of what is archived, into some stores. */
        private ChangePorts jobs(Stores into, InMemoryCheckpoints checkpoints) {
            return new ChangePorts(
                    new HistoryPorts(
                            live.archive, new InMemoryRedriveLog(), checkpoints, into.control, inputs(() -> nowMillis)),
                    into.items,
                    into.quarantine,
                    new InMemoryBackfillLog(),
                    new InMemoryLineage(),
                    millis -> CompletableFuture.completedFuture(null),
                    () -> START_MILLIS,
                    new Random(1));
        }

        Map<String, String> expected() {
            return oracle().content();
        }

        Stores oracle() {
            Stores stores = new Stores();
            stores.foldAll(
                    PLAIN, Inputs.NONE, stream.stream().map(this::enriched).toList(), stream.size());
            return stores;
        }

        private RawRecord enriched(RawRecord record) {
            long number = 1;
            for (Manifest manifest :
                    Objects.requireNonNull(log.manifests.get("items")).values()) {
                number = manifest.number() > 1 && manifest.effectiveMillis() <= record.arrivalMillis()
                        ? manifest.number()
                        : number;
            }
            String event = new String(record.data(), StandardCharsets.UTF_8);
            String id = event.replaceAll(".*\"id\":\"(i\\d)\".*", "$1");
            StringBuilder fields = new StringBuilder("\"id\":\"" + id + "\"");
            Objects.requireNonNull(tables.get(number))
                    .getOrDefault(id, Map.of())
                    .forEach((field, value) -> fields.append(",\"" + field + "\":"
                            + (value instanceof String ? "\"" + value + "\"" : value.toString())));
            return record.withData(
                    event.replaceAll("\"id\":\"i\\d\"", fields.toString()).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The stores of one fold. */
    private static final class Stores {

        private final InMemoryItemStore items = new InMemoryItemStore();
        private final InMemoryControlStore control = new InMemoryControlStore();
        private final InMemoryQuarantine quarantine = new InMemoryQuarantine();
        private final InMemoryArchive archive = new InMemoryArchive();

        BatchFold fold(Catalog catalog, Inputs inputs) {
            return new BatchFold(
                    catalog,
                    new FoldPorts(
                            items,
                            control,
                            archive,
                            quarantine,
                            new InMemoryLineage(),
                            millis -> CompletableFuture.completedFuture(null),
                            () -> START_MILLIS,
                            new Random(1),
                            inputs),
                    FoldSettings.DEFAULT);
        }

        void foldAll(Catalog catalog, Inputs inputs, List<RawRecord> records, int batch) {
            BatchFold fold = fold(catalog, inputs);
            for (int from = 0; from < records.size(); from += batch) {
                List<RawRecord> some = records.subList(from, Math.min(records.size(), from + batch));
                assertThat(fold.fold(new Batch(LANE, some), Long.MAX_VALUE)
                                .join()
                                .isDone())
                        .isTrue();
            }
        }

        /** What is served about every user. */
        List<Map<String, Object>> values(Catalog catalog, View view, long atMillis) {
            return new FeatureServer(catalog, items, new ProgressCache(control, 0))
                            .answer(QueryPlan.of(view, null, atMillis, atMillis), List.of("u0", "u1", "u2"), atMillis)
                            .join()
                            .stream()
                            .map(Answer::values)
                            .toList();
        }

        /** Without the view's version. */
        Map<String, String> content() {
            Map<String, String> content = new TreeMap<>();
            items.items.forEach((key, item) -> content.put(
                    key.entity() + " " + key.width() + " " + key.block(), java.util.Arrays.toString(item.body())));
            return content;
        }
    }
}
