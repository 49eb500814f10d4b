package dev.tidemark.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.stream.Batch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What one ADD per window and event gives for its cost: not the same numbers. */
class AddCountersTest {

    private static final long WINDOW_MILLIS = 1_800_000;
    private static final String ENTITY = "u1";
    private static final CostView VIEW = CostView.of("30m");

    /** The table's counters: one item per window that starts on a multiple of the window's width. */
    private final Map<Long, Long> counters = new HashMap<>();

    private final MeteredStores stores = new MeteredStores();

    @Test
    void aRedeliveredBatchCountsTwiceInCountersAndOnceInTidemark() {
        long noon = UserRun.END_MILLIS - 43_200_000;
        List<Batch> batches = batches(noon, noon + 600_000);
        for (Batch batch : batches) {
            deliver(batch);
            deliver(batch);
        }
        long events = count(batches);
        assertThat(counters.get(noon / WINDOW_MILLIS)).isEqualTo(2 * events);
        assertThat(answer(noon + 600_000)).isEqualTo(events);
    }

    @Test
    void aCounterForgetsAtTheBoundaryWhatTheLastThirtyMinutesHold() {
        long noon = UserRun.END_MILLIS - 43_200_000;
        List<Batch> batches = batches(noon - 600_000, noon);
        batches.forEach(this::deliver);
        assertThat(counters.getOrDefault(noon / WINDOW_MILLIS, 0L)).isZero();
        assertThat(count(batches)).isPositive();
        assertThat(answer(noon)).isEqualTo(count(batches));
    }

    private static List<Batch> batches(long startMillis, long endMillis) {
        List<Batch> batches = new ArrayList<>();
        new SimulatedUser(ENTITY, 7)
                .send(new SimulatedUser.Stretch(startMillis, endMillis, 0.2, 60_000, 1), batches::add);
        return batches;
    }

    private static long count(List<Batch> batches) {
        return batches.stream().mapToLong(batch -> batch.records().size()).sum();
    }

    /** To both. The sandbox of every delivery is a new one, so nothing but the state can tell. */
    private void deliver(Batch batch) {
        batch.records()
                .forEach(record -> counters.merge(eventMillis(record.arrivalMillis()) / WINDOW_MILLIS, 1L, Long::sum));
        stores.setNowMillis(batch.records().get(0).arrivalMillis());
        BatchFold fold = new BatchFold(VIEW.catalog(), stores.ports(), FoldSettings.DEFAULT);
        assertThat(fold.fold(batch, Long.MAX_VALUE).join().isDone()).isTrue();
    }

    private static long eventMillis(long arrivalMillis) {
        return arrivalMillis - SimulatedUser.DELAY_MILLIS;
    }

    private @Nullable Object answer(long atMillis) {
        FeatureServer server = new FeatureServer(VIEW.catalog(), stores, new ProgressCache(stores, 0));
        QueryPlan plan = QueryPlan.of(VIEW.view(), List.of("events_30m"), atMillis, atMillis);
        List<Answer> answers = server.answer(plan, List.of(ENTITY), atMillis).join();
        return answers.get(0).values().get("events_30m");
    }
}
