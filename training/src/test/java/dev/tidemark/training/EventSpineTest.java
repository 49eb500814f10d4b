package dev.tidemark.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.EventShape.TimeFormat;
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
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import dev.tidemark.training.TrainingSetTest.Killed;
import dev.tidemark.training.TrainingSetTest.KilledAfter;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spines that are made of archived events: which events have a row, what is in it, and what is told of the others. */
class EventSpineTest {

    private static final long SEED = Long.getLong("tidemark.seed", 20_261_122L);
    private static final long NOW_MILLIS = SampleEvent.START_MILLIS + 48 * 3_600_000L;
    private static final Catalog SHOP = new CatalogCompiler().compile(Sample.SHOP.catalog());
    private static final SpineFrom.Events PURCHASES = new SpineFrom.Events(
            "shop",
            "type == \"purchase\"",
            Map.of("list_price", "price", "bought", "quantity"),
            Long.MIN_VALUE,
            Long.MAX_VALUE);

    private final ShopHistory history = new ShopHistory(new Random(SEED));
    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void everyPurchaseHasARowThatIsAnsweredLikeThatOfAnySpine() throws Exception {
        run(request("set", PURCHASES, SHOP, "discount"), history.sources(), Progress.NONE);

        Map<String, Integer> expected = new TreeMap<>();
        for (StreamRecord record : history.records(Long.MAX_VALUE)) {
            JsonNode event = tree(record.data());
            if (event.path("type").asText().equals("purchase")) {
                long at = Math.min(Instant.parse(event.path("ts").asText()).toEpochMilli(), record.arrivalMillis());
                expected.merge(
                        String.join(
                                " ",
                                event.path("user_id").asText(),
                                event.path("item").path("id").asText(),
                                event.path("item").path("category").asText(),
                                Instant.ofEpochMilli(at).toString(),
                                plain(event.path("price").asText()),
                                event.path("device").asText(),
                                event.path("quantity").asText()),
                        1,
                        Integer::sum);
            }
        }
        Map<String, Integer> found = new TreeMap<>();
        List<Map<String, String>> rows = csv("set");
        rows.forEach(row -> found.merge(
                String.join(
                        " ",
                        row.get("user_id"),
                        row.get("item_id"),
                        row.get("category"),
                        row.get("timestamp"),
                        plain(row.getOrDefault("list_price", "")),
                        row.get("device"),
                        row.get("bought")),
                1,
                Integer::sum));
        assertThat(found).isEqualTo(expected);
        assertThat(rows).hasSizeGreaterThan(100);

        Path spine = folder.resolve("set/spine.parquet");
        run(copy(request("given", PURCHASES, SHOP, "discount"), spine, null), history.sources(), Progress.NONE);
        for (String file : List.of("training-set.csv", "training-set.parquet")) {
            assertThat(folder.resolve("given/" + file)).hasSameBinaryContentAs(folder.resolve("set/" + file));
        }
        assertThat(ParquetRows.read(spine).schema().getType("bought").toString())
                .isEqualTo("optional int64 bought");
    }

    @ParameterizedTest
    @CsvSource({"EVENTS,4", "SPINE,1", "ANSWERS,2", "OUTPUT,1"})
    void goesOnAfterItWasKilledAndMakesTheSameBytes(Progress.Stage stage, int kills) throws Exception {
        run(request("whole", PURCHASES, SHOP, "discount"), history.sources(), Progress.NONE);
        TrainingSetRequest request = request("killed", PURCHASES, SHOP, "discount");
        for (int kill = 1; kill <= kills; kill++) {
            KilledAfter progress = new KilledAfter(stage, kill);
            assertThatThrownBy(() -> run(request, history.sources(), progress)).isInstanceOf(Killed.class);
            assertThat(folder.resolve("killed/training-set.json")).doesNotExist();
        }
        assertThatThrownBy(() -> run(
                        request(
                                "killed",
                                new SpineFrom.Events("shop", null, PURCHASES.columns(), 0, 1),
                                SHOP,
                                "discount"),
                        history.sources(),
                        Progress.NONE))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("(other spineFrom)");

        run(request, history.sources(), Progress.NONE);

        for (String file : List.of("spine.parquet", "training-set.csv", "training-set.parquet", "training-set.json")) {
            assertThat(folder.resolve("killed/" + file)).hasSameBinaryContentAs(folder.resolve("whole/" + file));
        }
        assertThat(folder.resolve("killed/.work")).doesNotExist();
        assertThat(run(request, history.sources(), Progress.NONE).wasComplete()).isTrue();
    }

