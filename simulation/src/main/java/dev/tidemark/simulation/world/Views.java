package dev.tidemark.simulation.world;

import java.util.List;

/**
 * Small views that together use every function, several widths, and every way to leave an event out. Two of one name are
 * an older and a newer definition.
 */
final class Views {

    private static final String STREAM = "stream: shop\n";

    private static final String HEAD = """
            tidemark: 1
            sources:
              shop:
                stream: shop
                stream_retention: 1h
                event_time: {field: ts, format: epoch_millis}
                event_id: id
                max_event_bytes: 3000
            """;

    /** A view of an item is followed by a purchase of it: soon, or whenever. */
    private static final String PAIRS = """
            pairs:
              bought_soon:
                left: {source: shop, where: type == "view", key: [user, item]}
                right: {source: shop, where: type == "buy" && price > -3, key: [user, item]}
                within: 1m
                early: 20s
                match: first
                max_halves: 200
              bought:
                left: {source: shop, where: type == "view" && qty < 3, key: [user, item]}
                right: {source: shop, where: type == "buy", key: [user, item]}
                within: 10m
                early: 2m
                match: last
                max_halves: 200
            """;

    /** Halves are forgotten so soon that one batch may hold a half and what makes it forgotten. */
    private static final View SOON = new View("soon", """
                source: bought_soon
                entity: left.user
                hop: 5s
                retention: 30s
                features:
                  events: {function: count, windows: [5m, lifetime]}
                  spent: {function: sum, input: right.price, windows: [5m]}
                  delay: {function: max, input: delay, windows: [5m]}
                  many: {function: ratio, where: right.qty > left.qty, windows: [5m]}
            """);

    /** Of two entities, late halves, a condition on both sides. */
    private static final View CONVERSIONS = new View("conversions", """
                source: bought
                entity: [left.item, right.user]
                where: left.price != right.price
                retention: 5m
                features:
                  events: {function: count, windows: [10m, 3h]}
                  quick: {function: count, where: delay < 60, windows: [3h]}
                  by_price: {function: sum, input: right.qty, windows: [10m], group_by: {field: left.qty, groups: ["0", "1"]}}
                  pieces: {function: sum, input: right.qty, where: left.qty > 0, windows: [10m, 3h]}
                  wait: {function: avg, input: delay, windows: [10m]}
            """);

    private static final View ACTIVITY = new View("activity", """
                source: shop
                entity: user
                retention: 2h
                features:
                  events: {function: count, windows: [5m, 1h]}
                  spent: {function: sum, input: price, windows: [5m, 1h]}
                  mean: {function: avg, input: price, windows: 1h}
                derived:
                  trend: {expression: spent_5m / spent_1h, default: 0}
            """);

    private static final View ACTIVITY_LONGER = new View("activity", """
                source: shop
                entity: user
                retention: 3h
                features:
                  events: {function: count, windows: [5m, 1h]}
                  spent: {function: sum, input: price, windows: [5m, 1h], optional: true}
            """);

    /** Hop, hours, days and lifetime. */
    private static final View VISITS = new View("visits", """
                source: shop
                entity: user
                features:
                  events: {function: count, windows: [10m, 12d, lifetime]}
                  items: {function: distinct, input: item, windows: [10m, 12d]}
            """);

    private static final View ORDERED = new View("ordered", """
                source: shop
                entity: item
                retention: 1h
                features:
                  opener: {function: first, input: user, windows: [5m, lifetime]}
                  latest: {function: last, input: type, windows: [5m, lifetime]}
                  openers: {function: first_n, n: 3, input: qty, optional: true, windows: [1h]}
                  newest: {function: last_n, n: 4, input: qty, optional: true, windows: [1h]}
            """);

    private static final View GROUPED = new View("grouped", """
                source: shop
                entity: user
                retention: 30m
                features:
                  by_item: {function: sum, input: price, windows: [5m, 30m], group_by: {field: item, max_groups: 3}}
                  by_type: {function: count, windows: [5m], group_by: {field: type, groups: [view, buy]}}
                  top: {function: top_k, input: item, k: 2, windows: [30m]}
            """);

    /** An entity of two fields, few events, hardly any lateness, and an event time that only its own events need. */
    private static final View BUYERS = new View("buyers", """
                source: shop
                event_time: {field: ts, format: epoch_millis}
                entity: [user, item]
                where: type == "buy" && price > 10
                retention: 10m
                skew: 10s
                features:
                  bought: {function: count, windows: [10m]}
                  many: {function: ratio, where: qty >= 2, windows: [10m]}
                  pieces: {function: sum, input: qty, where: qty != null, windows: [10m, lifetime]}
                  none: {function: count, where: qty / qty > 1, windows: [10m]}
                  not_negative: {function: count, where: qty * -1 >= 0, windows: [10m]}
                  error: {function: rmse, input: price, label: qty, optional: true, windows: [10m]}
                  shape: {function: profile, input: price, windows: [10m]}
                  sure: {function: log_loss, input: qty, label: 0, where: qty != null && qty < 2, windows: [10m]}
                  ranked: {function: auc, input: qty, label: qty, where: qty != null && qty < 2, windows: [10m]}
                  calibrated: {function: calibration, input: qty, label: 1, where: qty != null && qty < 2, windows: [10m]}
                  called: {function: confusion, input: qty, label: qty, where: qty != null && qty < 2, windows: [10m]}
            """);

