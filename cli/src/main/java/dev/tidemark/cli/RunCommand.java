package dev.tidemark.cli;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.kinesis.NewRecord;
import dev.tidemark.local.kinesis.Streams;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.samplesevents.SampleEvent;
import dev.tidemark.samplesevents.SampleReplay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
final class RunCommand implements Callable<Integer> {

    @Option(names = "--catalog", paramLabel = "FILE", description = "The catalog. Default: the sample shop's.")
    private @Nullable Path catalogFile;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Keep everything here, so that it survives a restart. Default: in memory.")
    private @Nullable Path dataDir;

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "N",
            description =
                    "Port of the API; Kinesis, DynamoDB and S3 take the three after it. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--shards",
            defaultValue = "3",
            paramLabel = "N",
            description = "Shards of a new stream. Default: 3.")
    private int shards;

    @Option(names = "--no-samples", description = "Do not replay the sample events.")
    private boolean noSamples;

    @Option(
            names = "--events",
            paramLabel = "FILE",
            description = "Replay these events (one JSON object per line) instead of the samples.")
    private @Nullable Path events;

    @Option(
            names = "--pace",
            defaultValue = "150",
            paramLabel = "N",
            description = "Events per second of the replay; 0: as fast as possible. Default: ${DEFAULT-VALUE}.")
    private int pace;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        checkOptions();
        Catalog catalog = catalogFile == null
                ? new CatalogCompiler().compile(Sample.SHOP.catalog())
                : CatalogFile.compile(catalogFile);
        Map<String, Integer> streams = new HashMap<>();
        catalog.sources().forEach(source -> streams.put(source.stream(), shards));
        Console console = new Console(
                spec.commandLine().getOut(), spec.commandLine().getErr(), Boolean.getBoolean("tidemark.terminal"));
        try (TidemarkApplication application = new TidemarkApplication(catalog, console);
                LocalSystem system = start(streams, application, console)) {
            CountDownLatch stop = stopOnSignal();
            console.ready(system, catalog);
            replay(system, catalog, console);
            stop.await();
            console.stopping();
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private final CountDownLatch stopped = new CountDownLatch(1);

    private void checkOptions() {
        if (shards < 1 || shards > 100) {
            throw new Failure("--shards must be 1 to 100, not " + shards);
        }
        if (pace < 0) {
            throw new Failure("--pace must be 0 or more events per second, not " + pace);
        }
    }

    private LocalSystem start(Map<String, Integer> streams, TidemarkApplication application, MappingListener listener) {
        LocalSettings settings = new LocalSettings(port, dataDir, streams, MappingSettings.ofBatchSize(500), 1);
        try {
            return LocalSystem.start(settings, application, listener);
        } catch (IOException e) {
            throw new Failure("cannot start: " + e.getMessage()
                    + "\nAnother program may use these ports (--port N takes N to N+3), or the directory "
                    + "cannot be written.");
        }
    }

    /** Ctrl-C ends the process only after everything is closed. */
    private CountDownLatch stopOnSignal() {
        CountDownLatch stop = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        return stop;
    }

    private void replay(LocalSystem system, Catalog catalog, Console console) {
        String stream = catalog.sources().get(0).stream();
        List<SampleEvent> replayed = toReplay(system.streams(), stream, console);
        if (replayed.isEmpty()) {
            return;
        }
        Thread thread = new Thread(() -> replay(system, stream, replayed, console), "replay");
        thread.setDaemon(true);
        thread.start();
    }

    private List<SampleEvent> toReplay(Streams streams, String stream, Console console) {
        if (events != null) {
            return EventLines.read(events);
        }
        boolean samplesFit = catalogFile == null || stream.equals(Sample.SHOP.stream());
        if (noSamples || !samplesFit) {
            return List.of();
        }
        if (!isEmpty(streams, stream)) {
            console.note("the stream has events already, so the samples are not replayed again");
            return List.of();
        }
        List<SampleEvent> samples = Sample.SHOP.events();
        long endMillis = System.currentTimeMillis() + Replay.durationMillis(samples.size(), pace);
        return SampleReplay.shift(samples, SampleReplay.deltaToEndAt(samples, endMillis));
    }

    private static boolean isEmpty(Streams streams, String stream) {
        return streams.describe(stream).shards().stream()
                .allMatch(shard -> streams.countAfter(stream, shard.id(), null) == 0);
    }

    private void replay(LocalSystem system, String stream, List<SampleEvent> replayed, Console console) {
        try {
            new Replay(replayed, pace, System::currentTimeMillis)
                    .run(
                            (key, data) -> system.streams().put(stream, new NewRecord(key, null, data)),
                            (done, total) -> console.progress(
                                    done, total, system.mapping(stream).pendingRecords()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            console.note("the replay stopped: " + e.getMessage());
        }
    }
}