    @Test
    void momentsBoundTheEventsHalfOpen() throws Exception {
        run(request("all", PURCHASES, SHOP, "discount"), history.sources(), Progress.NONE);
        List<String> moments = csv("all").stream()
                .map(row -> row.getOrDefault("timestamp", ""))
                .sorted()
                .toList();
        Instant from = Instant.parse(moments.get(moments.size() / 3));
        Instant to = Instant.parse(moments.get(moments.size() / 2));
        SpineFrom.Events some = new SpineFrom.Events(
                "shop", PURCHASES.where(), PURCHASES.columns(), from.toEpochMilli(), to.toEpochMilli());

        run(request("some", some, SHOP, "discount"), history.sources(), Progress.NONE);

        assertThat(csv("some").stream().map(row -> row.getOrDefault("timestamp", "")))
                .containsExactlyInAnyOrderElementsOf(moments.stream()
                        .filter(at -> !Instant.parse(at).isBefore(from)
                                && Instant.parse(at).isBefore(to))
                        .toList());
        assertThatThrownBy(() -> run(
                        request(
                                "none",
                                new SpineFrom.Events("shop", "type == \"nothing\"", Map.of(), 0, 1),
                                SHOP,
                                null),
                        history.sources(),
                        Progress.NONE))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining("no event of source 'shop' has a row");
        // Nothing stays that would be in the way of the command that is meant.
        assertThat(run(request("none", PURCHASES, SHOP, "discount"), history.sources(), Progress.NONE)
                        .rows())
                .isEqualTo(moments.size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "shops; type == \"view\"; a; type; no source 'shops' in catalog",
                "shop; type ==; a; type; the condition, column",
                "shop; 1 + 2; a; type; a number where a condition is wanted",
                "shop; type == \"view\"; a; 1x; column 'a': not a field name: '1x'",
                "shop; type == \"view\"; a; item; a field is either a value or an object",
                "shop; type == \"view\"; timestamp; type; two columns 'timestamp'",
                "shop; type == \"view\"; price_vs_usual; price; has a column 'price_vs_usual' already",
            })
    void whatCannotBeReadIsToldBeforeAnythingIs(
            String source, String where, String column, String field, String problem) {
        SpineFrom.Events from =
                new SpineFrom.Events(source, where, Map.of(column, field), Long.MIN_VALUE, Long.MAX_VALUE);
        history.archive.unreadable = ref -> true;
        assertThatThrownBy(() -> run(request("set", from, SHOP, "discount"), history.sources(), Progress.NONE))
                .isInstanceOf(TrainingSetProblem.class)
                .hasMessageContaining(problem);
    }

    /** Single records: an archive that is easily overseen. */
    private static final class Few {

