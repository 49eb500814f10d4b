package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/** One parser of a stream, with its free buffers, so that a warm sandbox allocates none. */
final class RowsPool {

    private final ConcurrentLinkedDeque<BatchRows> free = new ConcurrentLinkedDeque<>();
    private final Catalogs.Reading reading;

    RowsPool(Catalogs.Reading reading) {
        this.reading = reading;
    }

    /** The views that use what is parsed. */
    List<View> views() {
        return reading.views();
    }

    Catalog.Source source() {
        return reading.source();
    }

    /** Whether a lane folds any of the views. */
    boolean isFolded(LaneRow row) {
        return reading.views().stream().anyMatch(view -> row.views().containsKey(view.version()));
    }

    BatchRows take() {
        BatchRows rows = free.pollFirst();
        return rows == null ? new BatchRows(reading.source()) : rows;
    }

    /** Call only when nothing refers to the rows any more. */
    void giveBack(BatchRows rows) {
        free.addFirst(rows);
    }
}
