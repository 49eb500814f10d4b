package dev.tidemark.core.fold;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/** Parsed-batch buffers that are not in use, so that a warm sandbox allocates none. */
final class RowsPool {

    private final ConcurrentLinkedDeque<BatchRows> free = new ConcurrentLinkedDeque<>();
    private final Supplier<BatchRows> create;

    RowsPool(Supplier<BatchRows> create) {
        this.create = create;
    }

    BatchRows take() {
        BatchRows rows = free.pollFirst();
        return rows == null ? create.get() : rows;
    }

    /** Only when nothing refers to the rows any more. */
    void giveBack(BatchRows rows) {
        free.addFirst(rows);
    }
}
