package dev.tidemark.core.fold;

import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import java.util.List;
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

    /**
     * What must be confirmed before the result of the last {@link #next} is put (rule U3). If there is anything, the base
     * must be the item as it is stored, read after the lane row (rule U2).
     */
    default List<? extends ItemChange> before() {
        return List.of();
    }

    /** F10: whether the item may be or has been deleted, so that a late retry must not create it again. */
    default boolean isExpired(long nowMillis) {
        return false;
    }
}
