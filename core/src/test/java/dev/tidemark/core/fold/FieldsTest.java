package dev.tidemark.core.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.TileStates;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.tile.Tile;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What producers really send, from bytes to values. */
class FieldsTest {

    private static final String SHARD = "shardId-000000000000";
    private static final Lane LANE = new Lane("arn:aws:kinesis:eu-central-1:1:stream/st", 0, SHARD);
    private static final long NOW_MILLIS = 1_769_853_600_000L;
    private static final String NOW = "\"2026-01-31T10:00:00Z\"";
    private static final String LONG_URL = "https://shop.example/p?utm=" + "a".repeat(240);

    @Test
    void aTextThatIsTooLongForAnOptionalInputTakesNoEventOut() {
        Catalog catalog = catalog("""
                entity: user_id
                features:
                  n: {function: count, windows: [1h]}
                  total: {function: sum, input: amount, windows: [1h]}
                  page: {function: last, input: url, optional: true, windows: [1h]}
                  start: {function: first, input: truncate(url), windows: [1h]}
                  pages: {function: top_k, k: 2, input: hash(url), windows: [1h]}
                """);

        Map<String, @Nullable Object> values = values(
                catalog,
                "{'ts':NOW,'user_id':'url','amount':5,'url':'" + LONG_URL + "'}",
                "{'ts':NOW,'user_id':'url','amount':7,'url':'https://shop.example/p'}");

        assertThat(values).containsEntry("n_1h", 2L).containsEntry("page_1h", "https://shop.example/p");
        assertThat(values.get("total_1h")).hasToString("12");
        assertThat(values).containsEntry("start_1h", LONG_URL.substring(0, 256));
        assertThat(values.get("pages_1h")).asString().contains("sha256:").contains("https://shop.example/p");
    }

