package dev.tidemark.cli.backfill;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.CatalogSwitch;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUps;
import dev.tidemark.core.store.BackfillLog.Done;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Says how far a change is. */
@Command(
        name = "status",
        description = {
            "Say which versions are folded, complete and served, and how many lanes are still to be backfilled."
        },
        mixinStandardHelpOptions = true)
final class BackfillStatusCommand extends CatalogChangeCommand {

    @Override
    void run(Catalogs both, Stores stores, PrintWriter out) {
        CatalogSwitch change = new CatalogSwitch(both);
        ControlRow control = stores.await(stores.control().readControl())
                .orElseThrow(() -> new Failure("nothing was ever folded here: put events first"));
        List<LaneRow> rows = stores.await(stores.control().readLanes());
        Stream.concat(change.replaced().stream(), change.added().stream())
                .forEach(view -> out.println(describe(stores, both, view, control, rows)));
    }

    private static String describe(Stores stores, Catalogs both, View view, ControlRow control, List<LaneRow> rows) {
        ViewStatus status = control.views().get(view.version());
        String text = view.name() + " " + view.version() + " ";
        if (status == null) {
            return text + "not started";
        }
        String stream = both.sourceOf(view).stream();
        List<LaneRow> lanes = rows.stream()
                .filter(row -> row.lane().streamName().equals(stream))
                .toList();
        return text
                + status
                + switch (status) {
                    case BACKFILLING -> ": " + progress(stores, view, control, lanes);
                    case READY -> ": complete, not served";
                    case ACTIVE -> ": served";
                    case RETIRED -> ": not folded any more";
                };
    }

    private static String progress(Stores stores, View view, ControlRow control, List<LaneRow> lanes) {
        Map<String, Done> done = stores.await(stores.backfillLog().done(control.generation(), view.version()));
        OptionalLong warmsUp = WarmUps.untilMillis(lanes, view.version());
        if (warmsUp.isPresent()) {
            return Backfills.warmsUp(warmsUp.getAsLong());
        }
        int open = 0;
        int covered = 0;
        for (LaneRow row : lanes) {
            Position activatedAfter = row.countsAfter(view.version());
            boolean fromTheStart = Position.ORIGIN.equals(activatedAfter);
            Done note = done.get(row.lane().id());
            if (fromTheStart || (note != null && note.activatedAfter().equals(activatedAfter))) {
                covered++;
            } else {
                open++;
            }
        }
        return covered + " of " + Plural.of(lanes.size(), "lane") + " covered"
                + (open == 0 ? "; `tidemark backfill run` completes it" : ", " + open + " to do");
    }
}
