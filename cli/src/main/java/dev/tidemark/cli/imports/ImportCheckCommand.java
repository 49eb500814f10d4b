package dev.tidemark.cli.imports;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.overlap.EventFields;
import dev.tidemark.core.overlap.Export;
import dev.tidemark.core.overlap.Hour;
import dev.tidemark.core.overlap.Overlap;
import dev.tidemark.core.overlap.OverlapReport;
import dev.tidemark.core.overlap.SourceRecords;
import dev.tidemark.core.overlap.TooManyEvents;
import dev.tidemark.core.window.Window;
import dev.tidemark.tables.TableFile;
import dev.tidemark.tables.TableFiles;
import dev.tidemark.tables.TableProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares an export with the archive before it is imported. Nothing is written. */
@Command(
        name = "check",
        description = {
            "Compare an export with what came on the stream, around the seam, before it is imported.",
            "Says what would be lost or counted twice, and which seam would be better. Exit code 1 if it finds something."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class ImportCheckCommand extends CatalogCommand {

    private static final int MAX_EVENTS = 3_000_000;
    private static final int MAX_BAD_ROWS = 10;

    @Option(names = "--source", required = true, paramLabel = "NAME", description = "The source with the history.")
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
            description = "How a row becomes an event (docs/import.md). Without it, lines of JSON that are events.")
    private @Nullable Path map;

    @Option(
            names = "--around",
            paramLabel = "DURATION",
            defaultValue = "24h",
            description = "How far before and after the seam to compare, such as 6h. Default: ${DEFAULT-VALUE}.")
    private String around;

    @Option(
            names = "--value",
            paramLabel = "FIELD",
            description = "A number in the events, such as amount, whose sums are shown for each hour of both sides.")
    private @Nullable String value;

    private long rows;
    private long badRows;

    @Override
    public Integer call() {
        Catalog definitions = catalog.compile(deployment);
        Catalog.Source defined = Sources.withHistory(definitions, source);
        EventFields fields = fields(definitions, defined);
        Seam seam = Objects.requireNonNull(defined.seam());
        Overlap overlap = new Overlap(seam.untilMillis(), aroundMillis(), MAX_EVENTS);
        try (Stores stores = deployment.open()) {
            readExport(definitions, defined, new Export(fields, overlap), stores);
            readArchive(fields, overlap, stores);
        } catch (TooManyEvents e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
        OverlapReport report = overlap.report();
        out().println(Plural.of(rows, "row") + " in the export"
                + (badRows == 0 ? "" : ", and " + badRows + " that cannot be read as events"));
        new OverlapText(out()).print(report);
        return report.isClean() && badRows == 0 ? 0 : 1;
    }

    private EventFields fields(Catalog definitions, Catalog.Source defined) {
        try {
            return new EventFields(definitions, defined, value == null ? null : FieldPath.parse(value));
        } catch (IllegalArgumentException e) {
            throw new Failure(e.getMessage() + ": --value names a field such as amount or item.price");
        }
    }

    private long aroundMillis() {
        try {
            return Math.max(Hour.MILLIS, Window.parseDurationMillis(around));
        } catch (IllegalArgumentException e) {
            throw new Failure("--around '" + around + "' is no duration: write it like 6h or 2d");
        }
    }

    private void readExport(Catalog definitions, Catalog.Source defined, Export export, Stores stores) {
        MappedFiles mapped =
                new MappedFiles(map == null ? ImportMap.EVENTS : ImportMap.read(map), definitions, defined);
        TableFiles tables = new TableFiles(stores.files(), Path.of(System.getProperty("java.io.tmpdir")));
        try (ProgressLine progress = ProgressLine.on(err())) {
            List<TableFile> exported = tables.of(files);
            progress.stage("reading the export", "rows", -1);
            mapped.each(tables, exported, new First(export, progress));
            if (export.hasRepeatedIds()) {
                progress.stage("reading it again, for ids that repeat", "rows", -1);
                mapped.each(tables, exported, new Again(export, progress));
            }
            export.end();
        } catch (IOException e) {
            throw new Failure("cannot read the export (" + e.getMessage() + ")");
        } catch (TableProblem e) {
            throw new Failure(String.valueOf(e.getMessage()));
        }
    }

    /** Every row, the first time. */
    private final class First implements MappedFiles.Sink {
        private final Export export;
        private final ProgressLine progress;

        First(Export export, ProgressLine progress) {
            this.export = export;
            this.progress = progress;
        }

        @Override
        public void row(MappedRow row) {
            try {
                export.read(row.event());
                rows++;
                progress.advance(1);
            } catch (InvalidEvent e) {
                bad(row.place(), String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void bad(String place, String problem) {
            badRows++;
            if (badRows <= MAX_BAD_ROWS) {
                progress.note(out(), ShownText.text(place + ": " + problem));
            }
        }
    }

    /** Every row, the second time. */
    private record Again(Export export, ProgressLine progress) implements MappedFiles.Sink {

        @Override
        public void row(MappedRow row) {
            try {
                export.readAgain(row.event());
            } catch (InvalidEvent alreadyTold) {
                return;
            }
            progress.advance(1);
        }

        @Override
        public void bad(String place, String problem) {
            // Already told.
        }
    }

    private void readArchive(EventFields fields, Overlap overlap, Stores stores) {
        SourceRecords records = new SourceRecords(stores.past(), fields.source());
        stores.await(records.read(
                Range.arrived(overlap.earliestMillis(), Long.MAX_VALUE),
                SourceRecords.STREAMED,
                (lane, record, row, time) -> overlap.archive(fields.of(row, time), record.arrivalMillis())));
    }
}