    @Test
    void aTextThatIsTooLongForARequiredInputStillDoes() {
        Catalog catalog = catalog("{entity: user_id, features: {page: {function: last, input: url, windows: [1h]}}}");

        assertThatThrownBy(() -> values(catalog, "{'ts':NOW,'user_id':'u','url':'" + LONG_URL + "'}"))
                .isInstanceOfSatisfying(
                        InvalidEvent.class,
                        e -> assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.VALUE_OUT_OF_BOUNDS));
    }

    @Test
    void decimalsInTextsAreNumbers() {
        Catalog catalog = catalog("""
                entity: number(user)
                where: number(amount) > 1 && number(amount) != 42.5
                features:
                  paid: {function: sum, input: number(amount), windows: [1h]}
                  by: {function: count, windows: [1h], group_by: {field: number(amount), max_groups: 5}}
                """);

        Map<String, @Nullable Object> values = values(
                catalog,
                "{'ts':NOW,'user':'7.0','amount':'403.00'}",
                "{'ts':NOW,'user':7,'amount':'10.5'}",
                "{'ts':NOW,'user':'7','amount':'42.50'}",
                "{'ts':NOW,'user':'7','amount':'1'}");

        assertThat(values.get("paid_1h")).hasToString("413.5");
        assertThat(values.get("by_1h")).hasToString("{10.5=1, 403=1}");
        assertThat(entity(catalog, "{'ts':NOW,'user':'007.00','amount':'2'}")).isEqualTo("7");
        assertThatThrownBy(() -> values(catalog, "{'ts':NOW,'user':'7','amount':'cheap'}"))
                .isInstanceOfSatisfying(
                        InvalidEvent.class,
                        e -> assertThat(e.getMessage()).contains("number(amount) is a text that is no number"));
        assertThatThrownBy(() -> values(catalog, "{'ts':NOW,'user':'seven','amount':'2'}"))
                .isInstanceOfSatisfying(
                        InvalidEvent.class, e -> assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.MISTYPED_FIELD));
    }

    /** The names of case 09, as they stand there. */
    @Test
    void fieldsHaveTheNamesThatProducersGiveThem() {
        Catalog catalog = new CatalogCompiler().compile("""
                tidemark: 1
                sources:
                  logs: {stream: logs, event_time: "@timestamp"}
                  web: {stream: web, event_time: {field: event_timestamp, format: epoch_micros}}
                views:
                  a: {source: logs, entity: user-agent, features: {n: {function: count, windows: [1h]}}}
                  b:
                    source: web
                    entity: "properties.$session_id"
                    where: items[0].price > 1 && field("user-agent") != "bot" && headers["x-id"] == null
                    features: {n: {function: sum, input: "items[0].price", windows: [1h]}}
                """);

        View logs = catalog.view("a").orElseThrow();
        View web = catalog.view("b").orElseThrow();
        assertThat(values(catalog, logs, "{'@timestamp':NOW,'user-agent':'curl'}"))
                .containsEntry("n_1h", 1L);
        assertThat(values(
                                catalog,
                                web,
                                "{'event_timestamp':1769853600000999,'properties':{'$session_id':'s'},"
                                        + "'items':[{'price':2.5},{'price':9}]}",
                                "{'event_timestamp':1769853600000999,'properties':{'$session_id':'s'},'user-agent':'bot',"
                                        + "'items':[{'price':7}]}")
                        .get("n_1h"))
                .hasToString("2.5");
    }

    @Test
    void ofAListEveryElementCountsOnce() {
        Catalog catalog = catalog("""
                entity: user
                features:
                  orders: {function: count, windows: [1h]}
                  skus: {function: distinct, input: "items[*].sku", windows: [1h]}
                  top: {function: top_k, k: 1, input: "items[*].sku", windows: [1h]}
                  paid: {function: sum, input: "number(items[*].price)", windows: [1h]}
                  mean: {function: avg, input: "number(items[*].price)", windows: [1h]}
                  by_shop: {function: sum, input: "number(items[*].price)", windows: [1h], group_by: {field: shop, groups: [a, b]}}
                  sizes: {function: histogram, boundaries: [2], input: "sizes[*]", optional: true, windows: [1h]}
                """);

        Map<String, @Nullable Object> values = values(
                catalog,
                "{'ts':NOW,'user':'u','shop':'a','items':[{'sku':'x','price':'1.50'},{'sku':'y','price':2},{'sku':'x'}]}",
                "{'ts':NOW,'user':'u','shop':'b','items':[{'sku':'z','price':'4'}],'sizes':[1,null,5]}",
                "{'ts':NOW,'user':'u','shop':'c','items':[]}");

        assertThat(values).containsEntry("orders_1h", 3L).containsEntry("skus_1h", 3L);
        assertThat(values.get("top_1h")).asString().contains("x").contains("2");
        assertThat(values.get("paid_1h")).hasToString("7.5");
        assertThat(values.get("mean_1h")).hasToString("2.5");
        assertThat(values.get("by_shop_1h")).hasToString("{a=3.5, b=4}");
        assertThat(values.get("sizes_1h")).asString().contains("1").doesNotContain("2=");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{'sku':'x'},{'sku':[1]}]               | MISTYPED_FIELD",
                "[{'sku':1e99}]                          | VALUE_OUT_OF_BOUNDS",
                "null                                    | MISSING_FIELD",
                "{'sku':'x'}                             | MISSING_FIELD"
            })
    void aListThatCannotBeCountedTakesTheEventOut(String items, String reason) {
        Catalog catalog =
                catalog("{entity: user, features: {n: {function: distinct, input: \"items[*].sku\", windows: [1h]}}}");

        assertThatThrownBy(() -> values(catalog, "{'ts':NOW,'user':'u','items':" + items + "}"))
                .isInstanceOfSatisfying(
                        InvalidEvent.class, e -> assertThat(e.reason()).hasToString(reason));
    }

    @Test
    void aListHasBounds() {
        Catalog catalog =
                catalog("{entity: user, features: {n: {function: distinct, input: \"tags[*]\", windows: [1h]}}}");
        String hundred = "1,".repeat(99) + "2";

        assertThat(values(catalog, "{'ts':NOW,'user':'u','tags':[" + hundred + ",null]}"))
                .containsEntry("n_1h", 2L);
        assertThatThrownBy(() -> values(catalog, "{'ts':NOW,'user':'u','tags':[" + hundred + ",3]}"))
                .hasMessageContaining("field 'tags[*]' has more than 100 elements");
    }

    @Test
    void allEventsMayBeOfOneEntity() {
        Catalog catalog = catalog("{entity: constant(all), features: {n: {function: count, windows: [1h]}}}");

        assertThat(entity(catalog, "{'ts':NOW}")).isEqualTo("all");
        assertThat(values(catalog, "{'ts':NOW}", "{'ts':NOW,'all':'x'}")).containsEntry("n_1h", 2L);
    }

    /** A replay for one entity looks at bytes first; a key that is not in them as it is must not be overlooked. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "number(user)     | {'ts':NOW,'user':'042.50'} | 42.5",
                "constant(all)    | {'ts':NOW}                 | all",
                "'\"users\"[1]'   | {'ts':NOW,'users':[1,42]}  | 42",
                "'users[0]'       | {'ts':NOW,'users':[42,1]}  | 42"
            })
    void aReplayForOneEntityOverlooksNoKey(String entity, String event, String key) {
        Catalog catalog = catalog("{entity: '" + entity + "', features: {n: {function: count, windows: [1h]}}}");
        View view = catalog.views().get(0);
        LaneDecider replay =
                new LaneDecider(catalog.sourceOf(view), List.of(view), LANE.id(), LaneDecider.EntityFilter.only(key));
        List<String> taken = new ArrayList<>();

        replay.replay(List.of(record(event, 1)), (of, record, row, folded, filterBits) -> taken.add(folded));

        assertThat(taken).containsExactly(key);
    }

    private static Catalog catalog(String view) {
        return new CatalogCompiler()
                .compile("tidemark: 1\nsources: {s: {stream: st, event_time: ts}}\nviews:\n  v:\n"
                        + (view.startsWith("{")
                                ? "    " + view.replaceFirst("\\{", "{source: s, ")
                                : "    source: s\n" + view.indent(4)));
    }

    private static RawRecord record(String event, int number) {
        byte[] data = event.replace("NOW", NOW).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return new RawRecord(new Position(String.valueOf(number), 0), NOW_MILLIS + 1_000, "key", data);
    }

    private static String entity(Catalog catalog, String event) {
        View view = catalog.views().get(0);
        Admission admission = Admission.of(view);
        admission.judge(rows(catalog, view, List.of(record(event, 1))), 0);
        return admission.entity();
    }

    private static Map<String, @Nullable Object> values(Catalog catalog, String... events) {
        return values(catalog, catalog.views().get(0), events);
    }

    /** Of events that all count, in one tile. */
    private static Map<String, @Nullable Object> values(Catalog catalog, View view, String... events) {
        List<RawRecord> records = new ArrayList<>();
        for (String event : events) {
            records.add(record(event, records.size() + 1));
        }
        BatchRows rows = rows(catalog, view, records);
        Admission admission = Admission.of(view);
        Tile tile = Tile.empty(view.layout());
        for (int i = 0; i < records.size(); i++) {
            if (admission.judge(rows, i) == Admission.Verdict.IN) {
                admission.check(rows.row(i));
                tile.add(rows.row(i), admission.filterBits());
            }
        }
        Map<String, @Nullable Object> values = new TreeMap<>();
        view.features()
                .forEach(feature ->
                        values.put(feature.name(), feature.computation().value(new InTile(feature, tile))));
        return values;
    }

    private static BatchRows rows(Catalog catalog, View view, List<RawRecord> records) {
        BatchRows rows = new BatchRows(catalog.sourceOf(view));
        rows.read(records, SHARD);
        return rows;
    }

    private record InTile(View.Feature feature, Tile tile) implements TileStates {

        @Override
        public State merged(int state) {
            return tile.state(feature.states().get(state));
        }

        @Override
        public List<Slice> slices() {
            return List.of();
        }

        @Override
        public long atMillis() {
            return NOW_MILLIS;
        }
    }
}
