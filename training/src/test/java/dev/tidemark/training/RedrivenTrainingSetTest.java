package dev.tidemark.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Redriven records in training sets, in a view that was there from the start and in its next version, which was
 * backfilled. Each event is worth a power of two, so that a sum tells which are in.
 */
class RedrivenTrainingSetTest {

    private static final long START_MILLIS = 1_790_000_000_000L - 1_790_000_000_000L % 3_600_000L;
    private static final Lane LANE = ShopHistory.lane("shardId-000000000000");
    private static final Catalog FIRST = catalog("");
    private static final Catalog SECOND = catalog("drop_duplicates: {horizon: 1h, max_ids: 50}");
    private static final int LAST_MINUTE = 30;

    /**
     * An event.
     *
     * @param minute when it happened and arrived
     * @param first from which minute on the first version knows it
     * @param second from which minute on the second one does
     */
    private record Event(int minute, boolean isBad, String id, int first, int second) {}

    /** The first redrive, of the first version, before the second one was started: one record in two was repaired. */
    private static final int REDRIVE = 5;

    /** The second redrive, of the first version, when the second one's plan was made. */
    private static final int REDRIVE_LATER = 11;

    /** The third redrive, of the second version. */
    private static final int REDRIVE_SECOND = 12;

    /** The activation of the second version. */
    private static final int ACT = 3;

    private static final List<Event> EVENTS = List.of(
            new Event(0, false, "copied", 0, 0),
            new Event(1, true, "a", REDRIVE, REDRIVE),
            new Event(2, true, "b", REDRIVE_LATER, REDRIVE_SECOND),
            new Event(3, false, "c", 3, 3),
            // A copy on the other side of the activation is not recognised.
            new Event(8, false, "copied", 8, 8),
            // After the activation no payload of the first version counts in the second one.
            new Event(9, true, "d", REDRIVE_LATER, REDRIVE_SECOND),
            new Event(20, false, "e", 20, 20));

    private final InMemoryArchive archive = new InMemoryArchive();
    private final InMemoryControlStore control = new InMemoryControlStore();
    private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();

    @TempDir
    private Path folder;

