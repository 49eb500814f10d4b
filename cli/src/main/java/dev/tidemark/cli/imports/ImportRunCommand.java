package dev.tidemark.cli.imports;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.catalog.NextOption;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.Importer;
import dev.tidemark.core.change.Importer.Written;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.store.ImportLog.File;
import dev.tidemark.core.store.ImportLog.Manifest;
import dev.tidemark.core.store.ImportLog.Part;
import dev.tidemark.core.store.ImportLog.SameId;
import dev.tidemark.tables.TableFiles;
import dev.tidemark.tables.TableProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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
            "Without --yes, nothing is written: it says how many rows, items, write units and dollars it would be.",
            "May be interrupted, repeated, and run twice at once: the same rows, read by the same map, go on where they were."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ImportRunCommand extends DeploymentCommand {

    @Mixin
    private CatalogOption catalogOption;

    @Mixin
    private NextOption next;

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

    @Option(names = "--yes", description = "Write; without it, only say what would be written.")
    private boolean yes;

    private enum BadRows {
        REFUSE,
        SKIP
    }

    @Override
    public Integer call() {
        Catalog catalog = catalogOption.compile(deployment);
        Catalog.Source of = Sources.withHistory(catalog, source);
        Seam seam = Objects.requireNonNull(of.seam());
        if (seam.untilMillis() > System.currentTimeMillis()) {
            throw new Failure(
                    "the seam of source '" + source + "' lies ahead: no export can reach it yet; import after it");
        }
        ImportMap read = map == null ? ImportMap.EVENTS : ImportMap.read(map);
        try (Stores stores = deployment.open()) {
            Catalogs catalogs = new Catalogs(catalog, next.compile());
            stores.checkFoldsOnly(catalogs);
            Path work = workDir == null
                    ? Files.createTempDirectory("tidemark-import")
                    : Files.createTempDirectory(workDir, "tidemark-import");
            ProgressLine progress = ProgressLine.on(out());
            try (Spool spool = new Spool(work, seam.arrivalDelayMillis(), Spool.ROWS_OF_A_PART)) {
                return run(catalogs, of, seam, read, stores, spool, new TableFiles(stores.files(), work), progress);
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
            Catalogs catalogs,
            Catalog.Source of,
            Seam seam,
            ImportMap read,
            Stores stores,
            Spool spool,
            TableFiles tables,
            ProgressLine progress)
            throws IOException {
        Catalog catalog = catalogs.current();
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
        progress.note(told(catalog, spool, pass));
        ExecutorService threads = Executors.newFixedThreadPool(Importing.PARTS_AT_ONCE);
        try {
            Importer importer = Importing.importer(catalogs, stores, threads);
            if (!yes) {
                Manifest manifest = draft.numbered(expected, System.currentTimeMillis());
                progress.note(estimate(importer, manifest, spool, stores, progress)
                        + " Nothing was written. Run it again with --yes.");
                return 0;
            }
            Manifest manifest = known != null ? known : numbers.append(draft);
            progress.note("Import " + manifest.number() + (known == null ? " begins" : " goes on"));
            Importing.run(importer, manifest, spool, stores, progress);
        } finally {
            threads.shutdownNow();
        }
        return 0;
    }

    private String told(Catalog catalog, Spool spool, SpoolPass pass) {
        long views = catalog.views().stream()
                .filter(view -> view.source().equals(source) && view.pairs() == null)
                .count();
        return String.format(
                Locale.ROOT,
                "%s into %s, %.1f MB as events; %d of them happened at the seam or later and will not count.",
                Plural.of(spool.rows(), "row"),
                Plural.of(views, "view"),
                spool.bytes() / 1e6,
                pass.afterSeam());
    }

    private static String estimate(
            Importer importer, Manifest manifest, Spool spool, Stores stores, ProgressLine progress) {
        Part first = manifest.parts().get(0);
        Written written = stores.await(
                importer.rehearse(manifest, first, spool, new Importing(progress, "Estimating", first.rows())));
        return new ImportEstimate(manifest.parts(), first, written).text();
    }
}
