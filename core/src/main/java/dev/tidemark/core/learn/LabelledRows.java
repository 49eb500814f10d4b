package dev.tidemark.core.learn;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.view.Training;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/** Finds a model's labelled rows in the archive. */
public final class LabelledRows {

    /**
     * @param lanesAtOnce how many are walked at the same time
     * @param threads runs the work on lanes
     * @param read is told how many records were read, as it goes on; by several threads
     */
    public LabelledRows(Catalogs catalogs, HistoryPorts ports, int lanesAtOnce, Executor threads, LongConsumer read) {}

    /** The rows of a cut. */
    public CompletableFuture<LabelledSet> of(Training training, Cut cut) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    /** How the rows of a cut differ from those of an earlier one; in {@link LabelledRow#ORDER}. */
    public CompletableFuture<List<Changed>> since(Training training, Cut from, Cut to) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }
}