        private static final Lane LANE = ShopHistory.lane("shardId-000000000000");
        private static final Catalog CATALOG = new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}, max_event_bytes: 200}
                views:
                  buyer: {source: shop, entity: user, skew: 1m, features: {n: {function: count, windows: 1h}}}
                  buy:
                    source: shop
                    entity: [user, item.id]
                    features: {n: {function: count, windows: 1h}}
                models:
                  offer:
                    keys: {user: who, item.id: what}
                    request: {paid: {type: number}, device: {type: text, default: phone}}
                    inputs: [buyer: [n_1h], buy: [n_1h], request: [paid, device]]
                """);

        private final InMemoryArchive archive = new InMemoryArchive();
        private final InMemoryControlStore control = new InMemoryControlStore();
        private final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
        private final List<RawRecord> records = new ArrayList<>();

        static Position position(int number, int subsequence) {
            return new Position("4959033827149025660855969253836157109592157598913658" + (1_000 + number), subsequence);
        }

        static RawRecord record(int number, int subsequence, String payload) {
            return new RawRecord(
                    position(number, subsequence), 1_000_000L + number, "key", payload.getBytes(UTF_8), false);
        }

        void add(String payload) {
            records.add(record(records.size(), 0, payload));
        }

        HistoryPorts archived() {
            archive.append(new Archive.Segment(LANE, Position.ORIGIN, 0, records))
                    .join();
            RawRecord last = records.get(records.size() - 1);
            control.lanes.put(
                    LANE.id(),
                    new LaneRow(
                            LANE, 1, last.position(), records.size(), last.arrivalMillis(), "g1", Map.of(), Map.of()));
            return new HistoryPorts(archive, redrives, new ShopHistory.KnownPositions(), control);
        }

        void redrive(long number, RawRecord repaired) {
            List<RedriveLog.Entry> entries = new ArrayList<>();
            CATALOG.views()
                    .forEach(view ->
                            entries.add(new RedriveLog.Entry(view.name(), view.version(), LANE, repaired, "00")));
            redrives.append(new RedriveLog.Manifest(number, 2_000_000 + number, entries))
                    .join();
        }
    }

    private static final SpineFrom.Events ALL = new SpineFrom.Events(
            "shop", "kind != \"other\"", Map.of("label", "out", "extra", "more.x"), Long.MIN_VALUE, Long.MAX_VALUE);

    @Test
    void whatHasNoRowIsCountedAndTold() throws Exception {
        Few few = new Few();
        few.add("{\"user\":\"ann\",\"ts\":999000,\"item\":{\"id\":7},\"paid\":1.50,\"out\":1}");
        few.add("{\"user\":\"ann\",\"ts\":999000,\"kind\":\"other\"}");
        few.add("no JSON");
        few.add("{\"user\":\"ann\",\"item\":{\"id\":7},\"paid\":1}");
        few.add("{\"user\":\"ann\",\"ts\":999000,\"pad\":\"" + "x".repeat(200) + "\"}");
        few.add("{\"user\":\"\",\"ts\":999000,\"item\":{\"id\":7},\"paid\":1}");
        few.add("{\"user\":true,\"ts\":999000,\"item\":{\"id\":7},\"paid\":1}");
        few.add("{\"user\":\"ann\",\"ts\":999000,\"item\":{\"id\":7}}");
        few.add("{\"user\":\"ann\",\"ts\":999000,\"item\":{\"id\":7},\"paid\":\"1\"}");
        few.add("{\"user\":\"ann\",\"ts\":999000,\"item\":{\"id\":7},\"paid\":1,\"out\":[1]}");
        few.add("{\"user\":\"ann\",\"ts\":999000,\"item\":{\"id\":7},\"paid\":1,\"out\":1e99}");
        few.add("{\"user\":\"ann\",\"ts\":9990000,\"item\":{\"id\":7},\"paid\":1}");
        // A little ahead of its arrival, which is then its time.
        few.add(
                "{\"user\":\"a|b\",\"ts\":1030000,\"item\":{\"id\":\"7\"},\"paid\":-0.0,\"device\":\"=x\",\"out\":2.5}");
        few.records.add(new RawRecord(
                Few.position(few.records.size(), 0),
                1_000_100,
                "key",
                few.records.get(0).data(),
                true));

        TrainingSet set = run(request("set", ALL, Few.CATALOG, "offer"), few.archived(), Progress.NONE);

        assertThat(ParquetRows.read(folder.resolve("set/spine.parquet")).rows().stream()
                        .map(row -> List.copyOf(row.entrySet()).toString()))
                .containsExactly(
                        "[who=ann, what=7, timestamp=1970-01-01T00:16:39Z, paid=1.5, device=null, extra=null, label=1.0]",
                        "[who=a|b, what=7, timestamp=1970-01-01T00:16:40.012Z, paid=0.0, device==x, extra=null,"
                                + " label=2.5]");
        assertThat(csv("set").get(1)).containsEntry("request.device", "'=x").containsEntry("buyer.n_1h", "1");
        JsonNode spine = json.readTree(set.manifest().toFile()).path("spine");
        assertThat(spine.path("name").asText()).isEqualTo("spine.parquet");
        Map<String, Integer> leftOut = new TreeMap<>();
        spine.path("leftOut")
                .properties()
                .forEach(one -> leftOut.put(one.getKey(), one.getValue().asInt()));
        assertThat(leftOut.values()).containsOnly(1);
        assertThat(leftOut.keySet())
                .containsExactly(
                        "column 'label' has more than 34 significant digits, or lies outside 10^-34 to 10^35",
                        "column 'label' is an object or a list",
                        "entity key 'who' is missing or empty",
                        "entity key 'who' is neither a string nor a number",
                        "its time lies far after its arrival",
                        "no event time",
                        "not json",
                        "outside shard",
                        "request input 'paid' (number) is missing",
                        "request input 'paid' is a text where a number is wanted",
                        "too large");
        assertThat(set.notes()).hasSize(leftOut.size() + 1).anyMatch(note -> note.endsWith("'not json': 1"));
    }

    @Test
    void aRecordCountsOnceWithItsLastPayloadAlsoInAnAggregatedRecord() throws Exception {
        Few few = new Few();
        few.add("broken");
        String good = "{\"user\":\"%s\",\"ts\":999000,\"item\":{\"id\":7},\"paid\":1,\"out\":\"%s\"}";
        few.records.add(Few.record(1, 0, good.formatted("bob", "packed first")));
        few.records.add(Few.record(1, 1, "broken too"));
        few.records.add(Few.record(1, 2, good.formatted("cid", "packed third")));
        few.redrive(1, Few.record(0, 0, good.formatted("ann", "repaired badly")));
        few.redrive(2, Few.record(0, 0, good.formatted("ann", "repaired again")));
        few.redrive(3, Few.record(1, 1, good.formatted("dan", "repaired packed")));

        TrainingSet set = run(request("set", ALL, Few.CATALOG, "offer"), few.archived(), Progress.NONE);

        assertThat(csv("set").stream().map(row -> row.get("who") + " " + row.get("label")))
                .containsExactly("ann repaired again", "bob packed first", "dan repaired packed", "cid packed third");
        assertThat(json.readTree(set.manifest().toFile()).path("spine").path("leftOut"))
                .isEmpty();
    }

    @Test
    void columnsOfViewsWithoutAModelHaveTheKeysNames() throws Exception {
        Few few = new Few();
        few.add("{\"user\":\"ann\",\"ts\":999000,\"item\":{\"id\":7},\"out\":true}");
        few.add("{\"user\":\"ann\",\"ts\":999500,\"item\":{\"id\":8},\"out\":false}");
        few.add("{\"user\":\"ann\",\"ts\":999600,\"item\":{\"id\":8}}");
        run(request("set", ALL, Few.CATALOG, null), few.archived(), Progress.NONE);

        ParquetRows rows = ParquetRows.read(folder.resolve("set/training-set.parquet"));
        assertThat(rows.rows().stream().map(row -> List.copyOf(row.entrySet()).toString()))
                .containsExactly(
                        "[user=ann, item.id=7, timestamp=1970-01-01T00:16:39Z, extra=null, label=true, buyer__n_1h=1,"
                                + " buy__n_1h=1]",
                        "[user=ann, item.id=8, timestamp=1970-01-01T00:16:39.500Z, extra=null, label=false,"
                                + " buyer__n_1h=2, buy__n_1h=1]",
                        "[user=ann, item.id=8, timestamp=1970-01-01T00:16:39.600Z, extra=null, label=null,"
                                + " buyer__n_1h=3, buy__n_1h=2]");
    }

    @Test
    void aKeyOfViewsOfSeveralSourcesIsReadFromTheFieldOfThisSource() throws Exception {
        Catalog catalog = new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  web: {stream: web-events, event_time: at}
                  shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
                views:
                  visitor: {source: web, entity: uid, features: {n: {function: count, windows: 1h}}}
                  buyer: {source: shop, entity: user, features: {n: {function: count, windows: 1h}}}
                models:
                  offer:
                    keys: {uid: who, user: who}
                    inputs: [visitor: [n_1h], buyer: [n_1h]]
                """);
        Few few = new Few();
        few.add("{\"user\":\"ann\",\"uid\":\"other\",\"ts\":999000}");
        HistoryPorts sources = few.archived();
        SpineFrom.Events all = new SpineFrom.Events("shop", null, Map.of(), Long.MIN_VALUE, Long.MAX_VALUE);

        run(request("set", all, catalog, "offer"), sources, Progress.NONE);
        run(
                request(
                        "named",
                        new SpineFrom.Events("shop", null, Map.of("who", "uid"), 0, NOW_MILLIS),
                        catalog,
                        "offer"),
                sources,
                Progress.NONE);

        assertThat(csv("set").get(0)).containsEntry("who", "ann").containsEntry("buyer.n_1h", "1");
        assertThat(csv("named").get(0)).containsEntry("who", "other").containsEntry("buyer.n_1h", "0");
    }

    @Test
    void theRowsOwnEventIsInItAsKnownNowAndNotAsServed() throws Exception {
        Few few = new Few();
        few.add("{\"user\":\"ann\",\"ts\":999000,\"item\":{\"id\":7},\"paid\":1}");
        few.add("{\"user\":\"ann\",\"ts\":1000000,\"item\":{\"id\":7},\"paid\":1}");
        HistoryPorts sources = few.archived();
        run(request("now", ALL, Few.CATALOG, "offer"), sources, Progress.NONE);
        run(copy(request("served", ALL, Few.CATALOG, "offer"), Knowledge.SERVED), sources, Progress.NONE);

        assertThat(csv("now").stream().map(row -> row.get("buyer.n_1h"))).containsExactly("1", "2");
        assertThat(csv("served").stream().map(row -> row.get("buyer.n_1h"))).containsExactly("0", "1");
    }

    private static String plain(String number) {
        return new BigDecimal(number).stripTrailingZeros().toPlainString();
    }

    private JsonNode tree(byte[] data) {
        try {
            return json.readTree(data);
        } catch (IOException e) {
            return json.createObjectNode();
        }
    }

    private static TrainingSet run(TrainingSetRequest request, HistoryPorts sources, Progress progress) {
        return new TrainingSetJob(request, sources, progress, () -> NOW_MILLIS, 2, 256L << 20).run();
    }

    private List<Map<String, String>> csv(String set) throws IOException {
        return TrainingSetTest.csv(folder.resolve(set).resolve("training-set.csv"));
    }

    private static TrainingSetRequest copy(TrainingSetRequest request, Knowledge knowledge) {
        return request(
                request.spine(),
                request.spineFrom(),
                request.out(),
                request.catalogs().get(0),
                request.model(),
                knowledge);
    }

    private static TrainingSetRequest copy(TrainingSetRequest request, Path spine, @Nullable SpineFrom from) {
        return request(spine, from, request.out(), request.catalogs().get(0), request.model(), request.knowledge());
    }

    private TrainingSetRequest request(String set, SpineFrom from, Catalog catalog, @Nullable String model) {
        Path out = folder.resolve(set);
        return request(TrainingSetRequest.madeSpine(out), from, out, catalog, model, Knowledge.NOW);
    }

    private static TrainingSetRequest request(
            Path spine,
            @Nullable SpineFrom from,
            Path out,
            Catalog catalog,
            @Nullable String model,
            Knowledge knowledge) {
        return new TrainingSetRequest(
                spine,
                from,
                out,
                List.of(catalog),
                List.of(),
                List.of(),
                model,
                knowledge,
                WindowEnd.usual(knowledge),
                EnumSet.allOf(Format.class),
                false,
                null,
                TimeFormat.ISO8601,
                Map.of());
    }
}
