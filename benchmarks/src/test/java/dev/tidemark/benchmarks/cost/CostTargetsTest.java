package dev.tidemark.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The targets of what a deployment may cost, on the whole fold and the whole query. */
class CostTargetsTest {

    private static final long DAY_MILLIS = 86_400_000L;
    private static final int METERED_EVENTS = 500;

    private static final Population POPULATION = Population.of(200_000, 2_000);
    private static final List<Population.Stratum> STRATA = POPULATION.strata(32);

    @ParameterizedTest(name = "batches of {0}")
    @ValueSource(ints = {100, 1_000, 10_000})
    void thirtyDaysCostAtMostOneMoreItemPerUserAndBatchThanThirtyMinutes(int batchSize) {
        List<Long> shorter = putsPerBatch(CostView.of("30m"), batchSize);
        List<Long> longer = putsPerBatch(CostView.of("30d"), batchSize);
        assertThat(longer).hasSameSizeAs(shorter).hasSizeGreaterThan(100);
        for (int i = 0; i < shorter.size(); i++) {
            assertThat(longer.get(i)).as("puts of batch %d", i).isLessThanOrEqualTo(shorter.get(i) + 1);
        }
    }

    @ParameterizedTest(name = "batches of {0}")
    @ValueSource(ints = {100, 1_000, 10_000})
    void thirtyDaysBesideShorterWindowsCostAtMostOneMoreItemPerUserAndBatch(int batchSize) {
        List<Long> without = putsPerBatch(CostView.of("30m", "24h"), batchSize);
        List<Long> with = putsPerBatch(CostView.of("30m", "24h", "30d"), batchSize);
        assertThat(with).hasSameSizeAs(without);
        for (int i = 0; i < without.size(); i++) {
            assertThat(with.get(i)).as("puts of batch %d", i).isLessThanOrEqualTo(without.get(i) + 1);
        }
    }

    @Test
    void theFourWindowViewOfATypicalUserFitsOneUnitPerWidth() {
        CostView view = CostView.of("5m", "30m", "1h", "24h");
        Meter meter = dayOf(view, Population.median(STRATA), 1_000).meter();
        assertThat(meter.putBytes.keySet()).containsExactlyInAnyOrderElementsOf(view.widths());
        for (Map.Entry<String, TreeMap<Integer, Long>> width : meter.putBytes.entrySet()) {
            assertThat(width.getValue().lastKey())
                    .as("largest item of width %s, bytes", width.getKey())
                    .isLessThanOrEqualTo(1_024);
        }
        assertThat(meter.putUnits).isEqualTo(meter.puts);
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

    /** Puts per batch in two hours and ten minutes around a midnight, not the one at the end of a block of thirty days. */
    private static List<Long> putsPerBatch(CostView view, int batchSize) {
        MeteredStores stores = new MeteredStores();
        Meter meter = new Meter();
        stores.meterTo(meter);
        List<Long> totals = new ArrayList<>(List.of(0L));
        foldDay(view, Population.busy(STRATA), batchSize, stores, 1 << 20, batch -> totals.add(meter.puts));
        List<Long> puts = new ArrayList<>();
        for (int i = 1; i < totals.size(); i++) {
            puts.add(totals.get(i) - totals.get(i - 1));
        }
        return puts;
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
