package dev.tidemark.benchmarks.scale;

/** Each figure that docs/scale.md reckons with, once, and where it is from. Everything else there is computed from these. */
enum Fact {
    EVENT_BYTES(157, "bytes an event", Origin.MEASURED, "performance.md, \"Reading events\""),
    ITEMS_PER_EVENT(1.2, "item writes an event, batches of 1,000", Origin.MEASURED, "performance.md, 30m + 24h"),
    ITEMS_PER_EVENT_LARGE(
            0.83, "item writes an event, batches of 10,000", Origin.MEASURED, "performance.md, 30m + 24h"),
    WRITE_UNITS_PER_EVENT(
            1.2, "write units an event, lane rows included", Origin.MEASURED, "performance.md, 30m + 24h"),
    READ_UNITS_WARM(0.03, "read units an event, caches warm", Origin.MEASURED, "performance.md, 30m + 24h"),
    READ_UNITS_COLD(0.60, "read units an event, caches cold", Origin.MEASURED, "performance.md, 30m + 24h"),
    UNITS_PER_QUERY(3, "read units a query", Origin.MEASURED, "performance.md, 30m + 24h"),
    RAW_TO_TIDEMARK_READS(
            444, "read units, raw events : Tidemark, busy user", Origin.MEASURED, "performance.md, 30m + 24h"),
    WIDTHS(2, "tile widths of the view", Origin.MEASURED, "performance.md, 30m + 24h: 30s and 1h"),
    ITEM_BYTES(292, "bytes an item, median", Origin.MEASURED, "performance.md, 30m + 24h"),
    ITEM_BYTES_FULL(852, "bytes an item, p99", Origin.MEASURED, "performance.md, 30m + 24h"),
    FOLD_EVENTS(
            550_000, "events/s of one core into known items", Origin.MEASURED, "performance.md, \"The whole fold\""),
    FOLD_ITEMS_PER_EVENT(
            0.59, "items an event in that measurement", Origin.MEASURED, "performance.md, \"The whole fold\""),
    ARCHIVE_READS(
            700_000,
            "archived records/s of one core, read",
            Origin.MEASURED,
            "performance.md, \"Reading the archive back\""),
    REPLAYS(
            200_000,
            "archived records/s of one core, replayed",
            Origin.MEASURED,
            "performance.md, \"Reading the archive back\""),
    BATCH_LINE_BYTES(
            1_500, "bytes of a batch's log line", Origin.MEASURED, "the lines of JsonBatchLogTest: 1,432 to 1,636"),
    REQUEST_LINE_BYTES(
            500, "bytes of a request's log line", Origin.MEASURED, "the lines of JsonRequestLogTest: 478 to 619"),
    PUTS_IN_FLIGHT(64, "item writes at once", Origin.CODE, "FoldSettings"),
    PARALLEL_SCANS(8, "scan segments at once", Origin.CODE, "CheckpointSettings"),
    COMPACTOR_READS(16, "segments read at once by a compaction", Origin.CODE, "Compactor"),
    COMPACT_SECONDS(
            780,
            "seconds of an invocation that compact or audit",
            Origin.CODE,
            "time-out of 900 s less the reserve of 120 s"),
    COMPACT_TARGET_BYTES(4_194_304, "bytes of a compacted segment", Origin.CODE, "infra/template.yaml"),
    COMPACT_HOURS(168, "hours that a compaction lists", Origin.CODE, "infra/template.yaml"),
    AUDIT_REACH_HOURS(24, "hours before it that an audit begins", Origin.CODE, "infra/template.yaml, AuditReachHours"),
    MEMORY_GB(1_769 / 1_024.0, "GB of memory of each function (one vCPU)", Origin.CODE, "infra/template.yaml"),
    TEMPLATE_SHARDS(500, "most shards that the template makes", Origin.CODE, "infra/template.yaml, StreamShards"),
    BATCH_EVENTS(1_000, "events of a batch", Origin.ASSUMED, "BatchSize's default; BatchingWindowSeconds=2"),
    SHARD_USE(0.7, "of a shard's limit that is used", Origin.ASSUMED, "keys never spread evenly"),
    USERS_PER_EVENT(
            100, "active users for each event/s", Origin.ASSUMED, "the ratio of the measurements of performance.md"),
    ITEMS_PER_USER(4, "items of an active user", Origin.ASSUMED, "two blocks of each width"),
    KPL_BYTES(
            20, "bytes that an aggregated record adds to an event", Origin.ASSUMED, "partition key index and lengths"),
    PUT_CPU_MICROS(
            150,
            "microseconds of processor time of one item write in the SDK",
            Origin.ASSUMED,
            "**not measured**, and most of Lambda's bill"),
    PUT_MILLIS(8, "milliseconds of one item write", Origin.ASSUMED, "not measured"),
    BATCH_MILLIS(
            30,
            "milliseconds of a batch's other round trips",
            Origin.ASSUMED,
            "lane row read and written, archive beside"),
    ARCHIVE_BYTES(
            60,
            "compressed bytes of an archived event",
            Origin.ASSUMED,
            "34 for the benchmarks' events, which are too regular"),
    GET_MILLIS(30, "milliseconds of reading a small object", Origin.ASSUMED, "not measured"),
    LIST_MILLIS(100, "milliseconds of listing 1,000 keys", Origin.ASSUMED, "not measured"),
    COMPACT_PASSES(
            3,
            "times that a compaction handles each record",
            Origin.ASSUMED,
            "read, written, read back, at the speed of reading"),
    SCAN_BYTES(3_000_000, "bytes/s of one scan segment", Origin.ASSUMED, "not measured; eight share one vCPU"),
    QUERIES_PER_EVENT(
            0.01, "queries for each event", Origin.ASSUMED, "yours will differ; only the rows of queries depend on it"),
    QUERY_MILLIS(20, "milliseconds of a query in its function", Origin.ASSUMED, "not measured on Lambda"),
    ACCESS_LINE_BYTES(350, "bytes of a line of the API's access log", Origin.ASSUMED, "the template's format"),
    METRICS(60, "metrics", Origin.ASSUMED, "docs/metrics.md, a few views"),
    TRACED(0.05, "of invocations traced", Origin.ASSUMED, "X-Ray's default rule: 5 %"),
    SHARD_RECORDS(1_000, "records/s into a shard", Origin.LIMIT, Page.KINESIS_QUOTAS),
    SHARD_BYTES(1_000_000, "bytes/s into a shard", Origin.LIMIT, Page.KINESIS_QUOTAS),
    ACCOUNT_SHARDS(20_000, "shards of an account, us-east-1", Origin.LIMIT, Page.KINESIS_QUOTAS),
    CONCURRENCY(
            1_000,
            "Lambda executions at once",
            Origin.LIMIT,
            "Lambda quotas (gettingstarted-limits); new accounts have fewer"),
    TABLE_UNITS(
            40_000,
            "write units/s of a table, and as many read units/s",
            Origin.LIMIT,
            "DynamoDB quotas (ServiceQuotas)"),
    PARTITION_UNITS(1_000, "write units/s of a partition", Origin.LIMIT, "DynamoDB, partition key design"),
    PREFIX_PUTS(3_500, "S3 writes/s of a partitioned prefix", Origin.LIMIT, "S3 user guide, optimizing-performance"),
    API_REQUESTS(
            10_000, "API Gateway requests/s of an account", Origin.LIMIT, "API Gateway quotas; not looked up again"),
    SHARD_HOUR_DOLLARS(0.015, "$ a shard and hour", Origin.PRICE, "calculator.city, which cites AWS"),
    PUT_UNIT_DOLLARS(0.014, "$ a million records of up to 25 KB", Origin.PRICE, "calculator.city, which cites AWS"),
    ON_DEMAND_IN_DOLLARS(
            0.08,
            "$ a GB put, on demand, each record rounded up to 1 KB",
            Origin.UNVERIFIED,
            "the rounding: Kinesis pricing"),
    ON_DEMAND_OUT_DOLLARS(0.04, "$ a GB read, on demand", Origin.UNVERIFIED, "—"),
    LAMBDA_GB_SECOND_DOLLARS(
            0.0000133334,
            "$ a GB-second, arm64, the first 7.5 billion a month",
            Origin.PRICE,
            "cloudchipr.com; tiers: AWS Compute Blog"),
    LAMBDA_REQUEST_DOLLARS(0.20, "$ a million invocations", Origin.UNVERIFIED, "—"),
    WRITE_UNIT_DOLLARS(0.625, "$ a million write units, on demand", Origin.PRICE, "DynamoDB pricing"),
    READ_UNIT_DOLLARS(0.125, "$ a million read units, on demand", Origin.PRICE, "DynamoDB pricing"),
    PROVISIONED_WRITE_DOLLARS(0.00065, "$ a provisioned write unit and hour", Origin.UNVERIFIED, "—"),
    TABLE_GB_DOLLARS(0.25, "$ a GB of a table and month", Origin.PRICE, "DynamoDB pricing"),
    BACKUP_GB_DOLLARS(0.20, "$ a GB of point-in-time recovery and month", Origin.UNVERIFIED, "—"),
    S3_PUT_DOLLARS(5, "$ a million writes or lists", Origin.PRICE, "devnotes.tech"),
    S3_GET_DOLLARS(0.40, "$ a million reads", Origin.PRICE, "devnotes.tech"),
    S3_GB_DOLLARS(0.023, "$ a GB and month, the dearest tier", Origin.PRICE, "devnotes.tech"),
    API_DOLLARS(3.50, "$ a million requests, the dearest tier", Origin.PRICE, "API Gateway pricing"),
    LOG_GB_DOLLARS(0.50, "$ a GB of logs taken in", Origin.PRICE, "cloudonaut.io"),
    METRIC_DOLLARS(0.30, "$ a metric and month", Origin.PRICE, "cloudonaut.io"),
    TRACE_DOLLARS(5, "$ a million traces", Origin.UNVERIFIED, "—");

    /** Where a figure is from. */
    enum Origin {
        MEASURED("measured"),
        CODE("in the code"),
        ASSUMED("assumed"),
        LIMIT("AWS's default limit"),
        PRICE("list price"),
        UNVERIFIED("list price, **from memory, not verified**");

        final String text;

        Origin(String text) {
            this.text = text;
        }
    }

    final double value;
    final String unit;
    final Origin origin;
    final String source;

    Fact(double value, String unit, Origin origin, String source) {
        this.value = value;
        this.unit = unit;
        this.origin = origin;
        this.source = source;
    }

    /** Pages that several figures are from. */
    private static final class Page {

        static final String KINESIS_QUOTAS = "Kinesis quotas (service-sizes-and-limits)";
    }
}
