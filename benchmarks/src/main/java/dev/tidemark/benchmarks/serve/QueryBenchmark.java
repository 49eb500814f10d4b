package dev.tidemark.benchmarks.serve;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An answer without its reads: plan, decode the items, merge tiles and lanes, finish twenty values over 5m, 30m, 1h and
 * 24h. The entity has had an event every {@code secondsBetweenEvents} for a day, spread over the lanes in turn.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 6, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms512m", "-Xmx512m"})
public class QueryBenchmark {

    private static final long NOW_MILLIS = 1_790_000_000_000L;
    private static final long DAY_MILLIS = 86_400_000L;
    private static final String ENTITY = "user-1";
    private static final String YAML = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
            views:
              viewer:
                source: shop
                entity: user_id
                features:
                  avg_price: {function: avg, input: price, windows: [5m, 30m, 1h, 24h]}
                  sum_price: {function: sum, input: price, windows: [5m, 30m, 1h, 24h]}
                  events: {function: count, windows: [5m, 30m, 1h, 24h]}
                  min_price: {function: min, input: price, windows: [5m, 30m, 1h, 24h]}
                  max_price: {function: max, input: price, windows: [5m, 30m, 1h, 24h]}
            """;

    /** 600: a typical user of a shop; 10: a very busy entity. */
    @Param({"600", "10"})
    public int secondsBetweenEvents;

    @Param({"1", "4"})
    public int lanes;

    private final Catalog catalog = new CatalogCompiler().compile(YAML);
    private final View view = catalog.views().get(0);
    private final Day day = new Day();
    private ViewProgress progress = new ViewProgress(List.of(), List.of());

    @Setup
    public void fold() {
        MemoryItems items = new MemoryItems(List.of(view));
        EventRow row = new EventRow(catalog.sources().get(0).shape().fields().size());
        long event = 0;
        for (long at = NOW_MILLIS - DAY_MILLIS; at <= NOW_MILLIS; at += secondsBetweenEvents * 1_000L) {
            for (View.InputField input : view.inputs()) {
                row.setNumber(input.slot(), 999 + at % 10_000, 2);
            }
            row.setEventTimeMillis(at);
            Lane lane = lane(event++ % lanes);
            row.setRecord(position(event), lane.shardId(), at);
            items.add(view, lane.id(), ENTITY, row, 0);
        }
        items.forEach((key, item) -> day.items.add(new ItemStore.Found(key, item)));
        List<LaneRow> rows = new ArrayList<>();
        for (int i = 0; i < lanes; i++) {
            rows.add(new LaneRow(lane(i), 1, position(event), event, NOW_MILLIS, "generation", Map.of(), Map.of()));
        }
        progress = new ViewProgress(rows, List.of());
    }

    private static Lane lane(long number) {
        return new Lane("arn:aws:kinesis:eu-west-1:1:stream/shop-events", 0, "shardId-00000000000" + number);
    }

    /** As long as Kinesis makes them. */
    private static Position position(long event) {
        return new Position("4967" + "%052d".formatted(event), 0);
    }

    @Benchmark
    public Answer answer() {
        QueryPlan plan = QueryPlan.of(view, null, null, NOW_MILLIS);
        return FeatureServer.answer(day, plan, progress, ENTITY, NOW_MILLIS).join();
    }

    /** The items of one entity. */
    private static final class Day implements ItemStore {

        private final List<Found> items = new ArrayList<>();
        private final Map<List<BlockRange>, List<Found>> read = new HashMap<>();

        @Override
        public CompletableFuture<List<Found>> query(String viewVersion, String entity, List<BlockRange> ranges) {
            return CompletableFuture.completedFuture(read.computeIfAbsent(ranges, this::find));
        }

        private List<Found> find(List<BlockRange> ranges) {
            return items.stream()
                    .filter(one -> ranges.stream().anyMatch(range -> range.contains(one.key())))
                    .toList();
        }

        @Override
        public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
            throw new UnsupportedOperationException("a query does not read single items");
        }

        @Override
        public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
            throw new UnsupportedOperationException("a query does not read single items");
        }

        @Override
        public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
            throw new UnsupportedOperationException("a query writes nothing");
        }
    }
}
