package dev.tidemark.cli.learn;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.learn.Changed;
import dev.tidemark.core.learn.CutMaker;
import dev.tidemark.core.learn.LabelledRows;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.window.Window;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Writes what becomes of rows, from cut to cut. */
@Command(
        name = "follow",
        description = {
            "Write the labelled rows that change from cut to cut, a line of JSON each: new, revised, or removed ones.",
            "It waits for further cuts, until it is stopped or nobody reads any more. The lines of a cut are always the same: "
                    + "who stores the cut and the row of the last line with what was learned goes on with --at."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class RowsFollowCommand extends LearnCommand {

    private static final Pattern PLACE = Pattern.compile("(\\d{1,18}):(\\d{1,18})");
    private static final long LOOK_MILLIS = 1_000;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "N",
            description = "Changes after this cut; 0 for all rows from the first cut on.")
    private long from;

    @Option(
            names = "--at",
            paramLabel = "CUT:ROW",
            description = "Go on after this line: its cut and row. It may be there although no line was ever written.")
    private @Nullable String at;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description =
                    "Make the cuts too, one each time, such as 10s or 5m, if anything has changed. Default: wait for "
                            + "those that others make.")
    private @Nullable String every;

    /** The last line that its reader has. */
    private record Place(long cut, long row) {}

    @Override
    public Integer call() throws InterruptedException {
        int workers = workers();
        long pauseMillis = every == null ? LOOK_MILLIS : everyMillis();
        Catalog definitions = catalog.compile(deployment);
        Training training = training(definitions);
        Model of = CatalogOption.model(definitions, model);
        Catalogs catalogs = Catalogs.of(definitions);
        RowLine line = RowLine.of(definitions, definitions.monitor(model).orElseThrow());
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try (Stores stores = deployment.open()) {
            LabelledRows rows = new LabelledRows(catalogs, stores.past(), workers, threads, read -> {});
            CutLog cuts = stores.cutLog();
            CutMaker maker = stores.cutMaker(catalogs);
            Place place = place();
            Cut before = place.cut() == 1 ? none(of, definitions) : cut(stores, place.cut() - 1);
            for (long number = place.cut(); ; number++) {
                boolean isMade = false;
                while (stores.await(cuts.last(model)) < number) {
                    isMade = every != null
                            && stores.await(maker.make(definitions, of)).number() >= number;
                    if (!isMade) {
                        Thread.sleep(pauseMillis);
                    }
                }
                Cut cut = stores.await(cuts.read(model, number));
                List<Changed> changes = stores.await(rows.since(training, before, cut));
                long first = number == place.cut() ? place.row() + 1 : 0;
                if (!write(out(), number, first, changes, line)) {
                    return 0;
                }
                before = cut;
                if (isMade) {
                    Thread.sleep(pauseMillis);
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** @return whether somebody reads it */
    private static boolean write(PrintWriter out, long cut, long first, List<Changed> changes, RowLine line) {
        for (int row = (int) first; row < changes.size(); row++) {
            out.println(ShownText.line(line.of(cut, row, changes.get(row))));
            // The first swallows what the second notices.
            if (out.checkError() || System.out.checkError()) {
                return false;
            }
        }
        return true;
    }

    /** Before the first cut. */
    private static Cut none(Model model, Catalog definitions) {
        return new Cut(model.name(), model.hash(), definitions.hash(), 1, 0, List.of(), 0);
    }

    private Place place() {
        if (from < 0) {
            throw new ParameterException(spec.commandLine(), "--from " + from + " is less than 0");
        }
        if (at == null) {
            return new Place(from + 1, -1);
        }
        Matcher found = PLACE.matcher(at);
        if (!found.matches() || Long.parseLong(found.group(1)) <= from) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--at takes the cut and the row of the last line, such as 18:41, of a cut after --from, not '" + at
                            + "'");
        }
        return new Place(Long.parseLong(found.group(1)), Long.parseLong(found.group(2)));
    }

    private long everyMillis() {
        try {
            return Window.parseDurationMillis(String.valueOf(every));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--every takes a time such as 10s, 5m or 1h, not '" + every + "'", e);
        }
    }
}
