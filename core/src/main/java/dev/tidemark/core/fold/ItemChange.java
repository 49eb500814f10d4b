package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import org.jspecify.annotations.Nullable;

/** One batch's change of one item. */
interface ItemChange {

    /** Nothing is written this shortly before DynamoDB may delete it; longer than a time-out and a put's life. */
    long EXPIRY_MARGIN_MILLIS = 3_600_000L;

    ItemKey key();

    /**
     * The item with the batch's events. Called again with the stored item after each lost fence; only the last result
     * counts.
     *
     * @param base the item as last seen, any version of it; null if none was found
     * @return null if the item holds all of them already
     */
    @Nullable
    StoredItem next(@Nullable StoredItem base);
}
