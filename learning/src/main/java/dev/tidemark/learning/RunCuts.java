package dev.tidemark.learning;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.learn.Changed.Change;
import dev.tidemark.core.learn.CutMaker;
import dev.tidemark.core.learn.LabelledRows;
import dev.tidemark.core.learn.TrainingLoop;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Training;
import java.util.concurrent.CompletableFuture;

/** Makes the cuts of a model's runs. Where nothing has come since the last one, nothing is made and nothing read. */
record RunCuts(CutMaker maker, CutLog cuts, LabelledRows rows, Catalog catalog, Model model, Training training)
        implements TrainingLoop.Cuts {

    @Override
    public CompletableFuture<Made> make(long since) {
        return maker.make(catalog, model)
                .thenCompose(cut -> newRows(since, cut).thenApply(count -> new Made(cut.number(), count)));
    }

    private CompletableFuture<Long> newRows(long since, Cut cut) {
        if (cut.number() == since) {
            return CompletableFuture.completedFuture(0L);
        }
        return since == 0
                ? rows.of(training, cut).thenApply(set -> (long) set.rows().size())
                : cuts.read(model.name(), since)
                        .thenCompose(from -> rows.since(training, from, cut))
                        .thenApply(changes -> changes.stream()
                                .filter(changed -> changed.change() == Change.NEW)
                                .count());
    }
}
