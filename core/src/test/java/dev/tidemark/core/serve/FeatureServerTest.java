package dev.tidemark.core.serve;

import static dev.tidemark.core.serve.ServedShop.DAY_MILLIS;
import static dev.tidemark.core.serve.ServedShop.LANE_A;
import static dev.tidemark.core.serve.ServedShop.LANE_B;
import static dev.tidemark.core.serve.ServedShop.NOW_MILLIS;
import static dev.tidemark.core.serve.ServedShop.position;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Window;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FeatureServerTest {

    private record Event(Lane lane, long position, long timeMillis, BigDecimal price) {}

    static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyValueIsWhatTheEventsInItsCoveredIntervalSay(long seed) {
        Random random = new Random(seed);
        ServedShop shop = new ServedShop("5m", "30m", "24h", "7d", "lifetime");
        List<Event> events = new ArrayList<>();
        for (int i = 1; i <= 600; i++) {
            Lane lane = random.nextBoolean() ? LANE_A : LANE_B;
            long age = (long) Math.exp(random.nextDouble() * Math.log(9.0 * DAY_MILLIS));
            BigDecimal price = new BigDecimal(random.nextInt(100_000)).movePointLeft(random.nextInt(4));
            Event event = new Event(lane, i, NOW_MILLIS - age, price);
            events.add(event);
            shop.fold(lane, i, "42", event.timeMillis(), price);
            shop.fold(lane, i, "4", event.timeMillis(), BigDecimal.TEN);
        }
        shop.store(LANE_A, 600, NOW_MILLIS);
        shop.store(LANE_B, 600, NOW_MILLIS);
        long at = random.nextBoolean() ? NOW_MILLIS : NOW_MILLIS - random.nextInt((int) DAY_MILLIS);

        Answer answer = shop.ask("42", null, at);

        assertThat(answer.values()).hasSize(22);
        answer.plan().covers().forEach((window, cover) -> {
            List<Event> covered = covered(events, cover);
            assertThat(answer.values())
                    .containsEntry("count_" + window.text(), (long) covered.size())
                    .containsEntry("sum_" + window.text(), sum(covered))
                    .containsEntry("avg_" + window.text(), avg(covered))
                    .containsEntry("last_" + window.text(), last(covered));
            assertThat(answer.events()).containsEntry(window, (long) covered.size());
        });
        assertThat(answer.ahead()).isEmpty();
    }

    private static List<Event> covered(List<Event> events, Cover cover) {
        return events.stream()
                .filter(event -> event.timeMillis() >= cover.interval().startMillis()
                        && event.timeMillis() < cover.interval().endMillis())
                .toList();
    }

    private static BigDecimal sum(List<Event> events) {
        return Decimals.canonical(events.stream().map(Event::price).reduce(BigDecimal.ZERO, BigDecimal::add));
    }

    private static @Nullable BigDecimal avg(List<Event> events) {
        return events.isEmpty()
                ? null
                : Decimals.canonical(sum(events).divide(new BigDecimal(events.size()), MathContext.DECIMAL64));
    }

    private static @Nullable BigDecimal last(List<Event> events) {
        return events.stream()
                .max(Comparator.comparingLong(Event::timeMillis).thenComparingLong(Event::position))
                .map(event -> Decimals.canonical(event.price()))
                .orElse(null);
    }

    @Test
    void anEntityNeverHeardOfHasEmptyWindows() {
        Answer answer = new ServedShop("5m", "lifetime").ask("nobody", null, null);

        assertThat(answer.values())
                .containsEntry("count_5m", 0L)
                .containsEntry("sum_lifetime", BigDecimal.ZERO)
                .containsEntry("avg_5m", null)
                .containsEntry("double", BigDecimal.ZERO);
    }

    @Test
    void derivedFeaturesAreComputedFromValuesThatWereNotAskedFor() {
        ServedShop shop = new ServedShop("5m", "30m");
        shop.fold(LANE_A, 1, "42", NOW_MILLIS, BigDecimal.ONE);
        shop.store(LANE_A, 1, NOW_MILLIS);

        Answer answer = shop.ask("42", List.of("fourfold"), null);

        // (2 * 1 + 1) * 2
        assertThat(answer.values()).isEqualTo(Map.of("fourfold", new BigDecimal(6)));
        assertThat(answer.plan().covers().keySet()).containsExactly(Window.parse("5m"));
    }

    @Test
    void itemsThatHaveExpiredAreNotLookedAtThoughTheyAreNotDeletedYet() {
        ServedShop shop = new ServedShop("5m");
        shop.fold(LANE_A, 1, "42", NOW_MILLIS, BigDecimal.ONE);
        shop.store(LANE_A, 1, NOW_MILLIS);
        long nowSeconds = NOW_MILLIS / 1000;

        shop.items.items.replaceAll((key, item) -> new StoredItem(item.mark(), item.body(), nowSeconds));
        assertThat(shop.ask("42", null, null).values()).containsEntry("count_5m", 1L);

        shop.items.items.replaceAll((key, item) -> new StoredItem(item.mark(), item.body(), nowSeconds - 1));
        assertThat(shop.ask("42", null, null).values()).containsEntry("count_5m", 0L);
    }

    @Test
    void theReceiptListsItemsThatAreAheadOfTheirLaneRow() {
        ServedShop shop = new ServedShop("5m", "30m");
        shop.fold(LANE_A, 5, "42", NOW_MILLIS, BigDecimal.ONE);
        shop.fold(LANE_B, 7, "42", NOW_MILLIS, BigDecimal.ONE);
        shop.store(LANE_A, 5, NOW_MILLIS);
        shop.store(LANE_B, 6, NOW_MILLIS);

        assertThat(shop.ask("42", null, null).ahead()).singleElement().satisfies(item -> {
            assertThat(item.mark()).isEqualTo(position(7));
            assertThat(item.sortKey()).endsWith(LANE_B.id());
        });
    }

    @Test
    void anItemOfALaneWithoutRowIsAhead() {
        ServedShop shop = new ServedShop("5m");
        shop.fold(LANE_A, 1, "42", NOW_MILLIS, BigDecimal.ONE);
        shop.store(LANE_A, 1, NOW_MILLIS);
        shop.control.lanes.clear();

        assertThat(shop.ask("42", null, null).ahead()).hasSize(1);
    }

    /** Otherwise an answer could claim a position whose events were written after its items were read. */
    @Test
    void laneRowsAreReadBeforeItems() {
        ServedShop shop = new ServedShop("5m");
        shop.fold(LANE_A, 1, "42", NOW_MILLIS, BigDecimal.ONE);
        shop.store(LANE_A, 1, NOW_MILLIS);
        ItemStore slow = new Redirected(shop.items) {
            @Override
            public CompletableFuture<List<Found>> query(String version, String entity, List<BlockRange> ranges) {
                shop.control.lanes.put(
                        LANE_A.id(), ServedShop.row(LANE_A, 9, NOW_MILLIS, Map.of("v1", Position.ORIGIN)));
                return super.query(version, entity, ranges);
            }
        };
        FeatureServer server = new FeatureServer(shop.catalog, slow, new ProgressCache(shop.control, 0));

        Answer answer = server.answer(QueryPlan.of(shop.view, null, null, NOW_MILLIS), List.of("42"), NOW_MILLIS)
                .join()
                .get(0);

        assertThat(answer.progress().lanes().get(0).last()).isEqualTo(position(1));
    }

    @Test
    void aStoreThatFailsIsToldFromADefect() {
        ServedShop shop = new ServedShop("5m");
        ItemStore failing = new Redirected(shop.items) {
            @Override
            public CompletableFuture<List<Found>> query(String version, String entity, List<BlockRange> ranges) {
                return CompletableFuture.failedFuture(new TimeoutException("throttled"));
            }
        };
        FeatureServer server = new FeatureServer(shop.catalog, failing, new ProgressCache(shop.control, 0));
        QueryPlan plan = QueryPlan.of(shop.view, null, null, NOW_MILLIS);

        assertThatThrownBy(() -> server.answer(plan, List.of("42"), NOW_MILLIS).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(StoreUnavailable.class)
                .hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void readUnitsCountWholeFourKilobytes() {
        ServedShop shop = new ServedShop("5m");
        Answer answer = shop.ask("nobody", null, null);
        assertThat(answer.reads())
                .singleElement()
                .satisfies(read -> assertThat(read.units()).isOne());
        List<BlockRange> ranges = answer.reads().get(0).ranges();
        assertThat(new Answer.Read(ranges, List.of(), 4_096).units()).isEqualTo(1);
        assertThat(new Answer.Read(ranges, List.of(), 4_097).units()).isEqualTo(2);
    }

    /** A store that a test changes one method of. */
    private static class Redirected implements ItemStore {

        private final ItemStore target;

        Redirected(ItemStore target) {
            this.target = target;
        }

        @Override
        public CompletableFuture<Map<ItemKey, StoredItem>> read(Collection<ItemKey> keys) {
            return target.read(keys);
        }

        @Override
        public CompletableFuture<Optional<StoredItem>> readStored(ItemKey key) {
            return target.readStored(key);
        }

        @Override
        public CompletableFuture<Cas<StoredItem>> put(ItemKey key, StoredItem item, @Nullable Position expectedMark) {
            return target.put(key, item, expectedMark);
        }

        @Override
        public CompletableFuture<List<Found>> query(String version, String entity, List<BlockRange> ranges) {
            return target.query(version, entity, ranges);
        }
    }
}
