package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.value.ValueType;
import dev.tidemark.core.view.Model;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models: what their vectors are, which mistakes are found, and what their hashes depend on. */
class ModelReaderTest {

    private static final String YAML = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: ts}
            views:
              viewer:
                source: shop
                entity: user_id
                features:
                  avg_price: {function: avg, input: price, windows: [30m, 24h]}
                  views: {function: count, windows: [30m]}
                  top_items: {function: top_k, input: item.id, k: 3, windows: [24h]}
                derived:
                  trend: {expression: avg_price_30m / avg_price_24h, default: 1}
              item:
                source: shop
                entity: item.id
                features:
                  sold: {function: count, where: type == "purchase", windows: [24h]}
              pair:
                source: shop
                entity: [user_id, item.id]
                features:
                  seen: {function: count, windows: [24h]}
            models:
              discount:
                description: which discount to offer   # for people
                owner: pricing
                tags: [shop, price]
                keys: {user_id: user, item.id: item}
                request:
                  list_price: {type: number}
                  device: {type: text, default: desktop}
                inputs:
                  - viewer: [avg_price_30m, trend]
                  - item: [sold_24h]
                  - pair: [seen_24h]
                  - request: [list_price, device]
                derived:
                  price_vs_usual: {expression: request.list_price / viewer.avg_price_30m, default: 1}
                  is_cheap: {expression: price_vs_usual < 0.5 && request.device.startsWith("des"), default: false}
                stale_after: 60s
            """;

    /** Of key fields with odd names, read in another way, or that are none. */
    @Test
    void keysOfAnyPathHaveNames() {
        Catalog catalog = new CatalogCompiler().compile("""
                tidemark: 1
                sources: {s: {stream: st, event_time: "@timestamp"}}
                views:
                  v: {source: s, entity: [user-agent, number(user.id), constant(all)], features: {n: {function: count, windows: 1h}}}
                models:
                  m:
                    keys: {user-agent: agent}
                    inputs: [{v: [n_1h]}]
                """);

        Model model = catalog.model("m").orElseThrow();
        assertThat(model.keys()).containsExactly("agent", "user_id");
        Model.ViewInput input = model.views().get(0);
        assertThat(input.entity(List.of("curl", "7"))).containsExactly("curl", "7", "all");
        assertThat(input.keyNames(model.keys())).containsExactly("agent", "user_id", "constant(all)");
        assertThat(model.facts()).noneMatch(fact -> fact.startsWith("key constant"));
    }

    private static final String ATTRIBUTES = """
            tidemark: 1
            sources: {shop: {stream: shop-events, event_time: ts}}
            references:
              items: {key: [item_id], fields: {category: text, list_price: number, on_sale: boolean, size: text}}
              shops: {key: [country, "shop id"], fields: {open: boolean}}
            views:
              viewer: {source: shop, entity: user_id, features: {views: {function: count, windows: 30m}}}
              seen: {source: shop, entity: item_id, features: {views: {function: count, windows: 30m}}}
            models:
              offer:
                keys: {item_id: item, "shop id": shop}
                inputs:
                  - viewer: [views_30m]
                  - items: [list_price, category]
                  - shops: [open]
                derived:
                  cheap: {expression: items.on_sale || items.list_price < 10}
            """;

    /** A reference is named like a view, and its key's columns like a view's key fields. */
    @Test
    void fieldsOfReferencesAreInVectors() {
        Model model = catalog(ATTRIBUTES).model("offer").orElseThrow();

        assertThat(model.vector())
                .containsExactly(
                        new Model.Value("viewer.views_30m", ValueType.INTEGER),
                        new Model.Value("items.list_price", ValueType.NUMBER),
                        new Model.Value("items.category", ValueType.STRING),
                        new Model.Value("shops.open", ValueType.BOOLEAN),
                        new Model.Value("cheap", ValueType.BOOLEAN));
        assertThat(model.keys()).containsExactly("user_id", "item", "country", "shop");
        assertThat(model.views()).hasSize(1);
        assertThat(model.references())
                .containsExactly(
                        new Model.ReferenceInput("items", List.of(1), List.of("category", "list_price", "on_sale")),
                        new Model.ReferenceInput("shops", List.of(2, 3), List.of("open")));
        assertThat(catalog(ATTRIBUTES.replace("- viewer: [views_30m]", "- seen: [views_30m]"))
                        .model("offer")
                        .orElseThrow()
                        .keys())
                .as("one key of a view and a reference")
                .containsExactly("item", "country", "shop");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            key: [item_id]     | key: [sku]                  | false
            list_price: number | list_price: text            | false
            [country, "shop id"] | ["shop id", country]      | false
            size: text         | size: number                | true
            size: text}        | size: text}, max_bytes: 10  | true
            size: text}        | size: text}, effective_after: 1h | true
            item_id: item,     | item_id: product,           | false
            """)
    void theHashIsOfWhatIsLookedUpAndNeverOfASnapshot(String part, String changed, boolean isSame) {
        String yaml = ATTRIBUTES.replace("items.list_price < 10", "items.category == \"a\"");
        String other = yaml.replace(part, changed)
                .replace("{item_id: item, ", changed.contains("sku") ? "{" : "{item_id: item, ");
        String hash = catalog(yaml).model("offer").orElseThrow().hash();

        assertThat(catalog(other).model("offer").orElseThrow().hash().equals(hash))
                .isEqualTo(isSame);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            - items: [list_price, category] | - itmes: [list_price]       | unknown view or reference 'itmes' — did you mean 'items'?
            - items: [list_price, category] | - items: [price]            | no value 'price' in 'items' — values: category, list_price, on_sale, size
            "shop id": shop}                | shop_id: shop}              | 'shop_id' is the key of no view or reference that the model reads
            "shop id": shop}                | sku: shop}                  | 'shop id' is no name of a key
            cheap:                          | items:                      | 'items' is already the name of a view
            items.list_price < 10           | items.category < 10         | found no matching overload
            "  seen:"                       | "  items:"                  | 'items' is the name of a view and of a reference
            "  shops: {"                    | "  request: {"              | unknown view or reference 'shops'
            """)
    void namesAMistakeWithReferences(String part, String changed, String expected) {
        String yaml =
                ATTRIBUTES.replace(part.replaceAll("^\"(  .*)\"$", "$1"), changed.replaceAll("^\"(  .*)\"$", "$1"));
        assertThat(yaml).isNotEqualTo(ATTRIBUTES);

        assertThatThrownBy(() -> catalog(yaml))
                .isInstanceOfSatisfying(
                        InvalidDefinition.class, e -> assertThat(e.getMessage()).contains(expected));
    }

    /** A mistake in a reference is not reported again in each model that reads it. */
    @Test
    void aBrokenReferenceIsOneMistake() {
        assertThatThrownBy(() -> catalog(
                        ATTRIBUTES.replace("open: boolean", "open: bool").replace(", \"shop id\": shop", "")))
                .isInstanceOfSatisfying(
                        InvalidDefinition.class, e -> assertThat(e.problems()).hasSize(1));
    }

    @Test
    void isAVectorInOrder() {
        Model model = model(YAML);

        assertThat(model.names())
                .containsExactly(
                        "viewer.avg_price_30m",
                        "viewer.trend",
                        "item.sold_24h",
                        "pair.seen_24h",
                        "request.list_price",
                        "request.device",
                        "price_vs_usual",
                        "is_cheap");
        assertThat(model.vector())
                .extracting(Model.Value::type)
                .containsExactly(
                        ValueType.NUMBER,
                        ValueType.NUMBER,
                        ValueType.INTEGER,
                        ValueType.INTEGER,
                        ValueType.NUMBER,
                        ValueType.STRING,
                        ValueType.NUMBER,
                        ValueType.BOOLEAN);
        assertThat(model.keys()).containsExactly("user", "item");
        assertThat(model.views())
                .extracting(one -> one.view().name() + one.keys() + one.names())
                .containsExactly("viewer[0][avg_price_30m, trend]", "item[1][sold_24h]", "pair[0, 1][seen_24h]");
        assertThat(model.request())
                .containsExactly(
                        new Model.Input("list_price", ValueType.NUMBER, null),
                        new Model.Input("device", ValueType.STRING, "desktop"));
        assertThat(model.staleAfterMillis()).isEqualTo(60_000);
    }

    @Test
    void computesARow() {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("viewer.avg_price_30m", new BigDecimal("200"));
        values.put("item.sold_24h", 3L);
        values.put("request.list_price", new BigDecimal("59.90"));
        values.put("request.device", "desktop");

        assertThat(model(YAML).vector(values))
                .isEqualTo(Arrays.asList(
                        new BigDecimal("200"),
                        null,
                        3L,
                        null,
                        new BigDecimal("59.90"),
                        "desktop",
                        new BigDecimal("0.2995"),
                        true));
    }

    @Test
    void aDerivedValueMayReadWhatTheVectorDoesNotHold() {
        Model model = model(YAML.replace("viewer: [avg_price_30m, trend]", "viewer: [trend]"));

        assertThat(model.names()).doesNotContain("viewer.avg_price_30m");
        assertThat(model.views().get(0).names()).containsExactly("avg_price_30m", "trend");
    }

    @Test
    void keysKeepTheirOwnNamesIfNoneAreGiven() {
        assertThat(model(YAML.replace("keys: {user_id: user, item.id: item}", "# no keys"))
                        .keys())
                .containsExactly("user_id", "item_id");
    }

    @Test
    void isStaleBeyondItsLimitAndIfNobodyKnows() {
        Model model = model(YAML);

        assertThat(model.isStale(OptionalLong.of(60_000))).isFalse();
        assertThat(model.isStale(OptionalLong.of(60_001))).isTrue();
        assertThat(model.isStale(OptionalLong.empty())).isTrue();
        assertThat(model(YAML.replace("stale_after: 60s", "")).isStale(OptionalLong.empty()))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            views: {function: count, windows: [30m]}  | views: {function: count, windows: [30m, 2h]}
            which discount to offer                   | something else
            owner: pricing                            | owner: others
            tags: [shop, price]                       | tags: []
            # for people                              | # for nobody
            stale_after: 60s                          | stale_after: 61s
            discount:                                 | rebate:
            """)
    void theHashKeepsWithWhatDoesNotChangeTheVector(String part, String changed) {
        assertThat(model(change(part, changed)).hash())
                .describedAs("facts %s", model(change(part, changed)).facts())
                .isEqualTo(model(YAML).hash());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            stream: shop-events                      | stream: other-events
            avg_price: {function: avg                | avg_price: {function: sum
            avg_price_30m / avg_price_24h, default: 1} | avg_price_30m / avg_price_24h, default: 2}
            request: [list_price, device]            | request: [device, list_price]
            user_id: user,                           | user_id: customer,
            default: desktop                         | default: phone
            {type: number}                           | {type: number, default: 1}
            {type: number}                           | {type: text}
            default: 1}\\n      is_cheap            | default: 0}\\n      is_cheap
            < 0.5                                    | < 0.6
            type == "purchase"                       | type == "cart"
            """)
    void theHashChangesWithWhatChangesTheVector(String part, String changed) {
        String other = change(part.replace("\\n", "\n"), changed.replace("\\n", "\n"));

        assertThat(model(other.replace("{expression: request.list_price / viewer", otherExpression(other)))
                        .hash())
                .isNotEqualTo(model(YAML).hash());
    }

    /** A text cannot be divided. */
    private static String otherExpression(String yaml) {
        return yaml.contains("list_price: {type: text}")
                ? "{expression: 1 / viewer"
                : "{expression: request.list_price / viewer";
    }

    @Test
    void renamingAFeatureOfAViewChangesTheHash() {
        String renamed = YAML.replace("avg_price", "mean_price");

        assertThat(catalog(renamed).views().get(0).version())
                .isEqualTo(catalog(YAML).views().get(0).version());
        assertThat(model(renamed).hash()).isNotEqualTo(model(YAML).hash());
    }

    /** The day's views are others in another zone. */
    @Test
    void theHashChangesWithTheZoneOfAValueOfTheVector() {
        String daily = """
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: ts}
                views:
                  viewer:
                    source: shop
                    entity: user_id
                    zone: Europe/Berlin
                    features: {views: {function: count, windows: [day, 24h]}}
                models:
                  m: {inputs: [{viewer: [views_day]}]}
                """;

        assertThat(model(daily.replace("Europe/Berlin", "UTC")).hash())
                .isNotEqualTo(model(daily).hash());
        String rolling = daily.replace("[views_day]", "[views_24h]");
        assertThat(model(rolling.replace("Europe/Berlin", "UTC")).hash())
                .isEqualTo(model(rolling).hash());
    }

    @Test
    void theHashOfThisModelIsFrozen() {
        assertThat(model(YAML).hash())
                .as("%s", String.join("\n", model(YAML).facts()))
                .isEqualTo("000723286eadc9b6");
    }

    @Test
    void notesAreInNoHashButInTheJson() {
        Catalog plain = catalog(YAML.replace("description: which discount to offer   # for people", "")
                .replace("owner: pricing", "")
                .replace("tags: [shop, price]", ""));

        assertThat(plain.hash()).isEqualTo(catalog(YAML).hash());
        assertThat(plain.json()).doesNotContain("which discount");
        assertThat(catalog(YAML).json()).contains("\"description\":\"which discount to offer\"");
        assertThat(catalog(YAML).notesOf("models.discount").line())
                .isEqualTo("which discount to offer (owner pricing; shop, price)");
    }

    @Test
    void sourcesViewsAndFeaturesHaveNotesToo() {
        Catalog catalog = catalog("""
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: ts, description: a shop, owner: web}
                views:
                  viewer:
                    source: shop
                    entity: user_id
                    owner: pricing
                    features:
                      views: {function: count, windows: [30m], tags: [hot], description: what was seen}
                    derived:
                      some: {expression: views_30m > 0, description: whether anything was seen}
                """);

        assertThat(catalog.notes().keySet())
                .containsExactly(
                        "sources.shop", "views.viewer", "views.viewer.features.views", "views.viewer.derived.some");
        assertThat(catalog.json())
                .contains("\"a shop\"", "\"owner\":\"pricing\"", "\"tags\":[\"hot\"]", "\"whether anything was seen\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            - item: [sold_24h]            | - itme: [sold_24h]             | unknown view 'itme' — did you mean 'item'?
            - item: [sold_24h]            | - item: [sold_30m]             | no value 'sold_30m' in 'item' — values: sold_24h
            - item: [sold_24h]            | - viewer: [trend]              | 'trend' stands twice
            - item: [sold_24h]            | - item: sold_24h               | 'sold_24h' where a list is wanted
            user_id: user,                | user: user,                    | 'user' is the key of no view that the model reads
            item.id: item}                | item.id: "2nd"}                | '2nd' is no name of a key
            item.id: item}                | item.id: device}               | 'device' is the name of a key and of a request input
            {type: number}                | {type: money}                  | unknown type 'money'
            {type: number}                | {type: number, default: many}  | 'many' is no number
            / viewer.avg_price_30m        | / viewer.avg_price_5m          | no value 'viewer.avg_price_5m' in this model
            / viewer.avg_price_30m        | / viewer.top_items_24h         | 'viewer.top_items_24h' is a list or an object
            / viewer.avg_price_30m        | / avg_price_30m                | no value 'avg_price_30m' in this model
            request.device.startsWith("des") | request.device > 1          | found no matching overload
            is_cheap:                     | viewer:                        | 'viewer' is already the name of a view
            stale_after: 60s              | stale_after: soon              | 'soon' is no duration
            stale_after: 60s              | stale: 60s                     | unknown key 'stale'
            request: [list_price, device] | request: [list_price]          | `request input 'device' is used nowhere`
            tags: [shop, price]           | tags: [shop, shop]             | 'shop' stands twice
            """)
    void namesAMistake(String part, String changed, String expected) {
        String yaml = change(part, changed);
        String other = expected.contains("used nowhere")
                ? yaml.replace("price_vs_usual < 0.5 && request.device.startsWith(\"des\")", "price_vs_usual < 0.5")
                : yaml;

        assertThatThrownBy(() -> catalog(other))
                .isInstanceOfSatisfying(
                        InvalidDefinition.class, e -> assertThat(e.getMessage()).contains(expected));
    }

    /** A mistake in a view is not reported again in each model that reads it. */
    @Test
    void aBrokenViewIsOneMistake() {
        assertThatThrownBy(() -> catalog(change("entity: item.id", "entity: 'item-'")))
                .isInstanceOfSatisfying(
                        InvalidDefinition.class, e -> assertThat(e.problems()).hasSize(1));
    }

    private static String change(String part, String changed) {
        assertThat(YAML).contains(part);
        return YAML.replace(part, changed);
    }

    private static Model model(String yaml) {
        List<Model> models = catalog(yaml).models();
        assertThat(models).hasSize(1);
        return models.get(0);
    }

    private static Catalog catalog(String yaml) {
        return new CatalogCompiler().compile(yaml);
    }
}
