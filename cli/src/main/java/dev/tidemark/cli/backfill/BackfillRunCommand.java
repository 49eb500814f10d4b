package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Backfill;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Folds what came before the start. */
@Command(
        name = "run",
        description = {
            "Fold the archived events from before the start into the new views; then they are complete.",
            "May be interrupted, repeated, and run on several machines at once: it goes on where it was.",
            "A view of pairs warms up first; until then it is left out, and `tidemark backfill status` says when that is over."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class BackfillRunCommand extends CatalogChangeCommand {

    @Option(
            names = "--lanes-at-once",
            defaultValue = "4",
            paramLabel = "N",
            description = "How many lanes are folded at once. Default: ${DEFAULT-VALUE}.")
    private int lanesAtOnce;

    @Override
    public Integer call() {
        if (lanesAtOnce < 1) {
            throw new Failure("--lanes-at-once must be 1 or more, not " + lanesAtOnce);
        }
        return super.call();
    }

    @Override
    void run(Catalogs both, Stores stores, PrintWriter out) {
        CatalogSwitch change = new CatalogSwitch(both);
        Backfill.Settings usual = Backfill.Settings.DEFAULT;
        Backfill.Settings settings = new Backfill.Settings(usual.fold(), lanesAtOnce, usual.batchRecords());
        Told told = new Told(ProgressLine.on(out));
        ControlRow row = stores.await(Backfills.of(stores, both, settings).run(change.added(), told));
        told.end(change.added().stream()
                .filter(view -> {
                    ControlRow.ViewStatus status = row.views().get(view.version());
                    return status != null && status.isComplete();
                })
                .toList());
    }

    /** How far it is; a line that stays for each lane. */
    private static final class Told implements Backfill.Progress {

        private final ProgressLine progress;
        private int lanes;
        private int done;
        private long records;

        Told(ProgressLine progress) {
            this.progress = progress;
        }

        @Override
        public synchronized void warmsUp(View view, long untilMillis) {
            progress.note("view " + view.name() + " is not complete yet: " + Backfills.warmsUp(untilMillis));
        }

        @Override
        public synchronized void pass(List<View> views, int undone) {
            lanes += undone;
            progress.stage(
                    "Folding " + Plural.of(undone, "lane") + " into "
                            + views.stream().map(View::name).collect(Collectors.joining(", ")),
                    "records",
                    -1);
        }

        @Override
        public synchronized void folded(String laneId, int folded) {
            records += folded;
            progress.advance(folded);
        }

        @Override
        public synchronized void done(String laneId) {
            done++;
            progress.note("    lane " + laneId + " is done, " + done + " of " + lanes);
        }

        synchronized void end(List<View> views) {
            progress.close();
            if (views.isEmpty()) {
                return;
            }
            progress.note(Plural.of(records, "record") + " folded; complete: "
                    + views.stream()
                            .map(view -> view.name() + " " + view.version())
                            .collect(Collectors.joining(", ")));
            progress.note("Compare them with `tidemark backfill report`, serve them with `tidemark backfill flip`.");
        }
    }
}