    /** No state without a filter: an event that passes none changes no item. */
    private static final View PRICES = new View("prices", """
                source: shop
                entity: item
                retention: 6h
                features:
                  quantiles: {function: percentile, percentiles: [50, 95], input: price, where: type == "buy", windows: [30m]}
                  middle: {function: median, input: price, where: type == "buy", windows: [30m]}
                  low: {function: min, input: price, where: type == "buy", windows: [30m]}
                  high: {function: max, input: price, where: type == "buy", windows: [30m]}
                  spread: {function: stddev, input: price, where: type == "buy", windows: [30m]}
                  buckets: {function: histogram, boundaries: [5, 10, 50], input: price, where: type == "buy", windows: [30m]}
            """);

    private static final View FADING = new View("fading", """
                source: shop
                entity: user
                retention: 1h
                features:
                  heat: {function: decayed_count, half_life: 5m, windows: [30m]}
                  worth: {function: decayed_sum, half_life: 10m, input: price, optional: true, windows: [30m]}
                  level: {function: decayed_avg, half_life: 10m, input: price, optional: true, windows: [30m]}
            """);

    /** One second wide tiles and five minutes of patience. */
    private static final View HASTY = new View("hasty", """
                source: shop
                entity: user
                hop: 1s
                retention: 5m
                skew: 5s
                features:
                  events: {function: count, windows: [1m, 5m]}
                  latest: {function: last, input: item, windows: [1m]}
            """);

    /** Large items; and fields with odd names, in lists, and read in other ways than they stand. */
    private static final View TAGS = new View("tags", """
                source: shop
                entity: user
                retention: 1h
                features:
                  newest: {function: last_n, n: 50, input: tag, optional: true, windows: [1h]}
                  different: {function: distinct, exact_up_to: 500, input: tag, optional: true, windows: [1h]}
                  lines: {function: top_k, k: 3, input: "meta.lines[*].sku", optional: true, windows: [1h]}
                  first_line: {function: max, input: "meta.counts[1]", optional: true, windows: [1h]}
                  paid:
                    function: sum
                    input: number(meta.amount)
                    optional: true
                    where: field("meta.user-agent") == user && number(meta.amount) != 3
                    windows: [1h]
            """);

    /** Copies of an event count once. */
    private static final View UNIQUE = new View("unique", """
                source: shop
                entity: user
                retention: 1h
                drop_duplicates: {horizon: 5m}
                features:
                  events: {function: count, windows: [5m, 3h, lifetime]}
                  spent: {function: sum, input: price, optional: true, windows: [5m, 3h]}
            """);

    /** Ids are forgotten so soon that one batch may hold an id and what makes it forgotten. */
    private static final View UNIQUE_BRIEFLY = new View("briefly", """
                source: shop
                entity: item
                where: type == "buy"
                retention: 2h
                drop_duplicates: {horizon: 30s}
                features:
                  events: {function: count, windows: [10m, lifetime]}
                  buyers: {function: distinct, input: user, windows: [10m]}
            """);

    /** Heads that are emptied, and expire: nothing is kept for ever. */
    private static final View RECENT = new View("recent", """
                source: shop
                entity: user
                retention: 30m
                features:
                  events: {function: count, windows: [5m, 3h]}
                  items: {function: distinct, input: item, windows: [5m, 3h]}
                  latest: {function: last, input: type, windows: [3h]}
            """);

    /** Likewise, of short tiles. */
    private static final View RECENT_ITEMS = new View("recent_items", """
                source: shop
                entity: item
                retention: 10m
                skew: 5s
                features:
                  events: {function: count, windows: [1m, 2h]}
                  newest: {function: last_n, n: 2, input: qty, optional: true, windows: [1m, 2h]}
            """);

    static final List<View> ALL = List.of(
            ACTIVITY,
            ACTIVITY_LONGER,
            VISITS,
            ORDERED,
            GROUPED,
            BUYERS,
            PRICES,
            FADING,
            HASTY,
            TAGS,
            UNIQUE,
            UNIQUE_BRIEFLY,
            RECENT,
            RECENT_ITEMS);

    private Views() {}

    /** @param body the view's YAML below its name */
    record View(String name, String body) {}

    /**
     * The same catalog, but for who packs its source's records. Then a key's events may lie in several lanes, which could each
     * take back the pair that they took over: so the first right counts.
     */
    static String ofAnyPacker(String catalog) {
        return catalog.replace(STREAM, STREAM + "    aggregated_by: any\n").replace("match: last", "match: first");
    }

    /** The same catalog, but its source's records hold events as lines. */
    static String ofLines(String catalog) {
        return catalog.replace(STREAM, STREAM + "    format: {framing: lines}\n");
    }

    /** The same catalog, but its views have no heads. */
    static String withoutHeads(String catalog) {
        return catalog.replaceAll("\n    source: (\\w+)\n", "\n    source: $1\n    heads: false\n");
    }

    /** The same catalog with views of pairs. */
    static String withPairs(String catalog) {
        return catalog.replace("views:\n", PAIRS + "views:\n" + text(SOON) + text(CONVERSIONS));
    }

    /** A catalog of some views, with different names. */
    static String catalog(List<View> views) {
        StringBuilder yaml = new StringBuilder(HEAD).append("views:\n");
        views.forEach(view -> yaml.append(text(view)));
        return yaml.toString();
    }

    private static String text(View view) {
        return "  " + view.name() + ":\n" + view.body();
    }
}
