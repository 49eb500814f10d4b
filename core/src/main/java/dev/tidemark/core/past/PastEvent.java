package dev.tidemark.core.past;

import dev.tidemark.core.stream.RawRecord;

/**
 * An event that a view folded, kept until its entity is computed.
 *
 * @param orderMillis the first moment whose answer contains it, see {@link Knowledge#orderMillis}
 * @param eventTimeMillis when it happened, after clamping to its arrival
 * @param filterBits which of the view's filters it passes
 */
public record PastEvent(long orderMillis, long eventTimeMillis, String shardId, long filterBits, RawRecord record) {}
