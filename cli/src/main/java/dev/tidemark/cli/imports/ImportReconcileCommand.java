package dev.tidemark.cli.imports;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.overlap.Reconciliation;
import dev.tidemark.core.overlap.Reconciliation.Late;
import dev.tidemark.core.overlap.Reconciliation.Result;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds events that came on the stream, but belong to the history, and are not in it. */
@Command(
        name = "reconcile",
        description = {
            "List events that came on the stream, happened before the seam, and are in no import: they count nowhere.",
            "With --out, a second `import run` takes them."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class ImportReconcileCommand extends CatalogCommand {

    private static final int MAX_EVENTS = 3_000_000;

    @Option(names = "--source", required = true, paramLabel = "NAME", description = "The source with the history.")
    private String source;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Only events that arrived at this moment (ISO 8601) or later, such as when the export was made.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Only events that arrived before this moment.")
    private @Nullable String to;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the events into this new file, one on each line, as they came.")
    private @Nullable Path file;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Show so many at most; all are counted and written. Default: ${DEFAULT-VALUE}.")
    private int limit;

    private long shown;

    @Override
    public Integer call() {
        long fromMillis = from == null ? 0 : Moments.parse("--from", from).toEpochMilli();
        long toMillis = to == null ? Long.MAX_VALUE : Moments.parse("--to", to).toEpochMilli();
        Catalog definitions = catalog.compile(deployment);
        Catalog.Source defined = Sources.withHistory(definitions, source);
        Result result;
        try (Stores stores = deployment.open();
                OutputStream lines = open()) {
            Reconciliation events = new Reconciliation(stores.past(), definitions, defined, MAX_EVENTS);
            result = stores.await(events.find(fromMillis, toMillis, late -> take(late, lines)));
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        conclude(result);
        return 0;
    }

    private OutputStream open() {
        try {
            return file == null
                    ? OutputStream.nullOutputStream()
                    : new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private Failure cannotWrite(IOException cause) {
        return new Failure("cannot write " + file + " (" + cause
                + "): it must be a new file in a folder that is there and has room");
    }

    private void take(Late late, OutputStream lines) {
        try {
            lines.write(late.line());
            lines.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
        if (++shown <= limit) {
            out().println(ShownText.text(late.lane().id() + "  "
                    + late.record().position().text() + "  arrived "
                    + Instant.ofEpochMilli(late.record().arrivalMillis()) + ", event time "
                    + Instant.ofEpochMilli(late.timeMillis()) + (late.id() == null ? "" : ", id " + late.id())));
        }
    }

    private void conclude(Result result) {
        if (shown > limit) {
            out().println("... and " + (shown - limit) + " more: show them with --limit");
        }
        out().println(Plural.of(result.missing(), "event") + " in no import, of " + result.beforeSeam()
                + " that came on the stream and happened before the seam");
        if (result.unreadable() > 0) {
            out().println(Plural.of(result.unreadable(), "record")
                    + " cannot be read, so nobody knows when they happened: see `tidemark quarantine list`");
        }
        if (result.missing() > 0) {
            out().println(
                            file == null
                                    ? "they count nowhere: write them into a file with --out, and import that"
                                    : "they are in " + file
                                            + ": import it with `tidemark import run`, and a map that only says"
                                            + " format: jsonl");
        }
    }
}
