package dev.tidemark.benchmarks.scale;

import java.util.LinkedHashMap;
import java.util.Map;

/** Dollars a month of 730 hours, item by item, of a steady load. */
final class Bill {

    private static final double HOURS = 730;
    private static final double SECONDS = HOURS * 3_600;
    private static final double MILLION = 1e6;
    private static final double GB = 1e9;

    private final Load load;

    Bill(Load load) {
        this.load = load;
    }

    /** In the order of the page. */
    Map<String, Double> items() {
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("Kinesis, provisioned", kinesis());
        all.put("ingest function", ingest());
        all.put("DynamoDB writes", writes());
        all.put("DynamoDB reads of the fold", millions(load.readUnits(), Fact.READ_UNIT_DOLLARS));
        all.put("DynamoDB storage and recovery", table());
        all.put("archive: one write a batch", millions(load.batches(), Fact.S3_PUT_DOLLARS));
        all.put("archive: 30 days stored", load.archiveBytes() * 30 * 86_400 / GB * Fact.S3_GB_DOLLARS.value);
        all.put("compaction", compaction());
        all.put("checkpoints, hourly", checkpoints());
        all.put("API Gateway", millions(load.queries(), Fact.API_DOLLARS));
        all.put("query function", query());
        all.put("DynamoDB reads of queries", queryReads());
        all.put("logs and metrics", logs());
        all.put("X-Ray", millions((load.batches() + load.queries()) * Fact.TRACED.value, Fact.TRACE_DOLLARS));
        return all;
    }

    double total() {
        return items().values().stream().mapToDouble(Double::doubleValue).sum();
    }

    double writes() {
        return millions(load.writeUnits(), Fact.WRITE_UNIT_DOLLARS);
    }

    double shareOfWrites() {
        return writes() / total();
    }

    double totalProvisioned() {
        return total() - writes() + writesProvisioned();
    }

    /** Scaled by the items; the lane row of a batch hardly counts. */
    double writesInLargeBatches() {
        return writes() * Fact.ITEMS_PER_EVENT_LARGE.value / Fact.ITEMS_PER_EVENT.value;
    }

    /** As well used as the shards. */
    double writesProvisioned() {
        return load.writeUnits() / Fact.SHARD_USE.value * Fact.PROVISIONED_WRITE_DOLLARS.value * HOURS;
    }

    double kinesis() {
        return load.shards() * HOURS * Fact.SHARD_HOUR_DOLLARS.value
                + millions(load.eventsPerSecond(), Fact.PUT_UNIT_DOLLARS);
    }

    double kinesisAggregated() {
        return load.aggregatedShards() * HOURS * Fact.SHARD_HOUR_DOLLARS.value
                + millions(load.aggregatedBytes() / 25_600, Fact.PUT_UNIT_DOLLARS);
    }

    double kinesisOnDemand() {
        double gigabytes = load.eventsPerSecond() * 1_024 / (1L << 30) * SECONDS;
        return gigabytes * (Fact.ON_DEMAND_IN_DOLLARS.value + Fact.ON_DEMAND_OUT_DOLLARS.value);
    }

    /** One {@code ADD} per window and event: two windows. The numbers are not the same (performance.md). */
    double addPerWindow() {
        return millions(load.eventsPerSecond() * 2, Fact.WRITE_UNIT_DOLLARS) + queryReads();
    }

    /** Raw events as items, read by every query; a busy user's. */
    double recomputed() {
        return millions(load.eventsPerSecond(), Fact.WRITE_UNIT_DOLLARS)
                + queryReads() * Fact.RAW_TO_TIDEMARK_READS.value;
    }

    double tidemark() {
        return writes() + millions(load.readUnits(), Fact.READ_UNIT_DOLLARS) + queryReads();
    }

    private double ingest() {
        return lambda(load.batches(), Load.batchSeconds());
    }

    private double query() {
        return lambda(load.queries(), Fact.QUERY_MILLIS.value / 1_000);
    }

    private double queryReads() {
        return millions(load.queries() * Fact.UNITS_PER_QUERY.value, Fact.READ_UNIT_DOLLARS);
    }

    /** As if it had the time, in however many invocations. */
    private double compaction() {
        return millions(load.batches(), Fact.S3_GET_DOLLARS) + lambda(1 / 3_600.0, load.compactionSeconds());
    }

    private double table() {
        return load.tableBytes() / GB * (Fact.TABLE_GB_DOLLARS.value + Fact.BACKUP_GB_DOLLARS.value);
    }

    /** Read, computed, and kept: two days of hours and a month of days. */
    private double checkpoints() {
        return HOURS * load.scanUnits() / MILLION * Fact.READ_UNIT_DOLLARS.value
                + lambda(1 / 3_600.0, load.checkpointSeconds())
                + load.tableBytes() / GB * (48 + 31) * Fact.S3_GB_DOLLARS.value;
    }

    private double logs() {
        double bytes = load.batches() * Fact.BATCH_LINE_BYTES.value
                + load.queries() * (Fact.REQUEST_LINE_BYTES.value + Fact.ACCESS_LINE_BYTES.value);
        return bytes * SECONDS / GB * Fact.LOG_GB_DOLLARS.value + Fact.METRICS.value * Fact.METRIC_DOLLARS.value;
    }

    private static double lambda(double perSecond, double seconds) {
        return millions(perSecond, Fact.LAMBDA_REQUEST_DOLLARS)
                + perSecond * SECONDS * seconds * Fact.MEMORY_GB.value * Fact.LAMBDA_GB_SECOND_DOLLARS.value;
    }

    private static double millions(double perSecond, Fact dollars) {
        return perSecond * SECONDS / MILLION * dollars.value;
    }
}
