package dev.tidemark.cli.imports;

import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.ImportLog.Manifest;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine.Command;

/** Says which imports there are, and how far they are. */
@Command(
        name = "status",
        description = "Say which imports there are, and how many of their parts are folded.",
        mixinStandardHelpOptions = true)
final class ImportStatusCommand extends DeploymentCommand {

    @Override
    public Integer call() {
        try (Stores stores = deployment.open()) {
            ImportLog imports = stores.importLog();
            Map<String, LaneRow> rows =
                    LaneRow.byId(stores.await(stores.control().readLanes()));
            long last = stores.await(imports.known());
            if (last == 0) {
                out().println("There are no imports.");
            }
            for (long number = 1; number <= last; number++) {
                out().println(describe(stores.await(imports.read(number)), rows));
            }
        }
        return 0;
    }

    private static String describe(Manifest manifest, Map<String, LaneRow> rows) {
        ImportState state = ImportState.of(manifest, rows);
        return "import " + manifest.number() + " of " + Instant.ofEpochMilli(manifest.timeMillis()) + " into "
                + manifest.source() + ": " + Plural.of(manifest.rows(), "row") + " of "
                + Plural.of(manifest.files().size(), "file") + ", "
                + (state.isDone()
                        ? "done"
                        : state.folded() + " of " + Plural.of(state.parts(), "part") + " folded; " + state.remedy());
    }
}
