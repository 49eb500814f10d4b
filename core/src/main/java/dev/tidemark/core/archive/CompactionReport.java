package dev.tidemark.core.archive;

import dev.tidemark.core.store.DamagedArchive;
import java.util.List;

/**
 * What a compaction did.
 *
 * @param segmentsMerged segments that were deleted because a larger one holds their records
 * @param segmentsWritten those larger ones
 * @param records the records in them
 * @param overtaken merges left for the next run because another compactor took the same segments
 * @param notStarted merges left for the next run because it was time to stop
 * @param damage damage that was found; no damaged segment was deleted
 */
public record CompactionReport(
        long segmentsMerged,
        long segmentsWritten,
        long records,
        long overtaken,
        long notStarted,
        List<DamagedArchive> damage) {

    public CompactionReport {
        damage = List.copyOf(damage);
    }
}