    private static Catalog catalog(String setting) {
        return new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}, event_id: id}
                views:
                  buyer:
                    source: shop
                    entity: user
                    %s
                    features:
                      spent: {function: sum, input: price, windows: [24h]}
                """.formatted(setting));
    }

    RedrivenTrainingSetTest() {
        List<RawRecord> records = new ArrayList<>();
        for (int i = 0; i < EVENTS.size(); i++) {
            records.add(record(i, EVENTS.get(i).isBad() ? "prize" : "price"));
        }
        archive.append(new Archive.Segment(LANE, Position.ORIGIN, 0, records)).join();
        String first = version(FIRST);
        String second = version(SECOND);
        control.control = new ControlRow(
                1, "g1", ControlRow.Phase.LIVE, Map.of(first, ViewStatus.READY, second, ViewStatus.ACTIVE));
        control.lanes.put(
                LANE.id(),
                new LaneRow(
                        LANE,
                        1,
                        position(EVENTS.size() - 1),
                        EVENTS.size(),
                        millis(20),
                        "g1",
                        Map.of(first, Position.ORIGIN, second, position(ACT)),
                        Map.of()));
        redrive(1, REDRIVE, first, event -> event.first() == REDRIVE);
        redrive(2, REDRIVE_LATER, first, event -> event.first() == REDRIVE_LATER);
        redrive(3, REDRIVE_SECOND, second, event -> event.second() == REDRIVE_SECOND);
        redrives.settle(new RedriveLog.Repairs("buyer", second, Map.of(LANE.id(), position(ACT)), 1, Map.of()))
                .join();
    }

    private static String version(Catalog catalog) {
        return view(catalog).version();
    }

    private static View view(Catalog catalog) {
        return catalog.view("buyer").orElseThrow();
    }

    private static long millis(int minute) {
        return START_MILLIS + minute * 60_000L;
    }

    private static Position position(int number) {
        return new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + number), 0);
    }

    private static RawRecord record(int number, String field) {
        Event event = EVENTS.get(number);
        long at = millis(event.minute());
        String json = "{\"user\":\"ann\",\"ts\":" + at + ",\"id\":\"" + event.id() + "\",\"" + field + "\":"
                + (1 << number) + "}";
        return new RawRecord(position(number), at, "key", json.getBytes(UTF_8));
    }

    private void redrive(long number, int minute, String version, Predicate<Event> chosen) {
        List<RedriveLog.Entry> entries = new ArrayList<>();
        for (int i = 0; i < EVENTS.size(); i++) {
            if (EVENTS.get(i).isBad() && chosen.test(EVENTS.get(i))) {
                entries.add(new RedriveLog.Entry("buyer", version, LANE, record(i, "price"), "00"));
            }
        }
        redrives.append(new RedriveLog.Manifest(number, millis(minute), entries))
                .join();
    }

    /** What the events make that the knowledge takes at a minute. */
    private static String expected(Catalog catalog, Knowledge knowledge, int minute) {
        int sum = 0;
        for (int i = 0; i < EVENTS.size(); i++) {
            Event event = EVENTS.get(i);
            int known = catalog.equals(FIRST) ? event.first() : event.second();
            sum += (knowledge == Knowledge.SERVED ? known : event.minute()) <= minute ? 1 << i : 0;
        }
        return Integer.toString(sum);
    }

    /** Ann's value at every minute. */
    private List<String> values(Catalog catalog, Knowledge knowledge, long clockMillis, int lastMinute)
            throws IOException {
        List<Long> moments = IntStream.rangeClosed(0, lastMinute)
                .mapToObj(RedrivenTrainingSetTest::millis)
                .toList();
        HistoryPorts sources = new HistoryPorts(archive, redrives, new ShopHistory.KnownPositions(), control);
        return AnnsTrainingSet.values(folder, catalog, knowledge, moments, sources, clockMillis);
    }

    private void assertValues(Catalog catalog, Knowledge knowledge) throws IOException {
        List<String> expected = new ArrayList<>();
        for (int minute = 0; minute <= LAST_MINUTE; minute++) {
            expected.add(expected(catalog, knowledge, minute));
        }
        assertThat(values(catalog, knowledge, millis(LAST_MINUTE), LAST_MINUTE)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Knowledge.class)
    void aRedrivenRecordCountsInTheVersionThatQuarantinedIt(Knowledge knowledge) throws Exception {
        assertValues(FIRST, knowledge);
    }

    @ParameterizedTest
    @EnumSource(Knowledge.class)
    void aBackfilledVersionHasThePayloadsThatItsBackfillTook(Knowledge knowledge) throws Exception {
        assertValues(SECOND, knowledge);
    }

    @ParameterizedTest
    @EnumSource(Knowledge.class)
    void aBackfilledVersionThatWasRetiredHasThemToo(Knowledge knowledge) throws Exception {
        control.control = new ControlRow(
                2,
                "g1",
                ControlRow.Phase.LIVE,
                Map.of(version(FIRST), ViewStatus.ACTIVE, version(SECOND), ViewStatus.RETIRED));
        control.lanes.replaceAll((id, row) -> new LaneRow(
                LANE,
                2,
                row.last(),
                row.count(),
                row.maxArrivalMillis(),
                "g1",
                Map.of(version(FIRST), Position.ORIGIN),
                Map.of()));

        assertValues(SECOND, knowledge);
    }

    @Test
    void whatIsRedrivenAfterTheJobsClockIsNotKnownNow() throws Exception {
        assertThat(values(SECOND, Knowledge.NOW, millis(REDRIVE - 1), 2)).containsExactly("1", "1", "1");
        assertThat(values(SECOND, Knowledge.NOW, millis(REDRIVE), 2)).containsExactly("1", "3", "3");
    }
}
