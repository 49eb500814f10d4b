package dev.tidemark.training;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.past.PastEvent;
import org.jspecify.annotations.Nullable;

/** Keeps the events that are in some answer, by target and partition. One thread at a time. */
final class EventSink {

    private final Plan plan;
    private final long[] earliestMillis;
    private final @Nullable PartitionedWriter writer;
    private long kept;

    /** @param writer null to keep nothing */
    EventSink(Plan plan, @Nullable PartitionedWriter writer) {
        this.plan = plan;
        this.writer = writer;
        this.earliestMillis =
                plan.targets().stream().mapToLong(plan::earliestMillis).toArray();
    }

    long kept() {
        return kept;
    }

    /** @param knownMillis when the record became known; not after the plan's {@code asOf} */
    void keep(WantedView target, String entity, EventRow row, long filterBits, long knownMillis) {
        long timeMillis = row.eventTimeMillis();
        long order = plan.orderMillis(target, timeMillis, knownMillis);
        if (writer == null || timeMillis < earliestMillis[target.index()] || order > plan.lastMillis()) {
            return;
        }
        PastEvent event = PastEvent.of(order, row, filterBits);
        writer.add(plan.bucket(target, EntitySet.hash(entity)), out -> EventEntry.write(out, entity, event));
        kept++;
    }
}
