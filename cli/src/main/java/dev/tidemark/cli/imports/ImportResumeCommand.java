package dev.tidemark.cli.imports;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.catalog.NextOption;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ArchivedRows;
import dev.tidemark.core.change.Importer;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.ImportLog.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Finishes imports that were interrupted. */
@Command(
        name = "resume",
        description = {
            "Fold what interrupted imports have archived and not folded yet; no files are needed for it.",
            "Exit code 1 if an import was interrupted before all of its rows were archived: run that one again."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ImportResumeCommand extends DeploymentCommand {

    @Mixin
    private CatalogOption catalog;

    @Mixin
    private NextOption next;

    @Override
    public Integer call() {
        Catalogs catalogs = new Catalogs(catalog.compile(deployment), next.compile());
        ExecutorService threads = Executors.newFixedThreadPool(Importing.PARTS_AT_ONCE);
        ProgressLine progress = ProgressLine.on(out());
        try (Stores stores = deployment.open()) {
            stores.checkFoldsOnly(catalogs);
            List<String> left = resume(Importing.importer(catalogs, stores, threads), stores, progress);
            if (!left.isEmpty()) {
                throw new Failure(String.join("\n", left));
            }
        } finally {
            progress.close();
            threads.shutdownNow();
        }
        return 0;
    }

    /** @return what cannot be resumed */
    private static List<String> resume(Importer importer, Stores stores, ProgressLine progress) {
        ImportLog imports = stores.importLog();
        Map<String, LaneRow> rows = LaneRow.byId(stores.await(stores.control().readLanes()));
        List<String> left = new ArrayList<>();
        long last = stores.await(imports.known());
        long resumed = 0;
        for (long number = 1; number <= last; number++) {
            Manifest manifest = stores.await(imports.read(number));
            ImportState state = ImportState.of(manifest, rows);
            if (state.isDone()) {
                continue;
            }
            if (!state.isArchived()) {
                left.add("import " + number + " of source '" + manifest.source() + "' was interrupted before all of its"
                        + " rows were archived: " + state.remedy());
                continue;
            }
            resumed++;
            Importing.run(importer, manifest, new ArchivedRows(stores.past().archive(), manifest), stores, progress);
        }
        if (resumed == 0 && left.isEmpty()) {
            progress.note("No import was interrupted.");
        }
        return left;
    }
}
