package dev.tidemark.benchmarks.scale;

/**
 * What a steady load takes: rates a second, sizes in bytes, durations in seconds.
 *
 * @param eventsPerSecond all events of the stream, each folded by one view
 */
record Load(double eventsPerSecond) {

    private static final double SECONDS_PER_HOUR = 3_600;
    private static final double LIST_PAGE_KEYS = 1_000;

    /** One record an event. */
    double shards() {
        return Math.ceil(eventsPerSecond / (Fact.SHARD_RECORDS.value * Fact.SHARD_USE.value));
    }

    /** Of events that producers aggregate into records of 25 KB. */
    double aggregatedShards() {
        return Math.ceil(aggregatedBytes() / (Fact.SHARD_BYTES.value * Fact.SHARD_USE.value));
    }

    double aggregatedBytes() {
        return eventsPerSecond * (Fact.EVENT_BYTES.value + Fact.KPL_BYTES.value);
    }

    double batches() {
        return eventsPerSecond / Fact.BATCH_EVENTS.value;
    }

    double itemWrites() {
        return eventsPerSecond * Fact.ITEMS_PER_EVENT.value;
    }

    double writeUnits() {
        return eventsPerSecond * Fact.WRITE_UNITS_PER_EVENT.value;
    }

    /** Half way between warm and cold caches. */
    double readUnits() {
        return eventsPerSecond * (Fact.READ_UNITS_WARM.value + Fact.READ_UNITS_COLD.value) / 2;
    }

    /** What the fold of a batch takes of a core, the SDK's part included. */
    static double batchCpuSeconds() {
        double items = Fact.BATCH_EVENTS.value * Fact.ITEMS_PER_EVENT.value;
        return items / (Fact.FOLD_EVENTS.value * Fact.FOLD_ITEMS_PER_EVENT.value)
                + items * Fact.PUT_CPU_MICROS.value / 1e6;
    }

    /** Computing and waiting overlap; the longer of them counts. */
    static double batchSeconds() {
        double items = Fact.BATCH_EVENTS.value * Fact.ITEMS_PER_EVENT.value;
        double waiting = items / Fact.PUTS_IN_FLIGHT.value * Fact.PUT_MILLIS.value / 1_000;
        return Fact.BATCH_MILLIS.value / 1_000 + Math.max(batchCpuSeconds(), waiting);
    }

    /** What one lane can fold in full batches. */
    static double laneEventsPerSecond() {
        return Fact.BATCH_EVENTS.value / batchSeconds();
    }

    /** On average; after a standstill it is {@link #shards}. */
    double concurrency() {
        return batches() * batchSeconds();
    }

    double users() {
        return eventsPerSecond * Fact.USERS_PER_EVENT.value;
    }

    double tableBytes() {
        return users() * Fact.ITEMS_PER_USER.value * Fact.ITEM_BYTES.value;
    }

    double archiveBytes() {
        return eventsPerSecond * Fact.ARCHIVE_BYTES.value;
    }

    /** What the compaction of one hour takes. */
    double compactionSeconds() {
        double small = batches() * SECONDS_PER_HOUR;
        double large = archiveBytes() * SECONDS_PER_HOUR / Fact.COMPACT_TARGET_BYTES.value;
        double listed = small * 3 + large * Fact.COMPACT_HOURS.value;
        double listing = listed / LIST_PAGE_KEYS * Fact.LIST_MILLIS.value / 1_000;
        double reading = small * Fact.GET_MILLIS.value / 1_000 / Fact.COMPACTOR_READS.value;
        double computing = eventsPerSecond * SECONDS_PER_HOUR * Fact.COMPACT_PASSES.value / Fact.ARCHIVE_READS.value;
        return listing + reading + computing;
    }

    double checkpointSeconds() {
        return tableBytes() / (Fact.SCAN_BYTES.value * Fact.PARALLEL_SCANS.value);
    }

    /** So that each is scanned within one invocation. */
    double scanSegments() {
        return Math.max(16, Math.ceil(tableBytes() / (Fact.SCAN_BYTES.value * Fact.COMPACT_SECONDS.value)));
    }

    double scanUnits() {
        return tableBytes() / 4_096;
    }

    /** How many hours of the archive an audit can replay, if it is of one view. */
    double auditHours() {
        return Fact.REPLAYS.value * Fact.COMPACT_SECONDS.value / eventsPerSecond / SECONDS_PER_HOUR;
    }

    /** Cores that replay as fast as the events came. */
    double replayCores() {
        return eventsPerSecond / Fact.REPLAYS.value;
    }

    double queries() {
        return eventsPerSecond * Fact.QUERIES_PER_EVENT.value;
    }

    double queryConcurrency() {
        return queries() * Fact.QUERY_MILLIS.value / 1_000;
    }

    /** Write units a second of an entity that every batch has an event of, whichever lane. */
    double unitsOfAnEntityEverywhere() {
        return batches() * Fact.WIDTHS.value;
    }

    /** Read units of a query for such an entity: one full item per lane and width. */
    double unitsOfAQueryEverywhere() {
        return Math.ceil(shards() * Fact.ITEM_BYTES_FULL.value / 4_096) * Fact.WIDTHS.value;
    }
}
