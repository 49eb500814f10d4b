package dev.tidemark.core.past;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Candidate;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.change.MemoryPorts;
import dev.tidemark.core.change.Redriver;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A shop's stream folded over some hours while questions are asked: two shards, of which the first is split, late,
 * duplicate and bad records, arrivals that go back, checkpoints taken in the middle of things, and a redrive. Every
 * question was asked while nothing was under way.
 */
public final class PastWorld {

    public static final long START_MILLIS = 1_790_000_000_000L - 1_790_000_000_000L % 3_600_000L;
    public static final Lane FIRST = lane("shardId-000000000000");
    public static final Lane SECOND = lane("shardId-000000000001");
    public static final Lane CHILD = lane("shardId-000000000002");
    public static final List<String> USERS = List.of("ann", "bob", "cid");

    public static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop, event_time: {field: ts, format: epoch_millis}, event_id: id}
            views:
              buyer:
                source: shop
                entity: user
                retention: 2h
                features:
                  buys: {function: count, windows: [10m, 1h, lifetime]}
                  spent: {function: sum, input: price, windows: [10m, 1h]}
                  newest: {function: last, input: price, windows: [1h]}
                  sold: {function: distinct, input: item, windows: [1h]}
              once:
                source: shop
                entity: user
                retention: 2h
                drop_duplicates: {horizon: 10m, max_ids: 4}
                features:
                  buys: {function: count, windows: [10m, 1h]}
                  spent: {function: sum, input: price, windows: [10m, 1h, 10m_before_30m]}
            """);

    public final InMemoryItemStore items = new InMemoryItemStore();
    public final InMemoryControlStore control = new InMemoryControlStore();
    public final InMemoryArchive archive = new InMemoryArchive();
    final InMemoryQuarantine quarantine = new InMemoryQuarantine();
    final InMemoryLineage lineage = new InMemoryLineage();
    public final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    public final SnapshotCheckpoints checkpoints = new SnapshotCheckpoints();
    public final List<Asked> asked = new ArrayList<>();

    /** Asked while a batch was under way: its items are written, its lane row is not. */
    public final List<Asked> askedInFlight = new ArrayList<>();

    public final List<Admitted> admitted = new ArrayList<>();

    private final Random random;
    private final Map<Lane, Long> maxArrival = new HashMap<>();
    private final Map<Lane, Integer> numbers = new HashMap<>();
    private final List<String> ids = new ArrayList<>();
    private final BatchFold fold;
    private final List<Admitted> bad = new ArrayList<>();
    private CheckpointStore.@Nullable Positions begun;
    private long nowMillis = START_MILLIS;

    /** An answer as it was given. */
    public record Asked(long atMillis, View view, String user, Answer answer) {}

    /** An event that view buyer counts. */
    public record Admitted(String user, long eventTimeMillis, long knownMillis) {}

    public PastWorld(long seed) {
        this(seed, 130);
    }

    /** The same world when it was younger: after the first steps only. */
    public PastWorld(long seed, int steps) {
        random = new Random(seed);
        fold = new BatchFold(
                CATALOG,
                new FoldPorts(
                        items,
                        control,
                        archive,
                        quarantine,
                        lineage,
                        millis -> CompletableFuture.completedFuture(null),
                        () -> nowMillis,
                        new Random(1)),
                new FoldSettings("g1", 4, 3, 1 << 20));
        lineage.parents.put(CHILD.id(), List.of(FIRST));
        run(Math.min(steps, 60), FIRST, SECOND);
        if (steps < 130) {
            return;
        }
        lineage.drained = (lane, last) -> lane.equals(FIRST);
        run(60, CHILD, SECOND);
        redrive();
        run(10, CHILD, SECOND);
    }

    public static Lane lane(String shardId) {
        return new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/shop", 1_700_000_000_000L, shardId);
    }

    public HistoryPorts ports() {
        return new HistoryPorts(archive, redrives, checkpoints, control);
    }

    TimeTravel travel() {
        return new TimeTravel(Catalogs.of(CATALOG), ports());
    }

    public long nowMillis() {
        return nowMillis;
    }

    public static View view(String name) {
        return CATALOG.view(name).orElseThrow();
    }

    private void run(int steps, Lane... lanes) {
        for (int step = 0; step < steps; step++) {
            deliver(lanes[random.nextInt(lanes.length)]);
            if (random.nextInt(8) == 0) {
                beginCheckpoint();
            } else if (random.nextInt(3) == 0) {
                finishCheckpoint();
            }
            ask();
        }
    }

    /** A batch; the clock stands behind all its arrivals, and after all before. */
    private void deliver(Lane lane) {
        List<LaneRow> before = List.copyOf(control.lanes.values());
        nowMillis += 1 + random.nextInt(240_000);
        List<RawRecord> records = new ArrayList<>();
        int size = 1 + random.nextInt(6);
        for (int i = 0; i < size; i++) {
            long regress = i > 0 && random.nextInt(3) == 0 ? 1 + random.nextInt(20_000) : 0;
            nowMillis += 1 + random.nextInt(2_000);
            records.add(record(lane, nowMillis - regress));
        }
        BatchOutcome outcome =
                fold.fold(new Batch(lane, records), Long.MAX_VALUE).join();
        if (!outcome.isDone() || !outcome.violations().isEmpty()) {
            throw new AssertionError(outcome.troubles() + " " + outcome.violations());
        }
        askInFlight(before);
    }

    private void askInFlight(List<LaneRow> rows) {
        for (View view : CATALOG.views()) {
            String user = USERS.get(random.nextInt(USERS.size()));
            QueryPlan plan = QueryPlan.of(view, null, null, nowMillis);
            ViewProgress progress = new ViewProgress(rows, List.of());
            askedInFlight.add(new Asked(
                    nowMillis,
                    view,
                    user,
                    FeatureServer.answer(items, plan, progress, user, nowMillis).join()));
        }
    }

    private RawRecord record(Lane lane, long arrivalMillis) {
        int number = numbers.merge(lane, 1, Integer::sum);
        long known = maxArrival.merge(lane, arrivalMillis, Math::max);
        String user = USERS.get(random.nextInt(USERS.size()));
        long time = arrivalMillis - lateness();
        String json = "{\"user\":\"" + user + "\",\"ts\":" + time + ",\"price\":" + random.nextInt(1000) / 100.0
                + ",\"item\":\"i" + random.nextInt(5) + "\"" + id() + "}";
        boolean isBad = random.nextInt(15) == 0;
        if (arrivalMillis - time <= view("buyer").retentionMillis()) {
            (isBad ? bad : admitted).add(new Admitted(user, Math.min(time, arrivalMillis), known));
        }
        return new RawRecord(
                new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + number), 0),
                arrivalMillis,
                "key",
                (isBad ? json.replace("price", "prize") : json).getBytes(StandardCharsets.UTF_8));
    }

    private long lateness() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(7_200_000);
            case 1 -> random.nextInt(600_000);
            case 2 -> -random.nextInt(30_000);
            case 3 -> random.nextInt(4) == 0 ? 7_200_001 : 5_000;
            default -> random.nextInt(3_000);
        };
    }

    private String id() {
        if (random.nextInt(8) == 0) {
            return "";
        }
        if (ids.isEmpty() || random.nextInt(3) > 0) {
            ids.add("id" + ids.size());
        }
        return ",\"id\":\"" + ids.get(Math.max(0, ids.size() - 1 - random.nextInt(5))) + "\"";
    }

    /** Between two batches nothing is under way; the moment is at or after all that was folded. */
    private void ask() {
        long at = nowMillis;
        for (View view : CATALOG.views()) {
            String user = USERS.get(random.nextInt(USERS.size()));
            asked.add(new Asked(at, view, user, live(view, user, at)));
        }
    }

    Answer live(View view, String user, long at) {
        return new FeatureServer(CATALOG, items, new ProgressCache(control, 0))
                .answer(QueryPlan.of(view, null, null, at), List.of(user), at)
                .join()
                .get(0);
    }

    /** Repairs everything that is in quarantine; from then on it is known. */
    private void redrive() {
        nowMillis += 1;
        List<Candidate> candidates = new ArrayList<>();
        quarantine.entries.values().forEach(entry -> {
            String data = new String(entry.record().data(), StandardCharsets.UTF_8).replace("prize", "price");
            candidates.add(new Candidate(entry, data.getBytes(StandardCharsets.UTF_8)));
        });
        ChangePorts redrivePorts = MemoryPorts.ofRedrives(redrives, control, items, () -> nowMillis);
        new Redriver(CATALOG, redrivePorts, new FoldSettings("g1", 4, 3, 1 << 20))
                .redrive(candidates)
                .join();
        bad.forEach(event -> admitted.add(new Admitted(event.user(), event.eventTimeMillis(), nowMillis)));
        bad.clear();
        ask();
    }

    /** C1: the positions first. */
    private void beginCheckpoint() {
        String id = String.format("%013d-0000", nowMillis);
        begun = new CheckpointStore.Positions(
                id,
                nowMillis,
                Objects.requireNonNull(control.control),
                List.copyOf(control.lanes.values()),
                CATALOG.hash(),
                Map.of(),
                1,
                4);
    }

    /** C2: the items as they are by now, of the lanes that have a position. */
    private void finishCheckpoint() {
        CheckpointStore.Positions positions = begun;
        if (positions == null) {
            return;
        }
        begun = null;
        Map<String, LaneRow> rows = positions.lanesById();
        List<ItemStore.Found> found = new ArrayList<>();
        items.items.forEach((key, item) -> {
            if (rows.containsKey(key.lane())) {
                found.add(new ItemStore.Found(key, item));
            }
        });
        Map<String, Long> asOf = new HashMap<>();
        maxArrival.forEach((lane, arrival) -> {
            if (rows.containsKey(lane.id())) {
                asOf.put(lane.id(), arrival);
            }
        });
        checkpoints.manifests.put(
                positions.id(), new CheckpointStore.Manifest(positions, asOf, positions.lanes(), List.of()));
        checkpoints.items.put(positions.id(), found);
    }
}
