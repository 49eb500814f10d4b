package dev.tidemark.core.overlap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventFormat;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.overlap.Reconciliation.Late;
import dev.tidemark.core.overlap.Reconciliation.Result;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconciliationTest {

    private static final String ARN = "arn:aws:kinesis:eu-central-1:111122223333:stream/shop";
    private static final Lane SHARD = new Lane(ARN, 1_700_000_000_000L, "shardId-000000000000");
    private static final long SEAM = 1_790_000_000_000L - 1_790_000_000_000L % 3_600_000L;

    private final InMemoryArchive archive = new InMemoryArchive();
    private int segments;

    @Test
    void whatIsInNoImportIsListedAndASecondImportMakesItCount() {
        stream(SEAM + 1_000, event("a", SEAM - 5), event("b", SEAM - 4), event("c", SEAM));
        imported(1, event("a", SEAM - 5), event("x", SEAM - 9));
        List<Late> found = new ArrayList<>();

        assertThat(find(true, found)).isEqualTo(new Result(2, 1, 0));
        assertThat(found).extracting(Late::id).containsExactly("b");
        assertThat(found).extracting(Late::timeMillis).containsExactly(SEAM - 4);

        imported(2, new String(found.get(0).line(), StandardCharsets.UTF_8));

        assertThat(find(true, new ArrayList<>())).isEqualTo(new Result(2, 0, 0));
    }

    @Test
    void aRowThatDoesNotCountIsNoImport() {
        stream(SEAM + 1_000, event("late", SEAM - 5));
        imported(1, event("late", SEAM));

        assertThat(find(true, new ArrayList<>())).isEqualTo(new Result(1, 1, 0));
    }

    @Test
    void anEventThatWasSentTwiceIsListedOnce() {
        stream(SEAM + 1_000, event("a", SEAM - 5), event("a", SEAM - 5));
        List<Late> found = new ArrayList<>();

        assertThat(find(true, found)).isEqualTo(new Result(2, 1, 0));
        assertThat(found).hasSize(1);
    }

    @Test
    void withoutIdsAsManyRowsMustAgreeInAllThatViewsRead() {
        stream(
                SEAM + 1_000,
                "{\"user\":\"ann\",\"ts\":" + (SEAM - 5) + ",\"price\":1.50,\"other\":1}",
                "{\"user\":\"ann\",\"ts\":" + (SEAM - 5) + ",\"price\":1.5}",
                "{\"user\":\"ann\",\"ts\":" + (SEAM - 5) + ",\"price\":\"1.5\"}",
                "{\"user\":\"ann\",\"ts\":" + (SEAM - 6) + ",\"price\":1.5}");
        imported(1, "{\"price\":1.5,\"ts\":" + (SEAM - 5) + ",\"user\":\"ann\"}");
        List<Late> found = new ArrayList<>();

        assertThat(find(false, found)).isEqualTo(new Result(4, 3, 0));
        assertThat(found)
                .extracting(late -> late.record().position().sequenceNumber())
                .containsExactly("100", "102", "103");
    }

    @Test
    void aLineOfJsonHasNoLineBreak() {
        stream(SEAM + 1_000, "{\"user\":\"a\\nb\",\r\n \"ts\":" + (SEAM - 5) + "\n}");
        List<Late> found = new ArrayList<>();
        find(true, found);

        assertThat(new String(found.get(0).line(), StandardCharsets.UTF_8))
                .isEqualTo("{\"user\":\"a\\nb\",   \"ts\":" + (SEAM - 5) + " }");
    }

    /** What the producers send is decoded; an imported row is JSON as it is. */
    @Test
    void eventsOfAnotherFormatAreComparedAndWrittenAsJson() {
        stream(SEAM + 1_000, base64(event("a", SEAM - 5)), base64(event("b", SEAM - 4)), event("c", SEAM - 3));
        imported(1, event("a", SEAM - 5));
        Catalog catalog = catalog(true);
        Catalog.Source json = catalog.sources().get(0);
        EventFormat format = new EventFormat("base64", ReconciliationTest::decoded, null);
        Catalog.Source encoded =
                new Catalog.Source(json.name(), json.stream(), json.shape(), format, List.of(), List.of(), json.seam());
        List<Late> found = new ArrayList<>();

        assertThat(new Reconciliation(ports(), catalog, encoded, 9)
                        .find(0, Long.MAX_VALUE, found::add)
                        .join())
                .isEqualTo(new Result(2, 1, 1));
        assertThat(new String(found.get(0).line(), StandardCharsets.UTF_8)).isEqualTo(event("b", SEAM - 4));
    }

    private static String base64(String event) {
        return Base64.getEncoder().encodeToString(event.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] decoded(byte[] data) {
        try {
            return Base64.getDecoder().decode(data);
        } catch (IllegalArgumentException e) {
            throw new InvalidEvent(InvalidEvent.Reason.NOT_DECODED, "no base64: " + e.getMessage(), "encode it");
        }
    }

    @Test
    void onlyArrivalsThatAreAskedForAreCompared() {
        stream(SEAM + 1_000, event("a", SEAM - 5));
        stream(SEAM + 5_000, event("b", SEAM - 5));
        List<Late> found = new ArrayList<>();
        reconciliation(true, 1).find(SEAM + 2_000, SEAM + 9_000, found::add).join();

        assertThat(found).extracting(Late::id).containsExactly("b");
        assertThatThrownBy(() -> find(true, new ArrayList<>(), 1))
                .hasRootCauseMessage("more than 1 events of the stream"
                        + " happened before the seam, which would not fit into memory: ask about a part of their arrivals with"
                        + " --from and --to");
    }

    @Test
    void whatCannotBeReadIsCounted() {
        stream(SEAM + 1_000, "no event", event("a", SEAM - 5));

        assertThat(find(true, new ArrayList<>())).isEqualTo(new Result(1, 1, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void whatIsListedIsTheDifferenceOfTheSets(long seed) {
        Random random = new Random(seed);
        Set<String> streamed = new HashSet<>();
        Set<String> imports = new HashSet<>();
        for (int batch = 0; batch < 30; batch++) {
            String[] events = new String[1 + random.nextInt(20)];
            for (int i = 0; i < events.length; i++) {
                int number = random.nextInt(400);
                long time = SEAM - 200 + number;
                events[i] = event("e" + number, time);
                if (time < SEAM) {
                    (batch % 3 == 0 ? imports : streamed).add("e" + number);
                }
            }
            if (batch % 3 == 0) {
                imported(1 + batch, events);
            } else {
                stream(SEAM + batch, events);
            }
        }
        List<Late> found = new ArrayList<>();
        find(true, found);

        streamed.removeAll(imports);
        assertThat(found.stream().map(Late::id).collect(Collectors.toSet())).isEqualTo(streamed);
        assertThat(found).hasSameSizeAs(streamed);
    }

    @Test
    void theArchiveIsReadForTheComparisonWithoutImports() {
        stream(SEAM + 300, event("a", SEAM - 5), "{\"id\":7.0,\"user\":3,\"ts\":" + SEAM + ",\"price\":\"x\"}");
        imported(1, event("a", SEAM - 5));
        Catalog catalog = catalog(true);
        EventFields fields = new EventFields(catalog, catalog.sources().get(0), null);
        List<Sighting> seen = new ArrayList<>();
        new SourceRecords(ports(), fields.source())
                .read(Range.ALL, SourceRecords.STREAMED, (lane, record, row, time) -> seen.add(fields.of(row, time)))
                .join();

        assertThat(seen).containsExactly(new Sighting("a", "ann", SEAM - 5, null), new Sighting("7", "3", SEAM, null));
    }

    private Result find(boolean hasId, List<Late> found) {
        return find(hasId, found, 1_000);
    }

    private Result find(boolean hasId, List<Late> found, int most) {
        return reconciliation(hasId, most).find(0, Long.MAX_VALUE, found::add).join();
    }

    private Reconciliation reconciliation(boolean hasId, int most) {
        Catalog catalog = catalog(hasId);
        return new Reconciliation(ports(), catalog, catalog.sources().get(0), most);
    }

    private HistoryPorts ports() {
        return new HistoryPorts(
                archive, new InMemoryRedriveLog(), new InMemoryCheckpoints(), new InMemoryControlStore());
    }

    private static Catalog catalog(boolean hasId) {
        return new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  shop:
                    stream: shop
                    event_time: {field: ts, format: epoch_millis}
                    history: {until: %s}
                    %s
                views:
                  buyer:
                    source: shop
                    entity: user
                    features:
                      spent: {function: sum, input: price, windows: [1h]}
                """.formatted(Instant.ofEpochMilli(SEAM), hasId ? "event_id: id" : ""));
    }

    private void stream(long arrivalMillis, String... events) {
        append(SHARD, 100 * ++segments, arrivalMillis, events);
    }

    private void imported(long number, String... events) {
        append(Lane.ofImport(ARN, SEAM + 99_000, number, 0), 1, SEAM, events);
    }

    private void append(Lane lane, int first, long arrivalMillis, String... events) {
        List<RawRecord> records = new ArrayList<>();
        for (int i = 0; i < events.length; i++) {
            records.add(new RawRecord(
                    new Position(Integer.toString(first + i), 0),
                    arrivalMillis,
                    "key",
                    events[i].getBytes(StandardCharsets.UTF_8)));
        }
        Position last = Position.ORIGIN;
        long count = 0;
        for (Segment segment : archive.segments) {
            if (segment.lane().equals(lane)) {
                last = segment.records().get(segment.records().size() - 1).position();
                count += segment.records().size();
            }
        }
        archive.append(new Segment(lane, last, count, records)).join();
    }

    private static String event(String id, long time) {
        return "{\"id\":\"" + id + "\",\"user\":\"ann\",\"ts\":" + time + ",\"price\":" + BigDecimal.ONE + "}";
    }
}
