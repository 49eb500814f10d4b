package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Parsed-batch buffers that are not in use, so that a warm sandbox allocates none. */
final class RowsPool {

    private final ConcurrentLinkedDeque<BatchRows> free = new ConcurrentLinkedDeque<>();
    private final Catalog.Source source;

    RowsPool(Catalog.Source source) {
        this.source = source;
    }

    BatchRows take() {
        BatchRows rows = free.pollFirst();
        return rows == null ? new BatchRows(source) : rows;
    }

    /** Only when nothing refers to the rows any more. */
    void giveBack(BatchRows rows) {
        free.addFirst(rows);
    }
}
