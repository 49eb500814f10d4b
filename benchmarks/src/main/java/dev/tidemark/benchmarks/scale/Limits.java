package dev.tidemark.benchmarks.scale;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What stops a deployment, and from which load on. */
final class Limits {

    /**
     * One limit.
     *
     * @param eventsPerSecond from which steady load on
     */
    record Limit(String what, double eventsPerSecond, String remedy) {}

    private Limits() {}

    /** What breaks first comes first. */
    static List<Limit> inOrder() {
        Load one = new Load(1);
        double shardEvents = Fact.SHARD_RECORDS.value * Fact.SHARD_USE.value;
        return Stream.of(
                        new Limit(
                                "the audit of the last day, in its 15 minutes",
                                one.auditHours() / Fact.AUDIT_REACH_HOURS.value,
                                "nothing is wrong with the state, but it is not audited: a smaller `AuditReachHours`, or"
                                        + " `tidemark audit --sample --from-checkpoint` elsewhere, with hours to spare"),
                        new Limit(
                                "a checkpoint within the hour",
                                3_600 / one.checkpointSeconds(),
                                "they overlap, and a restore replays more; a rarer schedule, or more memory (in the template)"),
                        new Limit(
                                "DynamoDB's table quota for writes",
                                Fact.TABLE_UNITS.value / one.writeUnits(),
                                "raise it (Service Quotas), and set the table's warm throughput before the load comes"),
                        new Limit(
                                "the compact function's 15 minutes",
                                Fact.COMPACT_SECONDS.value / one.compactionSeconds(),
                                "`tidemark archive compact` on a machine of your own, which has no time-out; larger batches"),
                        new Limit(
                                "the template's `StreamShards`",
                                Fact.TEMPLATE_SHARDS.value * shardEvents,
                                "a stream of your own (`CreateStream=false`), or aggregated records"),
                        new Limit(
                                "an entity that every lane sees: its partition's write units",
                                Fact.PARTITION_UNITS.value / one.unitsOfAnEntityEverywhere(),
                                "the entity's key as partition key of the stream; larger batches; a view without it"),
                        new Limit(
                                "Lambda's concurrency, when all lanes catch up at once",
                                Fact.CONCURRENCY.value * shardEvents,
                                "raise it (Service Quotas), and reserve it for the ingest function"),
                        new Limit(
                                "API Gateway's requests",
                                Fact.API_REQUESTS.value / one.queries(),
                                "raise it, or ask for several entities at once (`POST /v1/features:batch`)"),
                        new Limit(
                                "S3 writes under an hour's prefix, before S3 has divided it",
                                Fact.PREFIX_PUTS.value * Fact.BATCH_EVENTS.value,
                                "larger batches; S3 divides a prefix by itself, but every hour is a new one"),
                        new Limit(
                                "shards of an account",
                                Fact.ACCOUNT_SHARDS.value * shardEvents,
                                "raise it, or aggregated records"))
                .sorted(Comparator.comparingDouble(Limit::eventsPerSecond))
                .toList();
    }
}
