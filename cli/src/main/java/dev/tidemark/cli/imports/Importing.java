package dev.tidemark.cli.imports;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ImportRows;
import dev.tidemark.core.change.Importer;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Runs an import whose manifest is stored, with its progress and what became of it. */
final class Importing implements Importer.Progress {

    static final int PARTS_AT_ONCE = 2;

    private final ProgressLine progress;
    private final long rows;
    private boolean folding;
    private long items;

    Importing(ProgressLine progress, String stage, long rows) {
        this.progress = progress;
        this.rows = rows;
        progress.stage(stage, "rows", rows);
    }

    @Override
    public void archived(int some) {
        progress.advance(some);
    }

    @Override
    public synchronized void folded(int some) {
        if (!folding) {
            folding = true;
            progress.stage("Folding", "rows", rows);
        }
        progress.advance(some);
    }

    @Override
    public synchronized void done(Part part, int written) {
        items += written;
    }

    /** @param threads at least {@link #PARTS_AT_ONCE} */
    static Importer importer(Catalogs catalogs, Stores stores, Executor threads) {
        FoldSettings fold =
                FoldSettings.DEFAULT.withGeneration(stores.generation().orElse(FoldSettings.DEFAULT.generation()));
        return new Importer(
                catalogs,
                stores.change(catalogs),
                stores.archive(),
                new Importer.Settings(fold, PARTS_AT_ONCE, threads));
    }

    /** Imports what is not imported yet, and says what was done. */
    static void run(Importer importer, Manifest manifest, ImportRows rows, Stores stores, ProgressLine progress) {
        Importing told = new Importing(progress, "Archiving", manifest.rows());
        stores.await(importer.run(manifest, rows, told));
        progress.note("Import " + manifest.number() + " is done: " + Plural.of(manifest.rows(), "row") + ", "
                + Plural.of(told.items, "item") + " written" + refused(manifest, stores));
    }

    /** What views could not fold, whether in this run or before. */
    private static String refused(Manifest manifest, Stores stores) {
        Map<String, LaneRow> rows = LaneRow.byId(stores.await(stores.control().readLanes()));
        long refused = manifest.parts().stream()
                .map(part -> rows.get(manifest.lane(part).id()))
                .filter(Objects::nonNull)
                .flatMap(row -> row.counts().values().stream())
                .mapToLong(ViewCounts::quarantinedTotal)
                .sum();
        return refused == 0
                ? ""
                : "; " + refused + " times a view could not fold a row, which is in quarantine: see `tidemark"
                        + " quarantine list`";
    }
}
