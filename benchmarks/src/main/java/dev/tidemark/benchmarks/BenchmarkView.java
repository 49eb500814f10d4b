package dev.tidemark.benchmarks;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;

/** The view that the benchmarks fold: five functions of one input, each over the same windows,
 * behind a filter. */
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
                  avg_price: {function: avg, input: price, windows: WINDOWS}
                  sum_price: {function: sum, input: price, windows: WINDOWS}
                  events: {function: count, windows: WINDOWS}
                  min_price: {function: min, input: price, windows: WINDOWS}
                  max_price: {function: max, input: price, windows: WINDOWS}
            """;

    private BenchmarkView() {}

    /** One source, {@code shop}, and one view over 5m, 30m and 1h. */
    public static Catalog catalog() {
        return catalog("5m, 30m, 1h");
    }

    /** @param windows as written in a catalog, with commas between them */
    public static Catalog catalog(String windows) {
        return new CatalogCompiler().compile(YAML.replace("WINDOWS", "[" + windows + "]"));
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
