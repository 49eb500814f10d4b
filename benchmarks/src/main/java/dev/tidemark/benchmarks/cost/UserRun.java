package dev.tidemark.benchmarks.cost;

import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.stream.Batch;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One user's life under one view: a history as long as the longest window, then a day of which the writes are metered,
 * then queries. The day is the last one of a block of thirty, so that the blocks of the widest tiles are at their
 * fullest.
 *
 * <p>A user too active to be simulated whole is metered in one stretch of every hour, at the true rate. Between the
 * stretches, and in the history, four events per hop stand for all: every tile is there, and prices are raised to give
 * the sums the digits of the whole.
 */
final class UserRun {

    private static final long HOUR_MILLIS = 3_600_000L;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;
    private static final int BLOCK_DAYS = 30;

    /** Midnight at the end of a block of thirty days. */
    static final long END_MILLIS = 684L * BLOCK_DAYS * DAY_MILLIS;

    private static final double EVENTS_PER_HOP = 4;
    private static final int QUERIES = 40;
    private static final long QUERY_SPAN_MILLIS = HOUR_MILLIS;

    private final CostView view;
    private final Population.Stratum user;
    private final long seed;
    private final int meteredEvents;

    /** @param meteredEvents about how many events of the day are metered */
    UserRun(CostView view, Population.Stratum user, long seed, int meteredEvents) {
        this.view = view;
        this.user = user;
        this.seed = seed;
        this.meteredEvents = meteredEvents;
    }

    /** What was metered for so many events in so many batches. */
    record Written(long events, long batches, Meter meter) {}

    /** Averages of one query. */
    record Queried(double requests, double units, long mostRequests, long mostUnits) {}

    /** The state at the beginning of the day. */
    MeteredStores history() {
        MeteredStores stores = new MeteredStores();
        BatchFold fold = fold(stores);
        long start = END_MILLIS - DAY_MILLIS - view.longestMillis();
        SimulatedUser sender = new SimulatedUser(user.entity(), seed);
        sender.send(thinned(start, END_MILLIS - DAY_MILLIS), batch -> fold(fold, stores, batch));
        return stores;
    }

    /** Folds the day into stores that hold the history. */
    Written day(MeteredStores stores, double batchMillis) {
        Meter metered = new Meter();
        Meter unmetered = new Meter();
        long[] counts = new long[2];
        BatchFold fold = fold(stores);
        SimulatedUser sender = new SimulatedUser(user.entity(), seed + 1);
        SplittableRandom random = new SplittableRandom(seed + 2);
        long stretchMillis = stretchMillis(batchMillis);
        long cursor = END_MILLIS - DAY_MILLIS;
        for (long hour = cursor; hour < END_MILLIS; hour += HOUR_MILLIS) {
            long start = hour + random.nextLong(HOUR_MILLIS - stretchMillis + 1);
            stores.meterTo(unmetered);
            sender.send(thinned(cursor, start), batch -> fold(fold, stores, batch));
            cursor = start + stretchMillis;
            stores.meterTo(metered);
            sender.send(new SimulatedUser.Stretch(start, cursor, user.eventsPerSecond(), batchMillis, 1), batch -> {
                fold(fold, stores, batch);
                counts[0] += batch.records().size();
                counts[1]++;
            });
        }
        stores.meterTo(unmetered);
        sender.send(thinned(cursor, END_MILLIS), batch -> fold(fold, stores, batch));
        return new Written(counts[0], counts[1], metered);
    }

    /** Asks for all values at random moments of the last hour. */
    Queried queries(MeteredStores stores) {
        SplittableRandom random = new SplittableRandom(seed + 3);
        FeatureServer server = new FeatureServer(view.catalog(), stores, new ProgressCache(stores, 1_000));
        long requests = 0;
        long units = 0;
        long mostRequests = 0;
        long mostUnits = 0;
        for (int i = 0; i < QUERIES; i++) {
            long at = END_MILLIS - 1 - random.nextLong(QUERY_SPAN_MILLIS);
            Meter meter = new Meter();
            stores.meterTo(meter);
            QueryPlan plan = QueryPlan.of(view.view(), null, at, END_MILLIS);
            server.answer(plan, List.of(user.entity()), END_MILLIS).join();
            requests += meter.queryRequests;
            units += meter.queryUnits;
            mostRequests = Math.max(mostRequests, meter.queryRequests);
            mostUnits = Math.max(mostUnits, meter.queryUnits);
        }
        return new Queried(requests / (double) QUERIES, units / (double) QUERIES, mostRequests, mostUnits);
    }

    /** At least two batches, and at most the whole hour. */
    private long stretchMillis(double batchMillis) {
        double wanted = meteredEvents * 1000.0 / user.eventsPerSecond() / 24;
        return (long) Math.min(HOUR_MILLIS, Math.max(2 * batchMillis, wanted));
    }

    private SimulatedUser.Stretch thinned(long start, long end) {
        double most = EVENTS_PER_HOP * 1000 / view.view().ladder().hop().widthMillis();
        double rate = Math.min(most, user.eventsPerSecond());
        return new SimulatedUser.Stretch(start, end, rate, HOUR_MILLIS, Math.round(user.eventsPerSecond() / rate));
    }

    private BatchFold fold(MeteredStores stores) {
        return new BatchFold(view.catalog(), stores.ports(), FoldSettings.DEFAULT);
    }

    private static void fold(BatchFold fold, MeteredStores stores, Batch batch) {
        stores.setNowMillis(batch.records().get(batch.records().size() - 1).arrivalMillis());
        BatchOutcome outcome = fold.fold(batch, Long.MAX_VALUE).join();
        if (!outcome.isDone() || outcome.total().folded() != batch.records().size()) {
            throw new IllegalStateException("a batch was not folded whole: " + outcome);
        }
    }
}
