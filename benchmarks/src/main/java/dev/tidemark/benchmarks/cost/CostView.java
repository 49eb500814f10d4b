package dev.tidemark.benchmarks.cost;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.view.View;
import java.util.List;

/**
 * A catalog of one view: avg, sum, count, min and max of the price, each over the same windows.
 *
 * @param windows as written in a catalog
 */
record CostView(List<String> windows, Catalog catalog) {

    private static final String STREAM = """
            tidemark: 1
            sources:
              shop:
                stream: shop-events
                event_time: {field: ts, format: epoch_millis}
            views:
              shopper:
                source: shop
                entity: user_id
                heads: HEADS
                features:
                  avg_price: {function: avg, input: price, windows: WINDOWS}
                  sum_price: {function: sum, input: price, windows: WINDOWS}
                  events: {function: count, windows: WINDOWS}
                  min_price: {function: min, input: price, windows: WINDOWS}
                  max_price: {function: max, input: price, windows: WINDOWS}
            """;

    static CostView of(String... windows) {
        return of(true, List.of(windows));
    }

    /** The same view without heads: every event goes into the item of every width. */
    CostView flat() {
        return of(false, windows);
    }

    private static CostView of(boolean heads, List<String> windows) {
        String yaml = STREAM.replace("WINDOWS", windows.toString()).replace("HEADS", Boolean.toString(heads));
        return new CostView(windows, new CatalogCompiler().compile(yaml));
    }

    View view() {
        return catalog.views().get(0);
    }

    String name() {
        return String.join(" + ", windows);
    }

    List<Long> windowsMillis() {
        return view().features().stream()
                .map(feature -> feature.window().widthMillis())
                .distinct()
                .toList();
    }

    long longestMillis() {
        return windowsMillis().stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    /** The tile widths, finest first. */
    List<String> widths() {
        return view().ladder().widths().stream().map(width -> width.code()).toList();
    }
}
