package dev.tidemark.core.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValueTypeTest {

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop, event_time: ts}
            views:
              user:
                source: shop
                entity: user_id
                features:
                  n: {function: count, windows: 1h}
                  last: {function: last, input: item, windows: 1h}
                  price: {function: last, input: price, type: number, windows: 1h}
                  pay: {function: top_k, input: pay, type: text, windows: 1h}
                  flags: {function: first_n, n: 2, input: flag, type: boolean, windows: 1h}
                  ids: {function: distinct, input: item, type: text, windows: 1h}
                  latest: {function: last_n, n: 3, input: item, windows: 1h}
                  pages: {function: top_k, input: page, windows: 1h}
                  prices: {function: percentile, percentiles: [50, 99.90], input: price, windows: 1h}
                  spread: {function: histogram, boundaries: [1, 10], input: price, windows: 1h}
                  by_page: {function: count, windows: 1h, group_by: {field: page}}
                  by_kind: {function: last, input: item, windows: 1h, group_by: {field: kind, groups: [z, $other, "a, b"]}}
                  top_by_kind: {function: top_k, input: page, windows: 1h, group_by: {field: kind, groups: [b]}}
                derived:
                  twice: {expression: n_1h * 2}
                  many: {expression: n_1h > 10}
                  same: {expression: last_1h}
                  dear: {expression: price_1h * 2}
            """;

    @Test
    void aViewSaysWhatItsValuesAre() {
        Catalog catalog = new CatalogCompiler().compile(CATALOG);
        Map<String, String> types = new LinkedHashMap<>();
        catalog.views()
                .get(0)
                .features()
                .forEach(one -> types.put(one.name(), one.type().text()));
        catalog.views()
                .get(0)
                .derived()
                .forEach(one -> types.put(one.name(), one.type().text()));

        assertThat(types)
                .containsExactly(
                        Map.entry("n_1h", "integer"),
                        Map.entry("last_1h", "any"),
                        Map.entry("price_1h", "number"),
                        Map.entry("pay_1h", "list<struct<value: text, count: integer>>"),
                        Map.entry("flags_1h", "list<boolean>"),
                        Map.entry("ids_1h", "integer"),
                        Map.entry("latest_1h", "list<any>"),
                        Map.entry("pages_1h", "list<struct<value: any, count: integer>>"),
                        Map.entry("prices_1h", "struct<p50: number, p99.9: number>"),
                        Map.entry("spread_1h", "list<integer>"),
                        Map.entry("by_page_1h", "map<integer>"),
                        Map.entry("by_kind_1h", "struct<$$other: any, $other: any, \"a, b\": any, z: any>"),
                        Map.entry(
                                "top_by_kind_1h",
                                "struct<$other: list<struct<value: any, count: integer>>,"
                                        + " b: list<struct<value: any, count: integer>>>"),
                        Map.entry("twice", "number"),
                        Map.entry("many", "boolean"),
                        Map.entry("same", "any"),
                        Map.entry("dear", "number"));
    }

    @Test
    void partsMatchTheKind() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ValueType(ValueType.Kind.LIST, List.of(), List.of()))
                .withMessageContaining("LIST");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ValueType(ValueType.Kind.STRUCT, List.of("a"), List.of()))
                .withMessageContaining("[a]");
    }
}
