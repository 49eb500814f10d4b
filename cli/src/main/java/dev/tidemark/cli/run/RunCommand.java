package dev.tidemark.cli.run;

import dev.tidemark.cli.catalog.CatalogFile;
import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.catalog.NextOption;
import dev.tidemark.cli.checkpoint.RestoreCommand;
import dev.tidemark.cli.put.EventCheck;
import dev.tidemark.cli.put.EventLines;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.ProgressLine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.RegistryDecoder;
import dev.tidemark.kinesis.file.DamagedFile;
import dev.tidemark.local.DirectoryInUse;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.samplesevents.SampleReplay;
import dev.tidemark.serve.StopSignal;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole system on this machine, until Ctrl-C. */
@Command(
        name = "run",
        description =
                "Run the whole system on this machine: stream, functions, tables, bucket and API, in one process.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class RunCommand implements Callable<Integer> {

    private static final int MAX_PORT = 65_532;

    /** Events of the shop's shortest windows are replayed first, so that the first query finds values. */
    private static final Duration NEWEST = Duration.ofMinutes(30);

    @Mixin
    private CatalogOption catalogFile;

    @Mixin
    private NextOption nextFile;

    @Option(
            names = "--generation",
            defaultValue = "g1",
            paramLabel = "NAME",
            description =
                    "The state to go on with: one that `tidemark restore` made, or the first. Default: ${DEFAULT-VALUE}.")
    private String generation;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Keep everything here, so that it survives a restart. Default: in memory.")
    private @Nullable Path dataDir;

    @Option(
            names = "--retire",
            description = "With --data-dir: give up, for good, the views there that the catalog does not have.")
    private boolean retires;

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "N",
            description =
                    "Port of the API; Kinesis, DynamoDB and S3 take the three after it; 0: any free ones. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--shards",
            defaultValue = "3",
            paramLabel = "N",
            description = "Shards of a new stream. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--no-shard-limits",
            description = "Take whatever is put. Default: as Kinesis, 1,000 records and 1 MiB a second for each shard; "
                    + "what is more is refused with ProvisionedThroughputExceededException.")
    private boolean noShardLimits;

    @Option(names = "--no-samples", description = "Do not replay the sample events.")
    private boolean noSamples;

    @Option(
            names = "--events",
            paramLabel = "FILE",
            description = "Replay these events (one JSON object per line) instead of the samples.")
    private @Nullable Path events;

    @Option(
            names = "--force",
            description = "With --events: replay also what seems to be a mistake, such as a file that begins with "
                    + EventCheck.FIRST + " records that count nowhere.")
    private boolean force;

    @Option(
            names = "--pace",
            defaultValue = "150",
            paramLabel = "N",
            description = "Events per second of the replay; 0: as fast as possible. Default: ${DEFAULT-VALUE}.")
    private int pace;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, IOException {
        checkOptions();
        Catalog catalog = catalogFile
                .file()
                .map(CatalogFile::compile)
                .orElseGet(() -> new CatalogCompiler().compile(Sample.SHOP.catalog()));
        Catalog next = nextFile.compile();
        Catalogs catalogs = new Catalogs(catalog, next);
        checkNoRegistry(catalogs);
        List<SampleEvent> own = events == null ? List.of() : own(events, catalog);
        Console console = new Console(
                spec.commandLine().getOut(),
                spec.commandLine().getErr(),
                ProgressLine.on(spec.commandLine().getOut()),
                System::currentTimeMillis,
                this::roomBytes);
        try (StopSignal stop = StopSignal.install();
                LocalRun run = start(catalogs, console)) {
            replay(run, catalog.sources().get(0).stream(), own, console);
            stop.await();
        }
        return 0;
    }

    /** Its events would be held until the registry answers. */
    static void checkNoRegistry(Catalogs catalogs) {
        for (Catalog one : catalogs.all()) {
            for (Catalog.Source source : one.sources()) {
                if (source.format().decoder() instanceof RegistryDecoder) {
                    throw new Failure(
                            "source '" + source.name() + "' reads schemas from AWS Glue's registry, which a local"
                                    + " run does not ask: here, name the schema's file, encoding: {avro: {schema: FILE}}, and"
                                    + " put events without the registry's header");
                }
            }
        }
    }

    private void checkOptions() {
        if (port < 0 || port > MAX_PORT) {
            throw new Failure("--port must be 0 (any free ones) to " + MAX_PORT + ", not " + port
                    + ": the three ports after it are used too");
        }
        if (shards < 1 || shards > 100) {
            throw new Failure("--shards must be 1 to 100, not " + shards);
        }
        if (!generation.matches(RestoreCommand.NAME)) {
            throw new Failure(
                    "--generation takes the name that `tidemark restore --to` was given, not '" + generation + "'");
        }
        if (pace < 0) {
            throw new Failure("--pace must be 0 or more events per second, not " + pace);
        }
    }

    private LocalRun start(Catalogs catalogs, Console console) {
        try {
            return LocalRun.start(
                    catalogs, generation, retires, port, shards, !noShardLimits, dataDir, catalogFile.file(), console);
        } catch (BindException e) {
            throw new Failure("cannot start: one of the ports " + port + " to " + (port + 3)
                    + " is in use, perhaps by another `tidemark run`: stop that, or take other ports with --port N");
        } catch (DirectoryInUse e) {
            throw new Failure("cannot start: " + e.getMessage());
        } catch (DamagedFile e) {
            throw new Failure("cannot start: " + e.getMessage());
        } catch (FileSystemException e) {
            throw new Failure("cannot start: " + FileProblem.reason(e)
                    + ": name a directory that can be written with --data-dir");
        } catch (IOException e) {
            throw new Failure("cannot start: " + e.getMessage()
                    + "\nIs a port of " + port + " to " + (port + 3) + " in use (then take others with --port N), or "
                    + "can the --data-dir not be written?");
        }
    }

    /** Where the stream's records are, and with --data-dir everything else. Unknown room counts as enough. */
    private long roomBytes() {
        try {
            return Files.getFileStore(dataDir == null ? Path.of(System.getProperty("java.io.tmpdir")) : dataDir)
                    .getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    /** The fold handles a bad event, as with `tidemark put`. */
    private List<SampleEvent> own(Path file, Catalog catalog) throws IOException {
        List<SampleEvent> own = new ArrayList<>();
        try (EventLines lines = EventLines.of(file)) {
            EventCheck check = new EventCheck(
                    lines.name(), null, catalog, catalog.sources().get(0).stream(), force, System::currentTimeMillis);
            for (byte[] event = lines.next(); event != null; event = lines.next()) {
                String key = check.look(event, lines.line());
                own.add(new SampleEvent(0, key, new String(event, StandardCharsets.UTF_8)));
            }
            check.checkRefused();
        }
        return own;
    }

    private void replay(LocalRun run, String stream, List<SampleEvent> own, Console console) {
        List<SampleEvent> replayed = events == null ? samples(run, stream, console) : own;
        if (!replayed.isEmpty()) {
            run.replay(stream, replayed, pace);
        }
    }

    private List<SampleEvent> samples(LocalRun run, String stream, Console console) {
        boolean samplesFit = catalogFile.file().isEmpty() || stream.equals(Sample.SHOP.stream());
        if (noSamples || !samplesFit) {
            return List.of();
        }
        if (!run.isEmpty(stream)) {
            console.note("the stream has events already, so the samples are not replayed again");
            return List.of();
        }
        List<SampleEvent> samples = Sample.SHOP.events();
        return SampleReplay.newestFirst(
                SampleReplay.shift(samples, SampleReplay.deltaToEndAt(samples, System.currentTimeMillis())), NEWEST);
    }
}
