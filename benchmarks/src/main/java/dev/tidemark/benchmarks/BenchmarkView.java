package dev.tidemark.benchmarks;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;

/** The view that the benchmarks fold: five functions of one input over three windows, behind a filter. */
public final class BenchmarkView {

    private static final String YAML = """
            tidemark: 1
            sources:
              shop:
                stream: shop-events
                event_time: ts
            views:
              shopper:
                source: shop
                entity: user_id
                where: type != "refund"
                features:
                  avg_price: {function: avg, input: price, windows: [5m, 30m, 1h]}
                  sum_price: {function: sum, input: price, windows: [5m, 30m, 1h]}
                  events: {function: count, windows: [5m, 30m, 1h]}
                  min_price: {function: min, input: price, windows: [5m, 30m, 1h]}
                  max_price: {function: max, input: price, windows: [5m, 30m, 1h]}
            """;

    private BenchmarkView() {}

    /** One source, {@code shop}, and one view. */
    public static Catalog catalog() {
        return new CatalogCompiler().compile(YAML);
    }

    /** The view of {@link #catalog}. */
    public static View view(Catalog catalog) {
        return catalog.views().get(0);
    }

    /** Sample events, read into rows of their own. */
    public static List<EventRow> rows(Catalog catalog, int count) {
        var shape = catalog.sources().get(0).shape();
        JsonEventReader reader = new JsonEventReader(shape);
        List<EventRow> rows = new ArrayList<>(count);
        for (byte[] event : SampleEvents.json(count)) {
            EventRow row = new EventRow(shape.fields().size());
            reader.read(event, row);
            rows.add(row);
        }
        return rows;
    }
}
