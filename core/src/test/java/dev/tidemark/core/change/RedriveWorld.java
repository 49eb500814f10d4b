package dev.tidemark.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.store.RedriveLog;
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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A deployment in memory with two views that look at different fields, so that a record may be bad for one of them. */
final class RedriveWorld {

    static final long NOW_MILLIS = 1_790_000_000_000L;
    static final long HOUR_MILLIS = 3_600_000L;
    static final Lane LANE = lane("shardId-000000000000");
    static final Lane OTHER_LANE = lane("shardId-000000000001");

    static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
              orders:
                stream: orders
                stream_retention: 24h
                event_time: {field: ts, format: epoch_millis}
                event_id: id
            views:
              prices:
                source: shop
                entity: user
                where: type == "view"
                retention: 6h
                features:
                  views: {function: count, windows: [30m, 24h]}
                  total: {function: sum, input: price, windows: [30m, 24h]}
                  last_price: {function: last, input: price, windows: [24h]}
              places:
                source: shop
                entity: user
                features:
                  visits: {function: count, windows: [24h]}
                  last_place: {function: last, input: place, windows: [24h]}
              buyers:
                source: orders
                entity: user
                retention: 7d
                drop_duplicates: {horizon: 10m, max_ids: 100}
                features:
                  spent: {function: sum, input: price, windows: [30d]}
            """);

    static final View PRICES = CATALOG.view("prices").orElseThrow();
    static final View BUYERS = CATALOG.view("buyers").orElseThrow();
    static final View PLACES = CATALOG.view("places").orElseThrow();

    final InMemoryItemStore items = new InMemoryItemStore();
    final InMemoryControlStore control = new InMemoryControlStore();
    final InMemoryQuarantine quarantine = new InMemoryQuarantine();
    final InMemoryRedriveLog log = new InMemoryRedriveLog();
    final Map<Lane, List<RawRecord>> delivered = new HashMap<>();
    long nowMillis = NOW_MILLIS;

    private final BatchFold live = new BatchFold(
            CATALOG,
            new FoldPorts(
                    items,
                    control,
                    new InMemoryArchive(),
                    quarantine,
                    Lineage.NEVER_RESHARDED,
                    millis -> CompletableFuture.completedFuture(null),
                    () -> nowMillis,
                    new Random(1)),
            settings());

    static Lane lane(String shardId) {
        return new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/shop-events", 1_700_000_000_000L, shardId);
    }

    private static FoldSettings settings() {
        return new FoldSettings("g1", 4, 3, 1 << 20);
    }

    static Position position(int n) {
        return new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + n), 0);
    }

    /** A record that arrived {@code n} milliseconds after {@link #NOW_MILLIS}. */
    static RawRecord record(int n, String data) {
        return new RawRecord(position(n), NOW_MILLIS + n, "key", data.getBytes(StandardCharsets.UTF_8));
    }

    static String event(long tsMillis, String user, int price, String place) {
        return "{\"ts\":" + tsMillis + ",\"type\":\"view\",\"user\":\"" + user + "\",\"price\":" + price
                + ",\"place\":\"" + place + "\"}";
    }

    /** Folds records as the ingest function does; bad ones end up in quarantine. */
    void deliver(Lane lane, RawRecord... records) {
        delivered.computeIfAbsent(lane, key -> new ArrayList<>()).addAll(List.of(records));
        BatchOutcome outcome =
                live.fold(new Batch(lane, List.of(records)), Long.MAX_VALUE).join();
        assertThat(outcome.isDone()).isTrue();
    }

    List<Quarantine.Entry> quarantined() {
        return List.copyOf(quarantine.entries.values());
    }

    List<Candidate> repaired(BiFunction<View, RawRecord, String> repair) {
        return quarantined().stream()
                .map(entry -> new Candidate(
                        entry,
                        repair.apply(CATALOG.view(entry.view()).orElseThrow(), entry.record())
                                .getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    Redriver redriver() {
        return redriver(CATALOG, items, control, log);
    }

    Redriver redriver(Catalog catalog, ItemStore itemStore, ControlStore controlStore, RedriveLog redriveLog) {
        ChangePorts ports = MemoryPorts.ofRedrives(redriveLog, controlStore, itemStore, () -> nowMillis);
        return new Redriver(catalog, ports, settings());
    }

    /** All values of a user. */
    Map<String, @Nullable Object> values(View view, String user) {
        return answer(view, user).values();
    }

    Answer answer(View view, String user) {
        QueryPlan plan = QueryPlan.of(view, null, null, nowMillis + 1_000);
        return new FeatureServer(CATALOG, items, new ProgressCache(control, 0))
                .answer(plan, List.of(user), nowMillis + 1_000)
                .join()
                .get(0);
    }

    /**
     * The values must be those of a world in which the records that the manifests list had been so from the start, and in
     * the views that the manifests name.
     */
    void assertAsIfNeverBad(String... users) {
        for (View view : List.of(PRICES, PLACES)) {
            RedriveWorld other = new RedriveWorld();
            delivered.forEach((lane, records) -> other.deliver(
                    lane,
                    records.stream().map(record -> redriven(view, lane, record)).toArray(RawRecord[]::new)));
            other.nowMillis = nowMillis;
            for (String user : users) {
                assertThat(values(view, user)).as(view.name() + " of " + user).isEqualTo(other.values(view, user));
            }
        }
    }

    private RawRecord redriven(View view, Lane lane, RawRecord record) {
        RedriveLog.Claim claim = new RedriveLog.Claim(view.version(), lane, record.position());
        return log.manifests.stream()
                .flatMap(manifest -> manifest.entries().stream())
                .filter(entry -> entry.claim().equals(claim))
                .map(RedriveLog.Entry::record)
                .findFirst()
                .orElse(record);
    }

    /** Each claimed record is in one manifest only. */
    void assertNothingIsClaimedTwice() {
        assertThat(log.manifests.stream()
                        .flatMap(manifest -> manifest.entries().stream())
                        .map(RedriveLog.Entry::claim))
                .doesNotHaveDuplicates();
    }
}
