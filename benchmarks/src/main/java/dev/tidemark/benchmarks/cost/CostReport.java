package dev.tidemark.benchmarks.cost;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints what Tidemark costs in DynamoDB units, beside the two usual ways, as the tables of docs/performance.md.
 * Arguments, all optional: users, events per second of all together, {@code flat} for the same views without heads.
 */
public final class CostReport {

    private static final List<Integer> BATCH_SIZES = List.of(100, 1_000, 10_000);
    private static final int TYPICAL_BATCH = 1_000;
    private static final int STRATA = 32;
    private static final int METERED_EVENTS = 4_000;

    private static final List<CostView> VIEWS = List.of(
            CostView.of("30m"),
            CostView.of("24h"),
            CostView.of("30d"),
            CostView.of("30m", "24h"),
            CostView.of("30m", "24h", "30d"),
            CostView.of("5m", "30m", "1h", "24h"));

    private final Population population;
    private final List<ViewCost> costs;
    private final PrintStream out;

    private CostReport(Population population, List<ViewCost> costs, PrintStream out) {
        this.population = population;
        this.costs = costs;
        this.out = out;
    }

    /** Runs for a minute or two. */
    public static void main(String[] args) {
        int users = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
        double eventsPerSecond = args.length > 1 ? Double.parseDouble(args[1]) : 2_000;
        Population population = Population.of(users, eventsPerSecond);
        List<ViewCost> costs = new ArrayList<>();
        for (CostView view : VIEWS) {
            CostView measured = args.length > 2 && args[2].equals("flat") ? view.flat() : view;
            costs.add(ViewCost.measure(measured, population, STRATA, METERED_EVENTS, BATCH_SIZES));
        }
        new CostReport(population, costs, System.out).print();
    }

    private void print() {
        line(
                "%,d users, %,.0f events/s, %,.0f a shard",
                population.users(), population.eventsPerSecond(), population.shardEventsPerSecond());
        namedUsers()
                .forEach((name, user) -> line(
                        "%s: rank %,d to %,d, %.3g events/s, %,.0f a day",
                        name, user.fromRank(), user.toRank(), user.eventsPerSecond(), user.eventsPerSecond() * 86_400));
        ratios();
        writes();
        queries();
    }

    private Map<String, Population.Stratum> namedUsers() {
        List<Population.Stratum> strata =
                costs.get(0).users().stream().map(ViewCost.OfUser::stratum).toList();
        Map<String, Population.Stratum> named = new LinkedHashMap<>();
        named.put("median", Population.median(strata));
        named.put("busy", Population.busy(strata));
        named.put("first", strata.get(0));
        return named;
    }

    private void ratios() {
        head(
                "windows",
                "write units: Tidemark / ADD per window and event",
                "Tidemark / ADD per window, user and batch",
                "Tidemark / raw events",
                "read units a query, raw / Tidemark: median user",
                "busy user",
                "first user");
        for (ViewCost cost : costs) {
            double ours = writeUnits(cost, TYPICAL_BATCH);
            List<String> cells = new ArrayList<>(List.of(
                    cost.view().name(),
                    number(ours / adds(cost)),
                    number(ours / (adds(cost) * cost.perEvent(TYPICAL_BATCH, UserRun.Written::batches))),
                    number(ours)));
            for (Population.Stratum user : namedUsers().values()) {
                cells.add(
                        number(raw(cost, user).units() / cost.of(user).queried().units()));
            }
            row(cells);
        }
    }

    private void writes() {
        head(
                "windows",
                "tile widths",
                "batch",
                "items/event",
                "units/event",
                "lane row units/event",
                "puts of one unit",
                "item bytes, median",
                "p99",
                "read units/event, warm",
                "cold",
                "$/M events, warm",
                "cold",
                "ADDs/event",
                "ADDs/event, batched");
        for (ViewCost cost : costs) {
            for (int batch : BATCH_SIZES) {
                row(List.of(
                        cost.view().name(),
                        String.join(", ", cost.view().widths()),
                        Integer.toString(batch),
                        number(cost.perEvent(batch, written -> written.meter().puts)),
                        number(cost.perEvent(batch, written -> written.meter().putUnits)),
                        number(cost.rowWriteUnitsPerEvent(batch)),
                        Math.round(100 * cost.partOfPutsUpTo(batch, 1_024)) + " %",
                        Integer.toString(cost.putBytes(batch, 0.5)),
                        Integer.toString(cost.putBytes(batch, 0.99)),
                        number(cost.perEvent(batch, written -> written.meter().foldReadUnits)
                                + cost.rowReadUnitsPerEvent(batch)),
                        number(cost.perEvent(batch, written -> written.meter().coldReadUnits)
                                + cost.rowReadUnitsPerEvent(batch)),
                        number(cost.dollarsPerMillionEvents(batch, true)),
                        number(cost.dollarsPerMillionEvents(batch, false)),
                        number(adds(cost)),
                        number(adds(cost) * cost.perEvent(batch, UserRun.Written::batches))));
            }
        }
    }

    private void queries() {
        head(
                "windows",
                "user",
                "events in the longest",
                "requests",
                "most",
                "units",
                "$/M queries",
                "raw: requests",
                "units",
                "$/M queries",
                "counters: requests",
                "units");
        for (ViewCost cost : costs) {
            namedUsers().forEach((name, user) -> {
                UserRun.Queried ours = cost.of(user).queried();
                Baselines.Read raw = raw(cost, user);
                Baselines.Read counters = Baselines.slidingCounters(
                        user.eventsPerSecond(), cost.view().windowsMillis());
                row(List.of(
                        cost.view().name(),
                        name,
                        number(user.eventsPerSecond() * cost.view().longestMillis() / 1_000),
                        number(ours.requests()),
                        Long.toString(ours.mostRequests()),
                        number(ours.units()),
                        number(ours.units() * DynamoUnits.DOLLARS_PER_MILLION_READ_UNITS),
                        number(raw.requests()),
                        number(raw.units()),
                        number(raw.units() * DynamoUnits.DOLLARS_PER_MILLION_READ_UNITS),
                        number(counters.requests()),
                        number(counters.units())));
            });
        }
    }

    private static double writeUnits(ViewCost cost, int batch) {
        return cost.perEvent(batch, written -> written.meter().putUnits) + cost.rowWriteUnitsPerEvent(batch);
    }

    private static double adds(ViewCost cost) {
        return cost.view().windows().size();
    }

    private static Baselines.Read raw(ViewCost cost, Population.Stratum user) {
        return Baselines.rawEvents(user.eventsPerSecond(), cost.view().longestMillis());
    }

    /** About three significant digits. */
    private static String number(double value) {
        String format = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : value >= 1 || value == 0 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, value > 0 && value < 0.01 ? "%.4f" : format, value);
    }

    private void head(String... cells) {
        line("");
        row(List.of(cells));
        line("|%s", "---|".repeat(cells.length));
    }

    private void row(List<String> cells) {
        line("| %s |", String.join(" | ", cells));
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
