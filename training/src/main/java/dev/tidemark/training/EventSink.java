package dev.tidemark.training;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.training.PastEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the events that are in some answer, by target and partition. One thread at a time. */
final class EventSink {

    private final Plan plan;
    private final List<EntitySet> wanted;
    private final long[] earliestMillis;
    private final @Nullable PartitionedWriter writer;
    private long kept;

    /** @param writer null if nothing is to be kept */
    EventSink(Plan plan, List<EntitySet> wanted, @Nullable PartitionedWriter writer) {
        this.plan = plan;
        this.wanted = wanted;
        this.writer = writer;
        this.earliestMillis =
                plan.targets().stream().mapToLong(plan::earliestMillis).toArray();
    }

    long kept() {
        return kept;
    }

    boolean wants(Target target, String entity) {
        return wanted.get(target.index()).contains(EntitySet.hash(entity));
    }

    /** @param knownMillis from when on the record was known; after the plan's {@code asOf} it is not kept */
    void keep(
            Target target,
            String entity,
            EventRow row,
            long filterBits,
            String shardId,
            RawRecord record,
            long knownMillis) {
        long timeMillis = row.eventTimeMillis();
        if (writer == null
                || knownMillis > plan.asOfMillis()
                || timeMillis < earliestMillis[target.index()]
                || timeMillis > plan.lastMillis()) {
            return;
        }
        long order = plan.knowledge().orderMillis(timeMillis, knownMillis);
        PastEvent event = new PastEvent(order, timeMillis, shardId, filterBits, record);
        writer.add(plan.bucket(target, EntitySet.hash(entity)), out -> EventEntry.write(out, entity, event));
        kept++;
    }
}
