package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import org.jspecify.annotations.Nullable;

/** What one batch does to one item. */
interface ItemChange {

    /** Nothing is written when DynamoDB may delete it under the write: longer than a time-out and a put's life. */
    long EXPIRY_MARGIN_MILLIS = 3_600_000L;

    ItemKey key();

    /**
     * The item with the batch's events in it. Asked again, from the stored item, after each lost fence; the last answer
     * is the one that counts.
     *
     * @param base the item as last seen, any version of it; null if none was found
     * @return null if the item holds all of them already
     */
    @Nullable
    StoredItem next(@Nullable StoredItem base);
}
