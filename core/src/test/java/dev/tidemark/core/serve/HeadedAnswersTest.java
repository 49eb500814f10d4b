package dev.tidemark.core.serve;

import static dev.tidemark.core.serve.ServedShop.LANE_A;
import static dev.tidemark.core.serve.ServedShop.LANE_B;
import static dev.tidemark.core.serve.ServedShop.NOW_MILLIS;
import static dev.tidemark.core.serve.ServedShop.position;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.tile.HeadRule;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers from heads and what is below them. Event i costs 2^i, so that a sum says exactly which events are in an answer;
 * what must be in it is decided by event time alone.
 */
class HeadedAnswersTest {

    private static final List<String> WINDOWS = List.of("10m", "3h", "30d", "lifetime");
    private static final int EVENTS = 60;

    static LongStream seeds() {
        Long one = Long.getLong("tidemark.seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, Long.getLong("tidemark.seeds", 200));
    }

    /** @param arrivalMillis not before the event time */
    private record Event(Lane lane, long number, long eventTimeMillis, long arrivalMillis) {}

    private static View view(Random random) {
        View compiled = new CatalogCompiler()
                .compile("""
                        tidemark: 1
                        sources:
                          shop: {stream: shop, event_time: {field: ts, format: epoch_millis}}
                        views:
                          user:
                            source: shop
                            entity: user
                            features:
                              spent: {function: sum, input: price, windows: WINDOWS}
                              buys: {function: count, windows: WINDOWS}
                        """.replace("WINDOWS", WINDOWS.toString()))
                .views()
                .get(0);
        HeadRule rule = new HeadRule(
                compiled.ladder().hop().widthMillis(),
                1 + random.nextInt(100),
                1 + random.nextInt(6),
                Objects.requireNonNull(compiled.head()).usefulMillis());
        return compiled.withState(compiled.ladder(), rule);
    }

    /** The state after each event, as the store had it. */
    private static final class History {
        final View view;
        final List<Event> events = new ArrayList<>();
        final List<Map<ItemKey, StoredItem>> states = new ArrayList<>();

        History(Random random) {
            view = view(random);
            MemoryItems items = new MemoryItems(List.of(view));
            states.add(Map.of());
            long arrival = NOW_MILLIS - 40L * 86_400_000L;
            for (int i = 0; i < EVENTS; i++) {
                long left = NOW_MILLIS - arrival;
                arrival += random.nextInt(3) == 0 ? (long) (left * random.nextDouble() / 3) : left / 50_000;
                long late = random.nextInt(3) == 0 ? random.nextInt(86_000_000) : random.nextInt(20_000);
                Event event = new Event(random.nextInt(3) == 0 ? LANE_B : LANE_A, i + 1, arrival - late, arrival);
                events.add(event);
                add(items, event);
                Map<ItemKey, StoredItem> state = new HashMap<>();
                items.forEach(state::put);
                states.add(state);
            }
        }

        private void add(MemoryItems items, Event event) {
            EventRow row = new EventRow(3);
            for (int slot = 0; slot < 3; slot++) {
                row.setBigNumber(slot, new BigDecimal(BigInteger.ONE.shiftLeft((int) event.number - 1)));
            }
            row.setEventTimeMillis(event.eventTimeMillis);
            row.setRecord(position(event.number), event.lane.shardId(), event.arrivalMillis);
            items.add(view, event.lane.id(), "ann", row, 0);
        }

        /** Up to which position each lane is done after so many events. */
        ViewProgress progress(int events) {
            Map<Lane, Long> last = new HashMap<>();
            this.events.subList(0, events).forEach(event -> last.put(event.lane, event.number));
            return new ViewProgress(
                    last.entrySet().stream()
                            .map(lane -> ServedShop.row(
                                    lane.getKey(), lane.getValue(), 0, Map.of(view.version(), Position.ORIGIN)))
                            .toList(),
                    List.of());
        }
    }

    /** The first reads see the heads of one state and the items below of another, earlier or later; the next ones see now. */
    private static final class Torn extends InMemoryItemStore {
        private final Map<ItemKey, StoredItem> heads;
        private final Map<ItemKey, StoredItem> below;
        private final int reads;
        private int queriesDone;

        Torn(Map<ItemKey, StoredItem> heads, Map<ItemKey, StoredItem> below, int reads) {
            this.heads = heads;
            this.below = below;
            this.reads = reads;
        }

        @Override
        public synchronized CompletableFuture<List<Found>> query(
                String version, String entity, List<BlockRange> ranges) {
            if (queriesDone == reads) {
                return super.query(version, entity, ranges);
            }
            queriesDone++;
            List<Found> found = new ArrayList<>();
            add(heads, true, ranges, found);
            add(below, false, ranges, found);
            return CompletableFuture.completedFuture(found);
        }

        private static void add(
                Map<ItemKey, StoredItem> items, boolean isHead, List<BlockRange> ranges, List<Found> found) {
            items.forEach((key, item) -> {
                if (key.isHead() == isHead && ranges.stream().anyMatch(range -> range.contains(key))) {
                    found.add(new Found(key, item));
                }
            });
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("U4: an answer holds every event up to the lane rows' positions once, however its reads are torn")
    void everyEventOnce(long seed) {
        Random random = new Random(seed);
        History history = new History(random);
        for (int question = 0; question < 20; question++) {
            int done = random.nextInt(EVENTS + 1);
            int readHeads = done + random.nextInt(EVENTS + 1 - done);
            int readBelow = done + random.nextInt(EVENTS + 1 - done);
            int now = Math.max(readHeads, readBelow) + random.nextInt(EVENTS + 1 - Math.max(readHeads, readBelow));
            QueryPlan plan = QueryPlan.of(history.view, null, null, NOW_MILLIS);
            Torn store = new Torn(
                    history.states.get(readHeads),
                    history.states.get(readBelow),
                    plan.reads().size());
            store.items.putAll(history.states.get(now));

            Answer answer = FeatureServer.answer(store, plan, history.progress(done), "ann", NOW_MILLIS)
                    .join();

            for (View.Feature feature : history.view.features()) {
                if (feature.name().startsWith("spent")) {
                    assertEachOnce(history, done, now, answer, feature, seed);
                }
            }
        }
    }

    private static void assertEachOnce(
            History history, int done, int now, Answer answer, View.Feature feature, long seed) {
        String window = feature.window().text();
        Object spent = answer.values().get("spent_" + window);
        BigInteger found = spent == null ? BigInteger.ZERO : ((BigDecimal) spent).toBigIntegerExact();
        assertThat(answer.values()).as("%s: none twice, seed %d", window, seed).containsEntry("buys_" + window, (long)
                found.bitCount());
        long start = Objects.requireNonNull(answer.plan().covers().get(feature.window()))
                .interval()
                .startMillis();
        for (int i = 0; i < EVENTS; i++) {
            boolean isIn = history.events.get(i).eventTimeMillis >= start;
            if (i < done || !isIn || i >= now) {
                assertThat(found.testBit(i))
                        .as("%s: event %d of %d done, %d stored, seed %d", window, i, done, now, seed)
                        .isEqualTo(isIn && i < done);
            }
        }
    }
}
