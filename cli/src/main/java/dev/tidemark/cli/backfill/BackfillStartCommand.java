package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.reference.LookUp;
import dev.tidemark.core.reference.NoSnapshot;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Switches the new views on. */
@Command(
        name = "start",
        description = {
            "Switch on the views of the next catalog that are new or changed: new events go into them from now on.",
            "Functions that do not know the next catalog fold nothing any more: deploy it everywhere first."
        },
        mixinStandardHelpOptions = true)
final class BackfillStartCommand extends CatalogChangeCommand {

    @Override
    void run(Catalogs both, Stores stores, PrintWriter out) {
        CatalogSwitch change = new CatalogSwitch(both);
        checkReferences(Objects.requireNonNull(both.next()), change.added(), stores);
        ControlRow row = stores.await(CatalogSwitch.write(stores.control(), change::started));
        if (change.added().stream().noneMatch(view -> statusOf(view, row) == ViewStatus.BACKFILLING)) {
            change.added()
                    .forEach(view -> out.println("view " + view.name() + ", version " + view.version() + ": is "
                            + statusOf(view, row) + " already, so there is nothing to start"));
            return;
        }
        stores.await(Backfills.of(stores, both).plan(change.added()));
        for (View view : change.added()) {
            out.println("view " + view.name() + ", version " + view.version() + ": new events are folded from now on");
        }
        out.println("Functions that do not know these versions hold their batches back. If batches wait (alarm");
        out.println("IngestBehind), deploy the next catalog there too, or give up with `tidemark backfill rollback "
                + "--retire`.");
        out.println("Earlier events: `tidemark backfill run`.");
    }

    /** Without a snapshot no batch of the view's source could be folded any more, for any view. */
    private static void checkReferences(Catalog next, List<View> added, Stores stores) {
        added.stream()
                .flatMap(view -> next.sourceOf(view).lookUps().stream())
                .map(LookUp::reference)
                .distinct()
                .filter(name -> stores.await(stores.referenceLog().last(name, 0)) == 0)
                .findFirst()
                .ifPresent(name -> {
                    throw new Failure(new NoSnapshot(name).getMessage() + " first; nothing was switched on");
                });
    }

    private static @Nullable ViewStatus statusOf(View view, ControlRow row) {
        return row.views().get(view.version());
    }
}
