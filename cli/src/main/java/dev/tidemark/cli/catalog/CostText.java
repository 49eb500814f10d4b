package dev.tidemark.cli.catalog;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.view.View;
import dev.tidemark.core.view.WriteCost;
import java.util.List;
import java.util.Locale;

/** What {@code validate} says about the price of item writes. */
final class CostText {

    private static final double BATCHES_A_MONTH = 730 * 3_600;
    private static final double MILLION = 1_000_000;

    /** Each batch writes the row of its lane. */
    private static final int ROW_UNITS = 1;

    private CostText() {}

    /** Of one view, in lines. */
    static List<String> of(View view) {
        WriteCost cost = WriteCost.of(view);
        return List.of(
                perEvent(cost.perEvent(), "an event"),
                perBatch(cost.perBatch(), "an entity that is in every batch") + ", at most "
                        + number(cost.mostPerBatch()) + " units");
    }

    private static String perEvent(double units, String of) {
        return number(units) + " write units " + of + ", $" + number(dollars(units * MILLION)) + " a million";
    }

    private static String perBatch(double units, String of) {
        return number(units) + " write units a batch for " + of + ", $" + number(dollars(units * BATCHES_A_MONTH))
                + " a month and lane";
    }

    /** Of all views, and what is meant by the figures. */
    static List<String> of(Catalog catalog) {
        List<WriteCost> costs = catalog.views().stream().map(WriteCost::of).toList();
        double perEvent = costs.stream().mapToDouble(WriteCost::perEvent).sum();
        double perBatch = costs.stream().mapToDouble(WriteCost::perBatch).sum() + (costs.isEmpty() ? 0 : ROW_UNITS);
        return List.of(
                "All views together",
                "  " + perEvent(perEvent, "an event that all of them take"),
                "  " + perBatch(perBatch, "entities that are in every batch, with the lane's row"),
                "  These are estimates of item writes, before the first event. They hold for events that are each of another",
                "  entity or in another batch, and for batches that come once a second. Late events are not in them.",
                "  A write unit is a begun KB of an item; a million cost $" + WriteCost.DOLLARS_PER_MILLION_UNITS
                        + " (on demand, us-east-1, " + WriteCost.PRICE_DATE + ").");
    }

    private static double dollars(double units) {
        return units * WriteCost.DOLLARS_PER_MILLION_UNITS / MILLION;
    }

    /** To two digits, as befits an estimate. */
    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%,.0f", value);
    }
}
