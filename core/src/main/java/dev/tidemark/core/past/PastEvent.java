package dev.tidemark.core.past;

import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.pair.HalfFields;
import dev.tidemark.core.stream.Position;

/**
 * An event that a view folded, kept until its entity is computed: what the fold read, so that nothing reads the record a
 * second time, which takes more than its bytes (references, formats, what a redrive repaired).
 *
 * @param orderMillis the first moment whose answer contains it, see {@link Knowledge#orderMillis}
 * @param eventTimeMillis when it happened, after clamping to its arrival
 * @param filterBits which of the view's filters it passes
 * @param position of a pair, of the half at which it counts, or counts no more; likewise shard and arrival
 * @param fields see {@link HalfFields#encode(EventRow)}; nobody changes them
 */
@SuppressWarnings("ArrayRecordComponent") // On its way into a file and back; never compared.
public record PastEvent(
        long orderMillis,
        long eventTimeMillis,
        long filterBits,
        String shardId,
        Position position,
        long arrivalMillis,
        byte[] fields) {

    /** @param row the event, or the pair, that a record made */
    public static PastEvent of(long orderMillis, EventRow row, long filterBits) {
        return new PastEvent(
                orderMillis,
                row.eventTimeMillis(),
                filterBits,
                row.shardId(),
                row.position(),
                row.arrivalMillis(),
                HalfFields.encode(row));
    }

    /** @param row gets the event; it has as many slots as the one that was kept */
    void to(EventRow row) {
        row.setRecord(position, shardId, arrivalMillis);
        HalfFields.decode(fields, row);
        row.setEventTimeMillis(eventTimeMillis);
    }
}
