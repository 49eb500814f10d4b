package dev.tidemark.cli.reference;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.change.ReferencePublisher;
import dev.tidemark.core.change.ReferencePublisher.Published;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.tables.TableFile;
import dev.tidemark.tables.TableFiles;
import dev.tidemark.tables.TableFormat;
import dev.tidemark.tables.TableProblem;
import dev.tidemark.tables.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a snapshot. */
@Command(
        name = "publish",
        description = {
            "Publish a table as a reference's next snapshot. It is effective for events that arrive from a moment on which lies"
                    + " effective_after later; the first one for all. The same rows again publish nothing."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class ReferencePublishCommand extends CatalogCommand {

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "Files, folders or patterns, here or in S3 (s3://bucket/key): Parquet, CSV with a header, or JSON lines."
                            + " Together they are the table.")
    private List<String> files;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "The reference, as in the catalog.")
    private String name;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "parquet, csv or jsonl. Default: what the names of the files say.")
    private @Nullable String format;

    @Option(
            names = "--effective-at",
            paramLabel = "MOMENT",
            description = "From which arrival on it is effective. Default: as early as may be.")
    private @Nullable String effectiveAt;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Catalog definitions = catalog.compile(deployment);
        Reference reference = definitions
                .reference(name)
                .orElseThrow(() -> new Failure("the catalog has no reference '" + name + "': add it under references"));
        ReferenceTable table = new ReferenceTable(reference);
        Long atMillis = effectiveAt == null
                ? null
                : (Long) Moments.parse("--effective-at", effectiveAt).toEpochMilli();
        try (Stores stores = deployment.open()) {
            read(table, stores);
            Published published = stores.await(new ReferencePublisher(stores.referenceLog(), System::currentTimeMillis)
                    .publish(reference, table.rows(), atMillis));
            SnapshotText snapshot = new SnapshotText(published.manifest());
            String line = published.isNew() ? snapshot.line() : "nothing new: the same rows are in " + snapshot.line();
            out().println(ShownText.text(json ? snapshot.json() : line));
        }
        out().flush();
        return 0;
    }

    private void read(ReferenceTable table, Stores stores) {
        try {
            TableFiles all = new TableFiles(stores.files(), Path.of(System.getProperty("java.io.tmpdir")));
            for (TableFile file : all.of(files)) {
                TableFormat as = format == null ? TableFormat.of(file.uri()) : TableFormat.named(format);
                all.with(file, copy -> Tables.read(as, file.uri(), copy, table.columns(), table::add));
            }
        } catch (TableProblem e) {
            throw new Failure(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new Failure("the table cannot be read: " + e.getMessage());
        }
    }
}
