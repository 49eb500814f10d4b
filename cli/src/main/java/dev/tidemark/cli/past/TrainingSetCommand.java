package dev.tidemark.cli.past;

import dev.tidemark.cli.catalog.CatalogCommand;
import dev.tidemark.cli.catalog.CatalogFile;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.training.SpineFrom;
import dev.tidemark.training.TrainingSet;
import dev.tidemark.training.TrainingSetJob;
import dev.tidemark.training.TrainingSetRequest;
import dev.tidemark.training.TrainingSetRequest.Format;
import dev.tidemark.training.TrainingSetRequest.Imported;
import dev.tidemark.training.TrainingSetRequest.WindowEnd;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Features for the rows of a spine, as they were at each row's moment. */
@Command(
        name = "training-set",
        description = {
            "Compute the features of every row of a spine (entity keys and a moment), from the archive.",
            "Started again after it was stopped, it goes on where it was."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class TrainingSetCommand extends CatalogCommand {

    /** A spine that is there, or events that one is made of. */
    static final class Rows {

        @Option(
                names = "--spine",
                required = true,
                paramLabel = "FILE",
                description = "A CSV or Parquet file: entity keys, a moment, and any other columns, which are kept.")
        private @Nullable Path spine;

        @Option(
                names = "--spine-from",
                required = true,
                paramLabel = "SOURCE",
                description = "Instead of a file: a row for every archived event of this source, at the event's time.")
        private @Nullable String source;
    }

    @ArgGroup(multiplicity = "1")
    private Rows rows;

    @Option(
            names = "--where",
            paramLabel = "CEL",
            description = "With --spine-from: only events that pass this condition, such as 'type == \"purchase\"'.")
    private @Nullable String where;

    @Option(
            names = "--spine-column",
            paramLabel = "NAME=FIELD",
            description =
                    "With --spine-from: a further column, or a key or request input, and the event field that it is "
                            + "read from. By default a key has its key field, and a request input the field of its name.")
    private Map<String, String> spineColumns = Map.of();

    @Option(
            names = "--from",
            paramLabel = "MOMENT",
            description = "With --spine-from: only events that happened at this moment or later.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "MOMENT",
            description = "With --spine-from: only events that happened before this moment.")
    private @Nullable String to;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder for the training set; each set has one of its own.")
    private Path out;

    @Option(
            names = "--views",
            split = ",",
            paramLabel = "VIEW",
            description = "Only these views. Default: all but those of monitors.")
    private List<String> views = List.of();

    @Option(
            names = "--features",
            split = ",",
            paramLabel = "NAME",
            description = "Only these values, such as avg_price_30m, or viewer.avg_price_30m. Default: all.")
    private List<String> features = List.of();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "The vectors of this model, named and ordered as in the API's answers. The spine has the model's "
                            + "keys and request inputs, under their names in requests.")
    private @Nullable String model;

    @Option(
            names = "--knowledge",
            paramLabel = "served|now",
            defaultValue = "SERVED",
            description = "With what had arrived by the moment, as a query would have been answered then; or with "
                    + "everything that is known by now and happened by then. Default: served.")
    private Knowledge knowledge;

    @Option(
            names = "--as",
            paramLabel = "exact|live",
            description =
                    "Where the windows end: exactly at the moment, or as those of a live answer about the moment, "
                            + "which may hold up to a hop more (docs/moments.md). Default: live with --knowledge served, "
                            + "which has no other, and exact with --knowledge now.")
    private @Nullable WindowEnd windowEnd;

    /** As the values are written in options. */
    enum HistoryAs {
        AS_IF(Imported.AS_IF),
        SERVED(Imported.SERVED);

        private final Imported imported;

        HistoryAs(Imported imported) {
            this.imported = imported;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Option(
            names = "--history",
            paramLabel = "as-if|served",
            defaultValue = "as-if",
            description =
                    "With --knowledge served: imported events as if they had come on the stream when they happened,"
                            + " or only since they were imported, as in what was really answered (docs/import.md)."
                            + " Default: as-if.")
    private HistoryAs history;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            description = "A second catalog: each feature gets a column for each, side by side.")
    private @Nullable Path compare;

    enum Formats {
        PARQUET,
        CSV,
        BOTH;

        Set<Format> set() {
            return switch (this) {
                case PARQUET -> EnumSet.of(Format.PARQUET);
                case CSV -> EnumSet.of(Format.CSV);
                case BOTH -> EnumSet.allOf(Format.class);
            };
        }
    }

    @Option(
            names = "--format",
            paramLabel = "parquet|csv|both",
            defaultValue = "PARQUET",
            description = "Default: parquet.")
    private Formats format;

    @Option(
            names = "--exact",
            description = "In Parquet, numbers as decimal texts instead of doubles. CSV is always exact.")
    private boolean exact;

    @Option(
            names = "--time-column",
            paramLabel = "NAME",
            description = "The spine's column of moments. Default: timestamp, or event_timestamp.")
    private @Nullable String timeColumn;

    @Option(
            names = "--time-format",
            paramLabel = "iso8601|epoch_millis|epoch_seconds",
            defaultValue = "ISO8601",
            description = "How moments are written that are texts or plain numbers. Default: iso8601, with an offset.")
    private TimeFormat timeFormat;

    @Option(
            names = "--key-column",
            paramLabel = "KEY=COLUMN",
            description = "Which column holds an entity key, where it does not have the key's name. With --model: the "
                    + "key's name in requests.")
    private Map<String, String> keyColumns = Map.of();

    @Option(names = "--threads", paramLabel = "N", description = "Default: one per processor.")
    private @Nullable Integer threads;

    @Override
    public Integer call() {
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (workers < 1) {
            throw new ParameterException(spec.commandLine(), "--threads " + workers + " is less than 1");
        }
        if (knowledge == Knowledge.SERVED && windowEnd == WindowEnd.EXACT) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--as exact needs --knowledge now: what was served ended with the hop, not at the moment");
        }
        if (knowledge == Knowledge.NOW && history == HistoryAs.SERVED) {
            throw new ParameterException(
                    spec.commandLine(), "--history served needs --knowledge served: by now imported events are known");
        }
        if (model != null && (compare != null || !views.isEmpty() || !features.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--model excludes --views, --features and --compare: the model says which values it has");
        }
        if (rows.source == null && (where != null || from != null || to != null || !spineColumns.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(), "--where, --spine-column, --from and --to need --spine-from");
        }
        if (rows.source != null && (timeColumn != null || timeFormat != TimeFormat.ISO8601)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--spine-from excludes --time-column and --time-format: the source says what its events' time is");
        }
        TrainingSetText.print(make(workers), out(), err());
        return 0;
    }

    private TrainingSet make(int workers) {
        PrintWriter err = err();
        try (Stores stores = deployment.open();
                ProgressLine progress = ProgressLine.on(err)) {
            return new TrainingSetJob(
                            request(),
                            stores.past(),
                            progress,
                            System::currentTimeMillis,
                            workers,
                            Runtime.getRuntime().maxMemory())
                    .run();
        }
    }

    private TrainingSetRequest request() {
        List<Catalog> catalogs = new ArrayList<>();
        catalogs.add(catalog.compile(deployment));
        if (compare != null) {
            catalogs.add(CatalogFile.compile(compare));
        }
        return new TrainingSetRequest(
                rows.spine == null ? TrainingSetRequest.madeSpine(out) : rows.spine,
                spineFrom(),
                out,
                catalogs,
                views,
                features,
                model,
                knowledge,
                windowEnd == null ? WindowEnd.usual(knowledge) : windowEnd,
                history.imported,
                format.set(),
                exact,
                timeColumn,
                timeFormat,
                keyColumns);
    }

    private @Nullable SpineFrom spineFrom() {
        if (rows.source == null) {
            return null;
        }
        long fromMillis =
                from == null ? Long.MIN_VALUE : Moments.parse("--from", from).toEpochMilli();
        long toMillis = to == null ? Long.MAX_VALUE : Moments.parse("--to", to).toEpochMilli();
        if (fromMillis >= toMillis) {
            throw new ParameterException(spec.commandLine(), "--from " + from + " is not before --to " + to);
        }
        return new SpineFrom.Events(rows.source, where, spineColumns, fromMillis, toMillis);
    }
}
