package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.DeploymentOptions;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Backfill;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Folds what came before the start. */
@Command(
        name = "run",
        description = {
            "Fold the archived events from before the start into the new views; then they are complete.",
            "May be interrupted, repeated, and run on several machines at once: it goes on where it was."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillRunCommand implements Callable<Integer> {

    @Option(
            names = "--lanes-at-once",
            defaultValue = "4",
            paramLabel = "N",
            description = "How many lanes are folded at once. Default: ${DEFAULT-VALUE}.")
    private int lanesAtOnce;

    @Mixin
    private NextCatalogOptions catalogs;

    @Mixin
    private DeploymentOptions deployment;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (lanesAtOnce < 1) {
            throw new Failure("--lanes-at-once must be 1 or more, not " + lanesAtOnce);
        }
        Catalogs both = catalogs.compile(deployment);
        CatalogSwitch change = new CatalogSwitch(both);
        Backfill.Settings usual = Backfill.Settings.DEFAULT;
        Backfill.Settings settings = new Backfill.Settings(usual.fold(), lanesAtOnce, usual.batchRecords());
        Lines lines = new Lines(spec.commandLine().getOut());
        try (Stores stores = deployment.open()) {
            stores.await(Backfills.of(stores, both, settings).run(change.added(), lines));
        }
        lines.end(change.added());
        return 0;
    }

    /** One line for each lane, and one whenever a good many records were folded. */
    private static final class Lines implements Backfill.Progress {

        private static final long EVERY_RECORDS = 100_000;

        private final PrintWriter out;
        private int lanes;
        private int done;
        private long records;
        private long told;

        Lines(PrintWriter out) {
            this.out = out;
        }

        @Override
        public synchronized void pass(List<View> views, int undone) {
            lanes += undone;
            out.println("Folding " + Plural.of(undone, "lane") + " into "
                    + views.stream().map(View::name).collect(Collectors.joining(", ")));
            out.flush();
        }

        @Override
        public synchronized void folded(String laneId, int folded) {
            records += folded;
            if (records - told >= EVERY_RECORDS) {
                told = records;
                out.println("    " + Plural.of(records, "record") + " so far, " + done + " of "
                        + Plural.of(lanes, "lane") + " done");
                out.flush();
            }
        }

        @Override
        public synchronized void done(String laneId) {
            done++;
            out.println("    lane " + laneId + " is done, " + done + " of " + lanes);
            out.flush();
        }

        synchronized void end(List<View> views) {
            out.println(Plural.of(records, "record") + " folded; complete: "
                    + views.stream()
                            .map(view -> view.name() + " " + view.version())
                            .collect(Collectors.joining(", ")));
            out.println("Compare them with `tidemark backfill report`, serve them with `tidemark backfill flip`.");
        }
    }
}
