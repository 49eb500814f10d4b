package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.aggregate.AggregateFunction.Input;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.tile.ItemSize;
import dev.tidemark.core.tile.SeenIds;
import dev.tidemark.core.tile.TileLayout;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogCompilerTest {

    private final Catalog catalog;
    private final View viewer;
    private final View pages;

    CatalogCompilerTest() throws IOException {
        catalog = new CatalogCompiler().compile(TestFiles.read("valid.yaml"));
        viewer = catalog.view("viewer").orElseThrow();
        pages = catalog.view("pages").orElseThrow();
    }

    @Test
    void readsSources() {
        Catalog.Source shop = catalog.sourceOfStream("shop-events").orElseThrow();
        Catalog.Source clicks = catalog.sources().get(1);

        assertThat(shop.name()).isEqualTo("shop");
        assertThat(shop.shape().maxEventBytes()).isEqualTo(65_536);
        assertThat(shop.shape().eventTime()).isEqualTo(new EventShape.EventTime(0, EventShape.TimeFormat.EPOCH_MILLIS));
        assertThat(clicks.shape())
                .isEqualTo(new EventShape(
                        List.of(FieldPath.parse("at"), FieldPath.parse("user_id"), FieldPath.parse("page.section")),
                        new EventShape.EventTime(0, EventShape.TimeFormat.ISO8601),
                        262_144));
        assertThat(catalog.viewsOf(shop)).containsExactly(viewer);
    }

    @Test
    void whoPacksRecordsIsTheKinesisProducerLibraryUnlessTheSourceSaysOtherwise() throws IOException {
        Catalog other = new CatalogCompiler()
                .compile(TestFiles.read("valid.yaml")
                        .replace("stream: clicks\n", "stream: clicks\n    aggregated_by: any\n"));

        assertThat(catalog.sources())
                .extracting(source -> source.shape().aggregatedBy())
                .containsExactly(EventShape.AggregatedBy.KPL, EventShape.AggregatedBy.KPL);
        assertThat(other.sources())
                .extracting(source -> source.shape().aggregatedBy())
                .containsExactly(EventShape.AggregatedBy.KPL, EventShape.AggregatedBy.ANY);
        assertThat(other.json()).contains("\"max_event_bytes\":262144,\"aggregated_by\":\"any\"}");
    }

    /** What is put onto a stream changes nothing about how it is folded. */
    @Test
    void aForwardIsPartOfTheCatalogAndOfNoView() throws IOException {
        Catalog other =
                new CatalogCompiler().compile(TestFiles.read("valid.yaml").replace("stream: clicks\n", """
                        stream: clicks
                            forward: [{from: shop, where: amount > 10, key: card}]
                        """));

        assertThat(other.views()).extracting(View::version).isEqualTo(versions(catalog));
        assertThat(other.sources())
                .extracting(Catalog.Source::shape)
                .isEqualTo(catalog.sources().stream().map(Catalog.Source::shape).toList());
        assertThat(other.hash()).isNotEqualTo(catalog.hash());
        assertThat(other.json())
                .contains("\"forward\":[{\"from\":\"shop\",\"where\":\"amount > 10\",\"key\":\"card\","
                        + "\"origin\":\"origin\"}]");
        assertThat(new CatalogCompiler().compile(other.json()).json()).isEqualTo(other.json());
    }

    private static List<String> versions(Catalog catalog) {
        return catalog.views().stream().map(View::version).toList();
    }

    @Test
    void oneShapeServesAllViewsOfASource() {
        assertThat(catalog.sources().get(0).shape().fields())
                .extracting(FieldPath::toString)
                .containsExactly(
                        "ts",
                        "user_id",
                        "type",
                        "event_id",
                        "item.price",
                        "item.category",
                        "latency",
                        "country",
                        "page");
    }

    @Test
    void readsAViewAndItsDefaults() {
        assertThat(viewer.entity()).containsExactly(new View.KeyField("user_id", 1));
        assertThat(viewer.retentionMillis()).isEqualTo(43_200_000);
        assertThat(viewer.skewMillis()).isEqualTo(30_000);
        assertThat(viewer.streamRetentionMillis()).isEqualTo(172_800_000);
        assertThat(viewer.duplicates()).isEqualTo(new View.Duplicates(3, "event_id", new SeenIds.Rule(600_000, 500)));
        assertThat(viewer.ladder().hop().widthMillis()).isEqualTo(5_000);

        assertThat(pages.entity())
                .containsExactly(new View.KeyField("user_id", 1), new View.KeyField("page.section", 2));
        assertThat(pages.where()).isNull();
        assertThat(pages.retentionMillis()).isEqualTo(86_400_000);
        assertThat(pages.skewMillis()).isEqualTo(60_000);
        assertThat(pages.duplicates()).isNull();
        assertThat(pages.streamRetentionMillis()).isEqualTo(86_400_000);
        assertThat(pages.ladder().hop().widthMillis()).isEqualTo(60_000);
    }

    @Test
    void namesAValueByFeatureAndWindow() {
        assertThat(viewer.features())
                .extracting(View.Feature::name)
                .containsExactly(
                        "avg_price_5m",
                        "avg_price_30m",
                        "avg_price_24h",
                        "views_30m",
                        "views_lifetime",
                        "shoes_30m",
                        "shoe_price_30m",
                        "share_30m",
                        "latency_30m",
                        "by_category_30m",
                        "by_country_30m",
                        "recent_24h",
                        "last_page_30m");
    }

    @Test
    void sharesStatesAndFilters() {
        List<String> states = viewer.layout().entries().stream()
                .map(entry -> entry.type().id() + "/" + entry.filter())
                .toList();

        assertThat(states).doesNotHaveDuplicates().isSorted();
        assertThat(viewer.filters()).hasSize(2);
        // avg and views, the share's total and the decayed average all use the one plain count.
        assertThat(statesOf("views_30m")).hasSize(1);
        assertThat(statesOf("avg_price_5m")).containsAll(statesOf("views_30m"));
        assertThat(statesOf("recent_24h")).isSubsetOf(statesOf("avg_price_5m"));
        assertThat(statesOf("share_30m")).hasSize(2).containsAll(statesOf("views_30m"));
        assertThat(statesOf("shoes_30m")).doesNotContainAnyElementsOf(statesOf("views_30m"));
        assertThat(statesOf("avg_price_5m")).isEqualTo(statesOf("avg_price_24h"));
    }

    @Test
    void knowsWhatAnEventMustCarry() {
        assertThat(viewer.inputs())
                .containsExactlyInAnyOrder(
                        new View.InputField("item.price", 4, Input.NUMBER, true, TileLayout.NO_FILTER),
                        new View.InputField("item.price", 4, Input.NUMBER, false, 0),
                        new View.InputField("latency", 6, Input.NUMBER, true, TileLayout.NO_FILTER),
                        new View.InputField("item.category", 5, Input.SCALAR, false, TileLayout.NO_FILTER),
                        new View.InputField("country", 7, Input.SCALAR, false, TileLayout.NO_FILTER),
                        new View.InputField("page", 8, Input.SCALAR, true, TileLayout.NO_FILTER));
    }

    @Test
    void bindsFiltersToSlots() {
        EventRow row = new EventRow(9);
        row.setString(2, "view");
        row.setString(5, "shoes");
        row.setNumber(4, 50, 0);

        assertThat(viewer.where()).isNotNull().matches(where -> where.test(row));
        assertThat(viewer.filters().get(0).test(row)).isTrue();
        assertThat(viewer.filters().get(1).test(row)).isFalse();
    }

    @Test
    void ordersDerivedFeaturesByWhatTheyUse() {
        assertThat(viewer.derived()).extracting(View.Derived::name).containsExactly("part", "shoe_share", "on_home");

        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("shoes_30m", 3L);
        values.put("views_30m", 8L);
        values.put("last_page_30m", "home");
        for (View.Derived derived : viewer.derived()) {
            values.put(derived.name(), derived.expression().evaluate(values));
        }
        assertThat(values)
                .containsEntry("part", new BigDecimal("37.5"))
                .containsEntry("shoe_share", new BigDecimal("0.375"))
                .containsEntry("on_home", true);
        values.put("part", null);
        assertThat(viewer.derived().get(1).expression().evaluate(values)).isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void noItemCanExceedWhatDynamoDbTakes() {
        for (TileWidth width : viewer.ladder().widths()) {
            assertThat(ItemSize.of(viewer.layout(), width).totalBytes())
                    .as(width.code())
                    .isLessThanOrEqualTo(409_600);
        }
    }

    @Test
    void theHashAndTheJsonIgnoreCommentsAndLayout() throws IOException {
        String yaml = TestFiles.read("valid.yaml");
        String other = "# a comment\n"
                + yaml.replace("event_time: at\n", "event_time:\n      field: \"at\"\n      format: iso8601\n")
                        .replace("stream_retention: 48h", "stream_retention: 2d # two days")
                        .replace("windows: 30m", "windows: [ 30m ]");

        Catalog same = new CatalogCompiler().compile(other);

        assertThat(same.json()).isEqualTo(catalog.json());
        assertThat(same.hash()).isEqualTo(catalog.hash()).matches("[0-9a-f]{16}");
        assertThat(new CatalogCompiler()
                        .compile(yaml.replace("views_30m > 1", "views_30m > 2"))
                        .hash())
                .isNotEqualTo(catalog.hash());
    }

    @Test
    void theJsonIsTheDefinitionWithDefaults() {
        assertThat(catalog.json())
                .startsWith(
                        "{\"tidemark\":1,\"sources\":{\"shop\":{\"stream\":\"shop-events\",\"stream_retention\":\"2d\","
                                + "\"event_time\":{\"field\":\"ts\",\"format\":\"epoch_millis\"},\"event_id\":\"event_id\","
                                + "\"max_event_bytes\":65536}")
                .contains("\"pages\":{\"source\":\"clicks\",\"entity\":[\"user_id\",\"page.section\"],\"hop\":\"1m\","
                        + "\"retention\":\"1d\",\"skew\":\"1m\",\"features\":{\"clicks\":{\"function\":\"count\","
                        + "\"windows\":[\"1h\",\"7d\"]}},\"derived\":{}}");
    }

    private List<Integer> statesOf(String value) {
        return viewer.features().stream()
                .filter(feature -> feature.name().equals(value))
                .findFirst()
                .orElseThrow()
                .states();
    }
}
