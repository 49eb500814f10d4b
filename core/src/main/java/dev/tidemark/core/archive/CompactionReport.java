package dev.tidemark.core.archive;

import dev.tidemark.core.store.DamagedArchive;
import java.util.List;

/**
 * What a compaction did.
 *
 * @param segmentsMerged segments that were deleted because a larger one holds their records
 * @param segmentsWritten those larger ones
 * @param records the records in them
 * @param overtaken merges that were left for the next time because somebody else compacted the same segments
 * @param notStarted merges that were left for the next time because it was time to stop
 * @param damage what was found on the way; nothing that is concerned was deleted
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
