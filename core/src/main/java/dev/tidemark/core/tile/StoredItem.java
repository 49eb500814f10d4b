package dev.tidemark.core.tile;

import dev.tidemark.core.stream.Position;

/**
 * An item as stored: content is a function of its key and its mark, and of nothing else.
 *
 * @param mark position of the last event folded into it
 * @param body the encoded {@link ItemState}; not copied, nobody may change it
 * @param expiresAtSeconds when DynamoDB may delete it, seconds since the epoch; 0 for never
 */
@SuppressWarnings("ArrayRecordComponent") // An immutable payload, never compared by value.
public record StoredItem(Position mark, byte[] body, long expiresAtSeconds) {}
