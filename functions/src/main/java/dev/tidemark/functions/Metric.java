package dev.tidemark.functions;

import java.util.Locale;

/**
 * What the functions tell CloudWatch, in the namespace that {@link dev.tidemark.aws.Environment#METRIC_NAMESPACE} names.
 * docs/metrics.md says what each means, and a test compares the two.
 */
public enum Metric {
    // Of a batch.
    RECORDS("records", Unit.COUNT),
    REDELIVERED("redelivered", Unit.COUNT),
    FOLDED("folded", Unit.COUNT),
    FILTERED("filtered", Unit.COUNT),
    LATE("late", Unit.COUNT),
    TOO_LATE("tooLate", Unit.COUNT),
    DUPLICATES("duplicates", Unit.COUNT),
    BEFORE_SEAM("beforeSeam", Unit.COUNT),
    QUARANTINED("quarantined", Unit.COUNT),
    PAIR_LEFTS("pairLefts", Unit.COUNT),
    PAIRED("paired", Unit.COUNT),
    PAIR_SUPERSEDED("pairSuperseded", Unit.COUNT),
    PAIR_OUTCOME_LATE("pairOutcomeLate", Unit.COUNT),
    PAIR_WAITING("pairWaiting", Unit.COUNT),
    PAIR_TAKEN("pairTaken", Unit.COUNT),
    PAIR_OVERFLOWN("pairOverflown", Unit.COUNT),
    OUTSIDE_SHARD("outsideShard", Unit.COUNT),
    LAG("lagMillis", Unit.MILLISECONDS),
    BATCHES_HELD("batchesHeld", Unit.COUNT),
    BATCHES_NOT_DONE("batchesNotDone", Unit.COUNT),
    BATCHES_STUCK("batchesStuck", Unit.COUNT),
    ITEMS_WRITTEN("itemsWritten", Unit.COUNT),
    ITEMS_FAILED("itemsFailed", Unit.COUNT),
    FENCES_LOST("fencesLost", Unit.COUNT),
    RETRIES("retries", Unit.COUNT),
    BLOCKS_EXPIRED("blocksExpired", Unit.COUNT),
    LOOK_UPS_NOT_FOUND("lookUpsNotFound", Unit.COUNT),
    ARCHIVE_FAILURES("archiveFailures", Unit.COUNT),
    VIOLATIONS("violations", Unit.COUNT),
    MAPPING_BREACHES("mappingBreaches", Unit.COUNT),
    WRITE_UNITS("writeUnits", Unit.COUNT),

    // Of a batch that is forwarded.
    FORWARDED("forwarded", Unit.COUNT),
    FORWARD_REFUSED("forwardRefused", Unit.COUNT),
    FORWARD_FAILURES("forwardFailures", Unit.COUNT),

    /** Of a batch or a request. */
    READ_UNITS("readUnits", Unit.COUNT),

    // Of a request.
    LATENCY("latencyMillis", Unit.MILLISECONDS),
    ENTITIES_READ("entitiesRead", Unit.COUNT),
    ITEMS_READ("itemsRead", Unit.COUNT),
    PROBLEMS("problems", Unit.COUNT),

    // Of a compaction.
    SEGMENTS_MERGED("segmentsMerged", Unit.COUNT),
    SEGMENTS_WRITTEN("segmentsWritten", Unit.COUNT),
    MERGES_LEFT("mergesLeft", Unit.COUNT),

    /** Of a compaction or an audit. */
    ARCHIVE_DAMAGE("archiveDamage", Unit.COUNT),

    // Of a checkpoint.
    CHECKPOINTS("checkpoints", Unit.COUNT),
    CHECKPOINT_ITEMS("checkpointItems", Unit.COUNT),
    CHECKPOINT_BYTES("checkpointBytes", Unit.BYTES),
    CHECKPOINT_DURATION("checkpointMillis", Unit.MILLISECONDS),
    CHECKPOINTS_DELETED("checkpointsDeleted", Unit.COUNT),

    // Of an audit.
    AUDITED_ENTITIES("auditedEntities", Unit.COUNT),
    AUDIT_ENTITIES_LEFT("auditEntitiesLeft", Unit.COUNT),
    AUDITED_ITEMS("auditedItems", Unit.COUNT),
    AUDIT_LATE("auditLate", Unit.COUNT),
    AUDIT_DUPLICATES("auditDuplicates", Unit.COUNT),
    AUDIT_DEFINITIONS("auditDefinitions", Unit.COUNT),
    AUDIT_FAULTS("auditFaults", Unit.COUNT),

    // Of logged vectors.
    AUDITED_VECTORS("auditedVectors", Unit.COUNT),
    AUDIT_VECTORS_SKIPPED("auditVectorsSkipped", Unit.COUNT),
    AUDIT_VECTORS_DIFFERING("auditVectorsDiffering", Unit.COUNT),

    // Of a monitor.
    MONITOR_CHECKS_FAILED("monitorChecksFailed", Unit.COUNT),
    MONITOR_CHECKS_UNKNOWN("monitorChecksUnknown", Unit.COUNT),

    // Of a training run.
    TRAINING_RUNS_STARTED("trainingRunsStarted", Unit.COUNT),
    TRAINING_RUNS_FAILED("trainingRunsFailed", Unit.COUNT),
    CANDIDATES_REFUSED("candidatesRefused", Unit.COUNT),
    CANDIDATES_PROMOTED("candidatesPromoted", Unit.COUNT),
    CHAMPIONS_ROLLED_BACK("championsRolledBack", Unit.COUNT);

    private final String id;
    private final Unit unit;

    Metric(String id, Unit unit) {
        this.id = id;
        this.unit = unit;
    }

    /** CloudWatch's name of the metric, and the member of the log line that has its value. */
    public String id() {
        return id;
    }

    /** CloudWatch's name of the unit. */
    public String unit() {
        String name = unit.name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    private enum Unit {
        COUNT,
        BYTES,
        MILLISECONDS
    }
}
