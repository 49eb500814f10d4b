package dev.tidemark.core.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.catalog.CatalogCompiler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Estimates of what writes cost. */
class WriteCostTest {

    @Test
    void aPutTakesAUnitForEachBegunKilobyte() {
        assertThat(WriteCost.units(0)).isEqualTo(1);
        assertThat(WriteCost.units(1_024)).isEqualTo(1);
        assertThat(WriteCost.units(1_025)).isEqualTo(2);
    }

    @Test
    void oneWidthOfSmallTilesIsOnePutOfOneUnit() {
        WriteCost cost = cost("{function: count, windows: 1h}", "");

        assertThat(cost.perEvent()).isEqualTo(1);
        assertThat(cost.perBatch()).isEqualTo(1);
    }

    @Test
    void moreWindowsOnlyAddWhatSpills() {
        WriteCost cost = cost("{function: count, windows: [1h, 24h, 30d]}", "");

        assertThat(cost.perEvent()).isBetween(1.01, 1.3);
        assertThat(cost.perBatch()).isBetween(1.0, 1.01);
    }

    @Test
    void aWideTileIsAUnitForEachKilobyteInEveryBatch() {
        WriteCost narrow = cost("{function: profile, input: price, type: number, windows: [1h, 24h]}", "");
        WriteCost wide = cost(
                "{function: profile, input: price, type: number, windows: [1h, 24h], group_by: {field: device, max_groups: 20}}",
                "");

        assertThat(wide.perBatch()).isGreaterThan(narrow.perBatch() + 1);
        assertThat(wide.mostPerBatch()).isGreaterThan(wide.perBatch() + 50);
    }

    @Test
    void eventIdsAreAnItemMore() {
        WriteCost without = cost("{function: count, windows: 1h}", "");
        WriteCost with = cost("{function: count, windows: 1h}", "drop_duplicates: {horizon: 10m, max_ids: 1000}");

        assertThat(with.perEvent()).isEqualTo(without.perEvent() + 1);
        assertThat(with.perBatch()).isEqualTo(without.perBatch() + 30);
        assertThat(with.mostPerBatch()).isEqualTo(without.mostPerBatch() + 30);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyFunctionHasACost(AggregateFunction function) {
        String input = function.input() == AggregateFunction.Input.NONE ? "" : ", input: price";
        String label = function.label() == AggregateFunction.Input.NONE ? "" : ", label: bought";
        String where = function.needsWhere() ? ", where: price > 1" : "";
        String windows = ", windows: [1h, 24h]";
        String others = function.parameters().stream()
                .filter(parameter ->
                        parameter.defaultValue() == null && !parameter.name().equals("label"))
                .map(parameter -> ", " + parameter.name() + ": "
                        + switch (parameter.kind()) {
                            case INTEGER, NUMBER -> "2";
                            case BOOLEAN -> "true";
                            case DURATION -> "30m";
                            case NUMBERS, PERCENTS -> "[1, 2]";
                            case STRINGS -> "[a]";
                            case LABEL, FIELD -> "bought";
                            case GRID -> "log";
                        })
                .reduce("", String::concat);

        WriteCost cost = cost("{function: " + function.name() + input + label + where + others + windows + "}", "");

        assertThat(cost.perEvent()).isGreaterThan(1);
        assertThat(cost.perBatch()).isBetween(1.0, cost.mostPerBatch());
    }

    static Iterable<AggregateFunction> functions() {
        return AggregateFunctions.all();
    }

    private static WriteCost cost(String feature, String more) {
        String catalog = """
                tidemark: 1
                sources:
                  shop: {stream: shop-events, event_time: ts, event_id: id}
                views:
                  viewer:
                    source: shop
                    entity: user_id
                    MORE
                    features:
                      f: FEATURE
                """;
        return WriteCost.of(new CatalogCompiler()
                .compile(catalog.replace("FEATURE", feature)
                        .replace("    MORE\n", more.isEmpty() ? "" : "    " + more + "\n"))
                .views()
                .get(0));
    }
}
