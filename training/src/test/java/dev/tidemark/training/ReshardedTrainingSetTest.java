package dev.tidemark.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A view that drops duplicates over shards that are split and merged, with copies on both sides and arrivals that go
 * back: what a training set, the value of a past moment and a naive list of the events say of moments in between. Each
 * event is worth a power of two, so that a sum tells which are in.
 */
class ReshardedTrainingSetTest {

    private static final long START_MILLIS = 1_790_000_000_000L - 1_790_000_000_000L % 3_600_000L;
    private static final long HORIZON_MILLIS = 20_000;
    private static final int PER_LANE = 10;

    /** Shard 0 is split into 1 and 2, 2 and 3 are merged into 4. A row names what its parents' rows name, too. */
    private static final Map<Integer, Set<Integer>> BEFORE =
            Map.of(0, Set.of(), 1, Set.of(0), 2, Set.of(0), 3, Set.of(), 4, Set.of(0, 2, 3));

    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}, event_id: id}
            views:
              buyer:
                source: shop
                entity: user
                drop_duplicates: {horizon: 20s, max_ids: 500}
                features:
                  spent: {function: sum, input: price, windows: [24h]}
            """);

    private static final View VIEW = CATALOG.view("buyer").orElseThrow();

    private final InMemoryArchive archive = new InMemoryArchive();
    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    private final ShopHistory.KnownPositions checkpoints = new ShopHistory.KnownPositions();
    private final List<Event> events = new ArrayList<>();

    @TempDir
    private Path folder;

    /**
     * In the order of the lanes, parents first, and of their records.
     *
     * @param knownMillis the running maximum of its lane's arrivals
     */
    private record Event(int lane, String id, long timeMillis, long arrivalMillis, long knownMillis) {}

    private static Lane lane(int number) {
        return ShopHistory.lane("shardId-00000000000" + number);
    }

    private static Position position(int lane, int number) {
        return new Position("495903382714902566085596925383615710959215759891" + (1_000 + number) + "000" + lane, 0);
    }

    /** A child's lane begins where its parents' end, but arrivals go back by up to 15 seconds. */
    private void makeEvents(Random random) {
        int ids = 0;
        for (int lane = 0; lane <= 4; lane++) {
            long begin = START_MILLIS + (lane == 0 || lane == 3 ? 0 : lane == 4 ? 60_000 : 30_000);
            long known = Long.MIN_VALUE;
            for (int i = 0; i < PER_LANE; i++) {
                long arrival = begin + 20_000 + i * 3_000L - random.nextInt(15_000);
                known = Math.max(known, arrival);
                boolean isCopy = !events.isEmpty() && random.nextInt(2) == 0;
                String id = isCopy ? events.get(random.nextInt(events.size())).id() : "id" + ids++;
                events.add(new Event(lane, id, arrival - random.nextInt(10_000), arrival, known));
            }
        }
    }

    private void store(Random random, boolean isBackfilled) {
        control.control = new ControlRow(1, "g1", ControlRow.Phase.LIVE, Map.of(VIEW.version(), ViewStatus.ACTIVE));
        Map<String, Position> activations = new HashMap<>();
        Map<String, Set<String>> settled = new HashMap<>();
        for (int lane = 0; lane <= 4; lane++) {
            List<RawRecord> records = records(lane);
            for (int from = 0; from < PER_LANE; ) {
                int to = Math.min(PER_LANE, from + 1 + random.nextInt(4));
                Position last =
                        from == 0 ? Position.ORIGIN : records.get(from - 1).position();
                archive.append(new Archive.Segment(lane(lane), last, from, records.subList(from, to)))
                        .join();
                from = to;
            }
            Position last = records.get(PER_LANE - 1).position();
            Map<String, Long> ancestors = new HashMap<>();
            for (int before : Objects.requireNonNull(BEFORE.get(lane))) {
                ancestors.put(lane(before).id(), newest(before));
            }
            activations.put(lane(lane).id(), last);
            settled.put(lane(lane).id(), ancestors.keySet());
            Position activatedAfter = isBackfilled ? last : Position.ORIGIN;
            control.lanes.put(
                    lane(lane).id(),
                    new LaneRow(
                            lane(lane),
                            1,
                            last,
                            PER_LANE,
                            newest(lane),
                            "g1",
                            Map.of(VIEW.version(), activatedAfter),
                            Map.of(),
                            isBackfilled ? null : ancestors));
        }
        if (isBackfilled) {
            redrives.settle(new RedriveLog.Repairs("buyer", VIEW.version(), activations, 0, settled))
                    .join();
        }
    }

    private List<RawRecord> records(int lane) {
        List<RawRecord> records = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            if (event.lane() == lane) {
                String json = "{\"user\":\"ann\",\"ts\":" + event.timeMillis() + ",\"id\":\"" + event.id()
                        + "\",\"price\":" + (1L << i) + "}";
                records.add(new RawRecord(
                        position(lane, records.size()), event.arrivalMillis(), "key", json.getBytes(UTF_8)));
            }
        }
        return records;
    }

    private long newest(int lane) {
        return events.stream()
                .filter(event -> event.lane() == lane)
                .mapToLong(Event::arrivalMillis)
                .max()
                .orElseThrow();
    }

    /**
     * Which events count, decided once, of all there is: one whose id counted in its lane or in one before it, no
     * further away than the horizon, is a copy.
     */
    private List<Event> counted() {
        List<Event> counted = new ArrayList<>();
        for (Event event : events) {
            boolean isCopy = counted.stream()
                    .filter(other -> other.id().equals(event.id()))
                    .filter(other -> other.lane() == event.lane()
                            || Objects.requireNonNull(BEFORE.get(event.lane())).contains(other.lane()))
                    .anyMatch(other -> Math.abs(other.arrivalMillis() - event.arrivalMillis()) <= HORIZON_MILLIS);
            if (!isCopy) {
                counted.add(event);
            }
        }
        return counted;
    }

    private String naive(Knowledge knowledge, long atMillis) {
        long sum = 0;
        for (Event event : counted()) {
            boolean isIn =
                    event.timeMillis() <= atMillis && (knowledge == Knowledge.NOW || event.knownMillis() <= atMillis);
            sum += isIn ? 1L << events.indexOf(event) : 0;
        }
        return Long.toString(sum);
    }

    private String travelled(Knowledge knowledge, long atMillis) {
        TimeTravel travel =
                new TimeTravel(Catalogs.of(CATALOG), new HistoryPorts(archive, redrives, checkpoints, control));
        PastAnswer past = travel.value(new TimeTravel.Question(VIEW, "ann", null, atMillis, Set.of(knowledge), 0))
                .join();
        Answer answer = Objects.requireNonNull(knowledge == Knowledge.SERVED ? past.served() : past.now());
        return String.valueOf(answer.values().get("spent_24h"));
    }

    private String trained(Knowledge knowledge, long atMillis) throws IOException {
        HistoryPorts sources = new HistoryPorts(archive, redrives, checkpoints, control);
        return AnnsTrainingSet.values(folder, CATALOG, knowledge, List.of(atMillis), sources, START_MILLIS + 3_600_000)
                .get(0);
    }

    @ParameterizedTest
    @CsvSource({"1,false", "1,true", "2,false", "2,true", "3,false", "3,true", "4,false", "4,true"})
    void allSayTheSameOfAMomentInBetween(long seed, boolean isBackfilled) throws Exception {
        Random random = new Random(seed);
        makeEvents(random);
        store(random, isBackfilled);
        assertThat(counted()).as("copies among the events").hasSizeLessThan(events.size());

        for (int i = 0; i < 8; i++) {
            long atMillis = START_MILLIS + 25_000 + random.nextInt(80_000);
            for (Knowledge knowledge : Knowledge.values()) {
                String moment = "seed " + seed + ", " + knowledge + " at " + Instant.ofEpochMilli(atMillis);
                String expected = naive(knowledge, atMillis);
                assertThat(travelled(knowledge, atMillis))
                        .as("past value, " + moment)
                        .isEqualTo(expected);
                assertThat(trained(knowledge, atMillis))
                        .as("training set, " + moment)
                        .isEqualTo(expected);
            }
        }
    }
}
