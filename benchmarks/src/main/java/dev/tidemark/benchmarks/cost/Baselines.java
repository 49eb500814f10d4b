package dev.tidemark.benchmarks.cost;

/** What the two usual ways of keeping such features cost, in the same arithmetic. */
final class Baselines {

    /** A raw event as an item; a conservative size, keys and attribute names included. */
    static final int RAW_EVENT_BYTES = 150;

    /** A counter item with keys, sum and count. */
    static final int COUNTER_BYTES = 90;

    /** Buckets per window that make a counter slide as finely as Tidemark's windows do, and the one begun. */
    static final int BUCKETS_PER_WINDOW = 61;

    private Baselines() {}

    /** Reading all raw events of the longest window; the shorter windows lie within. */
    static Read rawEvents(double eventsPerSecond, long windowMillis) {
        double bytes = eventsPerSecond * windowMillis / 1000 * RAW_EVENT_BYTES;
        double pages = Math.max(1, Math.ceil(bytes / DynamoUnits.PAGE_BYTES));
        return new Read(pages, DynamoUnits.readStrongly((long) Math.ceil(bytes)));
    }

    /** One Query per window over its buckets, of which a user who rarely sends has only a few. */
    static Read slidingCounters(double eventsPerSecond, Iterable<Long> windowsMillis) {
        double requests = 0;
        double units = 0;
        for (long windowMillis : windowsMillis) {
            double perBucket = eventsPerSecond * windowMillis / 1000 / (BUCKETS_PER_WINDOW - 1);
            double buckets = BUCKETS_PER_WINDOW * -Math.expm1(-perBucket);
            requests++;
            units += DynamoUnits.readStrongly((long) Math.ceil(buckets * COUNTER_BYTES));
        }
        return new Read(requests, units);
    }

    /** One query's requests and strongly consistent read units. */
    record Read(double requests, double units) {}
}
