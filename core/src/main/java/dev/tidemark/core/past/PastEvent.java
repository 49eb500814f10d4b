package dev.tidemark.core.past;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;

/**
 * An event that a view folded, kept until its entity is computed.
 *
 * @param orderMillis the first moment whose answer contains it, see {@link Knowledge#orderMillis}
 * @param eventTimeMillis when it happened, after clamping to its arrival
 * @param filterBits which of the view's filters it passes
 * @param record of a pair, the half at which it counts, or counts no more, with the pair as its data
 */
public record PastEvent(long orderMillis, long eventTimeMillis, String shardId, long filterBits, RawRecord record) {

    /** @param row the event, or the pair, that the record made */
    public static PastEvent of(
            View view, long orderMillis, EventRow row, String shardId, long filterBits, RawRecord record) {
        RawRecord kept = view.pairs() == null
                ? record
                : new RawRecord(
                        record.position(),
                        record.arrivalMillis(),
                        record.partitionKey(),
                        view.pairs().encode(row));
        return new PastEvent(orderMillis, row.eventTimeMillis(), shardId, filterBits, kept);
    }
}
