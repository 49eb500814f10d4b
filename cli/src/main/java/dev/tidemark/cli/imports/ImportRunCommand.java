package dev.tidemark.cli.imports;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Importer;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import dev.tidemark.core.view.View;
import dev.tidemark.core.view.WriteCost;
import dev.tidemark.tables.TableFiles;
import dev.tidemark.tables.TableProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Imports. */
@Command(
        name = "run",
        description = {
            "Import rows from before the source's seam: archive them, and fold them into all views of the source.",
            "May be interrupted, repeated, and run twice at once: the same files, map and seam go on where they were."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ImportRunCommand extends DeploymentCommand {

    @Mixin
    private CatalogOption catalogOption;

    @Option(names = "--source", required = true, paramLabel = "NAME", description = "The source whose history it is.")
    private String source;

    @Option(
            names = "--files",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files, folders or patterns, here or in S3: Parquet, CSV or JSON lines.")
    private List<String> files;

    @Option(
            names = "--map",
            paramLabel = "FILE",
            description = "How a row becomes an event. Default: each line of JSON is an event.")
    private @Nullable Path map;

    @Option(
            names = "--bad-rows",
            defaultValue = "refuse",
            paramLabel = "HOW",
            description =
                    "What to do with rows that are no events: refuse the import, or skip them. Default: ${DEFAULT-VALUE}.")
    private BadRows badRows;

    @Option(
            names = "--bad-rows-list",
            defaultValue = "bad-rows.txt",
            paramLabel = "FILE",
            description = "Where all rows that are no events are named, if there are any. Default: ${DEFAULT-VALUE}.")
    private Path badRowsList;

    @Option(
            names = "--same-id",
            defaultValue = "refuse",
            paramLabel = "HOW",
            description = {
                "What to do with rows that share an event id, with each other or with an earlier import: refuse the",
                "import, or drop all but the first in time, and all that an earlier import has. Default: ${DEFAULT-VALUE}."
            })
    private SameId sameId;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "Where the rows are sorted; takes about as much room as they. Default: the system's.")
    private @Nullable Path workDir;

    @Option(names = "--yes", description = "Write without asking first; without it, only say what would be written.")
    private boolean yes;

    private enum BadRows {
        REFUSE,
        SKIP
    }

    @Override
    public Integer call() {
        Catalog catalog = catalogOption.compile(deployment);
        Catalog.Source of = catalog.sources().stream()
                .filter(one -> one.name().equals(source))
                .findFirst()
                .orElseThrow(() -> new Failure("the catalog has no source '" + source + "'"));
        Seam seam = of.seam();
        if (seam == null) {
            throw new Failure("source '" + source + "' has no seam: say in the catalog where its imported history ends,"
                    + " with history: {until: …}, and fold that catalog first");
        }
        if (seam.untilMillis() > System.currentTimeMillis()) {
            throw new Failure(
                    "the seam of source '" + source + "' lies ahead: no export can reach it yet; import after it");
        }
        ImportMap read = map == null ? ImportMap.EVENTS : ImportMap.read(map);
        try (Stores stores = deployment.open()) {
            stores.checkFolds(catalog);
            Path work = workDir == null
                    ? Files.createTempDirectory("tidemark-import")
                    : Files.createTempDirectory(workDir, "tidemark-import");
            ProgressLine progress = ProgressLine.on(out());
            try (Spool spool = new Spool(work, seam.arrivalDelayMillis(), Spool.ROWS_OF_A_PART)) {
                return run(catalog, of, seam, read, stores, spool, new TableFiles(stores.files(), work), progress);
            } finally {
                progress.close();
            }
        } catch (TableProblem e) {
            throw new Failure(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(
            Catalog catalog,
            Catalog.Source of,
            Seam seam,
            ImportMap read,
            Stores stores,
            Spool spool,
            TableFiles tables,
            ProgressLine progress)
            throws IOException {
        SameIds ids = new SameIds(catalog, of, seam.untilMillis());
        MappedFiles mapped = new MappedFiles(read, catalog, of);
        SpoolPass pass = new SpoolPass(tables, mapped, spool, seam.untilMillis(), ids, badRowsList, progress);
        List<File> found = pass.read(files);
        pass.refuseBadRows(badRows == BadRows.SKIP);
        ImportNumber numbers = new ImportNumber(stores.importLog(), stores);
        ImportDraft begun = new ImportDraft(
                source, stores.streamArn(of.stream()), seam, found, read.text(pass.badRows()), sameId, List.of());
        long expected = numbers.expected(begun);
        if (sameId == SameId.REFUSE) {
            ids.refuse(stores, expected, tables, tables.of(files), mapped);
        }
        progress.stage("Sorting", "rows", spool.rows());
        List<Part> parts =
                spool.parts(sameId == SameId.DROP ? ids.dropping(stores, expected, spool) : (millis, event) -> true);
        if (spool.dropped() > 0) {
            progress.note(Plural.of(spool.dropped(), "row") + " dropped, whose event ids others have");
        }
        if (parts.isEmpty()) {
            throw new Failure(
                    "the files have no rows to import: is the map's where right, or are all imported already?");
        }
        ImportDraft draft = begun.of(parts);
        Manifest known = numbers.known(draft);
        progress.note(estimate(catalog, spool.rows(), pass));
        if (!yes) {
            progress.note("Nothing was written. Run it again with --yes.");
            return 0;
        }
        Manifest manifest = known != null ? known : numbers.append(draft);
        progress.note("Import " + manifest.number() + (known == null ? " begins" : " goes on"));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Importer importer = new Importer(
                    Catalogs.of(catalog),
                    stores.change(),
                    stores.archive(),
                    new Importer.Settings(
                            FoldSettings.DEFAULT.withGeneration(
                                    stores.generation().orElse(FoldSettings.DEFAULT.generation())),
                            2,
                            threads));
            Told told = new Told(progress, spool.rows());
            stores.await(importer.run(manifest, spool, told));
            progress.note("Import " + manifest.number() + " is done: " + Plural.of(manifest.rows(), "row") + ", "
                    + Plural.of(told.items, "item") + " written");
        } finally {
            threads.shutdownNow();
        }
        return 0;
    }

    private String estimate(Catalog catalog, long rows, SpoolPass pass) {
        List<View> views = catalog.views().stream()
                .filter(view -> view.source().equals(source) && view.pairs() == null)
                .toList();
        double most = rows
                * views.stream()
                        .mapToDouble(view -> WriteCost.of(view).perEvent())
                        .sum();
        return String.format(
                Locale.ROOT,
                "%s, of which %d happened at the seam or later and will not count; %s. At most %,.0f write units, $%.2f: an"
                        + " item is written once, whatever it takes of the rows.",
                Plural.of(rows, "row"),
                pass.afterSeam(),
                Plural.of(views.size(), "view"),
                most,
                most * WriteCost.DOLLARS_PER_MILLION_UNITS / 1_000_000);
    }

    private static final class Told implements Importer.Progress {

        private final ProgressLine progress;
        private final long rows;
        private boolean folding;
        private long items;

        Told(ProgressLine progress, long rows) {
            this.progress = progress;
            this.rows = rows;
            progress.stage("Archiving", "rows", rows);
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
    }
}
