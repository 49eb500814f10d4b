package dev.tidemark.core.store;

import dev.tidemark.core.tile.ItemKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** All items of the state table, each as it was stored at some moment after the call. */
public interface StateScan {

    /**
     * Reads the next page of one part of the table; strongly consistent.
     *
     * @param segment from 0
     * @param segments into how many parts the table is divided
     * @param after the {@link Page#next} of the page before; null for the first
     */
    CompletableFuture<Page> scan(int segment, int segments, @Nullable ItemKey after);

    /** All items of one entity in one view; strongly consistent, complete (pages followed). */
    CompletableFuture<List<ItemStore.Found>> entity(String viewVersion, String entity);

    /** @param next where the next page begins; null at the end */
    record Page(List<ItemStore.Found> items, @Nullable ItemKey next) {

        public Page {
            items = List.copyOf(items);
        }
    }
}
