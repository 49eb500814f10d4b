package dev.tidemark.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.view.WriteCost;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The targets of what a deployment may cost, on the whole fold and the whole query. */
class CostTargetsTest {

    private static final long DAY_MILLIS = 86_400_000L;
    private static final int METERED_EVENTS = 500;

    private static final Population POPULATION = Population.of(200_000, 2_000);
    private static final List<Population.Stratum> STRATA = POPULATION.strata(32);

    /** Most write units an event, in batches of 1,000; a population needs 0.59 items. */
    private static final Map<String, Double> MOST_UNITS = new TreeMap<>(Map.of(
            "30m", 0.60,
            "24h", 0.61,
            "30d", 0.61,
            "30m + 24h", 0.70,
            "30m + 24h + 30d", 0.75,
            "5m + 30m + 1h + 24h", 0.75));

    static Stream<String> views() {
        return MOST_UNITS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("views")
    void anEventCostsHardlyMoreThanOneItemsShareWhateverTheWindows(String windows) {
        CostView view = CostView.of(windows.split(" \\+ "));
        ViewCost heads = ViewCost.measure(view, POPULATION, 16, METERED_EVENTS, List.of(1_000));
        ViewCost flat = ViewCost.measure(view.flat(), POPULATION, 16, METERED_EVENTS, List.of(1_000));
        double units = heads.perEvent(1_000, written -> written.meter().putUnits);
        assertThat(units).isLessThanOrEqualTo(MOST_UNITS.getOrDefault(windows, 0.0));
        assertThat(units).isLessThanOrEqualTo(1.01 * flat.perEvent(1_000, written -> written.meter().putUnits));
        assertThat(WriteCost.of(view.view()).perEvent())
                .isCloseTo(
                        units / heads.perEvent(1_000, written -> putsOf(view, written.meter())),
                        Percentage.withPercentage(12));
        assertThat(heads.perEvent(1_000, written -> written.meter().coldReadUnits))
                .isLessThanOrEqualTo((view.widths().size() > 1 ? 0.60 : 1.01)
                        * flat.perEvent(1_000, written -> written.meter().coldReadUnits));
    }

    /** How often an entity was in a batch. */
    private static long putsOf(CostView view, Meter meter) {
        String first = view.view().head() == null ? view.widths().get(0) : "head";
        return meter.putBytes.getOrDefault(first, new TreeMap<>()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void anOutcomeCostsTheTilesOfItsPredictionsTime() {
        PredictionCost.Cost fine = carried("1h, 24h", PredictionCost.NOT_DROPPED);
        PredictionCost.Cost coarse = carried("24h", PredictionCost.NOT_DROPPED);

        assertThat(fine.byView()).containsOnlyKeys("discount$versions", "discount$inputs", "discount$quality");
        assertThat(units(fine)).isBetween(20L * fine.batches(), 40L * fine.batches());
        assertThat(units(coarse)).isLessThan(units(fine) / 2);
    }

    private static PredictionCost.Cost carried(String windows, String duplicates) {
        return PredictionCost.measure(PredictionCost.catalog(PredictionCost.CARRIED, windows, duplicates), 1, 60_000);
    }

    /** 28 bytes each: those of two minutes, and of one more in which arrivals may be out of order. */
    @Test
    void droppingWhatIsSentAgainCostsTheIdsThatAreKept() {
        PredictionCost.Cost without = carried("24h", PredictionCost.NOT_DROPPED);
        PredictionCost.Cost with = carried("24h", "{horizon: 2m}");

        long ids = (units(with) - units(without)) / with.batches();

        assertThat(ids).isBetween(5L, 7L);
    }

    private static long units(PredictionCost.Cost cost) {
        return Objects.requireNonNull(cost.byView().get("discount$quality"));
    }

    @ParameterizedTest
    @MethodSource("views")
    void aQueryReadsNoMoreThanWithoutHeads(String windows) {
        CostView view = CostView.of(windows.split(" \\+ "));
        for (Population.Stratum user : List.of(Population.median(STRATA), Population.busy(STRATA))) {
            UserRun.Queried heads = queriesOf(view, user);
            UserRun.Queried flat = queriesOf(view.flat(), user);
            assertThat(heads.units()).isLessThanOrEqualTo(flat.units());
            assertThat(heads.mostRequests()).isLessThanOrEqualTo(flat.mostRequests());
        }
    }

    @Test
    void aTypicalUsersHeadIsOneUnit() {
        CostView view = CostView.of("5m", "30m", "1h", "24h");
        Meter meter = dayOf(view, Population.median(STRATA), 1_000).meter();
        assertThat(Objects.requireNonNull(meter.putBytes.get("head")).lastKey()).isLessThanOrEqualTo(1_024);
        assertThat(meter.putUnits).isLessThanOrEqualTo(meter.puts + meter.puts / 50);
    }

    @Test
    void aQueryMakesAHandfulOfRequestsHoweverManyEventsThereAre() {
        CostView view = CostView.of("30m", "24h", "30d");
        UserRun.Queried quiet = queriesOf(view, Population.median(STRATA));
        UserRun.Queried first = queriesOf(view, STRATA.get(0));
        assertThat(STRATA.get(0).eventsPerSecond())
                .isGreaterThan(100_000 * Population.median(STRATA).eventsPerSecond());
        assertThat(first.mostRequests()).isLessThanOrEqualTo(6);
        assertThat(quiet.mostRequests()).isLessThanOrEqualTo(6);
        assertThat(first.units()).isLessThan(5 * quiet.units());
    }

    @Test
    void aColdSandboxReadsEveryItemItWrites() {
        CostView view = CostView.of("30m", "24h");
        Population.Stratum user = Population.median(STRATA);
        MeteredStores stores = new MeteredStores();
        Meter meter = new Meter();
        stores.meterTo(meter);
        foldDay(view, user, 1_000, stores, 0, batch -> {});
        assertThat(meter.puts).isPositive();
        assertThat(meter.foldReadUnits).isEqualTo(meter.coldReadUnits);
    }

    private static void foldDay(
            CostView view,
            Population.Stratum user,
            int batchSize,
            MeteredStores stores,
            long cacheBytes,
            Consumer<Batch> afterBatch) {
        FoldSettings settings = new FoldSettings("g1", 64, 5, cacheBytes);
        BatchFold fold = new BatchFold(view.catalog(), stores.ports(), settings);
        long start = UserRun.END_MILLIS - 2 * DAY_MILLIS;
        new SimulatedUser(user.entity(), 7)
                .send(
                        new SimulatedUser.Stretch(
                                start + DAY_MILLIS - 600_000,
                                start + DAY_MILLIS + 7_200_000,
                                user.eventsPerSecond(),
                                POPULATION.batchMillis(batchSize),
                                1),
                        batch -> {
                            stores.setNowMillis(batch.records().get(0).arrivalMillis());
                            assertThat(fold.fold(batch, Long.MAX_VALUE).join().isDone())
                                    .isTrue();
                            afterBatch.accept(batch);
                        });
    }

    private static UserRun.Written dayOf(CostView view, Population.Stratum user, int batchSize) {
        UserRun run = new UserRun(view, user, 7, METERED_EVENTS);
        return run.day(run.history(), POPULATION.batchMillis(batchSize));
    }

    private static UserRun.Queried queriesOf(CostView view, Population.Stratum user) {
        UserRun run = new UserRun(view, user, 7, METERED_EVENTS);
        MeteredStores stores = run.history();
        assertThat(run.day(stores, 1_000).events()).isPositive();
        return run.queries(stores);
    }
}
