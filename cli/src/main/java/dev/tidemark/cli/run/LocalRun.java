package dev.tidemark.cli.run;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.kinesis.NewRecord;
import dev.tidemark.kinesis.PutResult;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.LocalSettings;
import dev.tidemark.local.LocalSystem;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.mapping.MappingSettings;
import dev.tidemark.samplesevents.SampleEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The running system behind {@code tidemark run}, with its replay. */
final class LocalRun implements AutoCloseable {

    /** A replay waits for the writes of items, and a larger batch writes each of them less often. */
    private static final int BATCH_SIZE = 5_000;

    private static final int SEED = 1;
    private static final long LOOK_MILLIS = 1000;

    private final TidemarkApplication application;
    private final LocalSystem system;
    private final LocalTraining training;
    private final Console console;
    private final Thread watch;
    private @Nullable Thread replay;

    private LocalRun(
            TidemarkApplication application,
            LocalSystem system,
            LocalTraining training,
            Console console,
            Set<String> streams) {
        this.application = application;
        this.system = system;
        this.training = training;
        this.console = console;
        this.watch = new Thread(() -> watch(streams), "watch");
        watch.setDaemon(true);
    }

    private void watch(Set<String> streams) {
        try {
            while (true) {
                Thread.sleep(LOOK_MILLIS);
                look(streams);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            console.note("how far the fold is will not be told any more: " + e.getMessage());
        }
    }

    private void look(Set<String> streams) {
        long pending = 0;
        long oldestMillis = 0;
        for (String stream : streams) {
            if (system.streams().exists(stream)) {
                pending += system.mapping(stream).pendingRecords();
                oldestMillis = Math.max(oldestMillis, system.mapping(stream).oldestPendingMillis());
            }
        }
        console.waiting(pending, oldestMillis);
    }

    /**
     * Starts everything and tells the console.
     *
     * @param generation which state is folded and served
     * @param retires whether views that the directory has and the catalogs lack are retired
     * @param port of the API, the other services take the three after it; 0: any free ones
     * @param shards of a stream that does not exist yet
     * @param shardLimits whether shards refuse what is more than Kinesis's limits
     * @param directory where everything is kept; null: in memory
     * @param catalogFile beside which baselines are, and in whose folder models are trained; empty if the catalog is in no file
     * @throws IOException a port is taken or the directory cannot be used
     */
    static LocalRun start(
            Catalogs catalogs,
            String generation,
            boolean retires,
            int port,
            int shards,
            boolean shardLimits,
            @Nullable Path directory,
            Optional<Path> catalogFile,
            Console console)
            throws IOException {
        Map<String, Integer> streams = new HashMap<>();
        catalogs.streams().forEach(stream -> streams.put(stream, shards));
        LocalSettings settings =
                new LocalSettings(port, directory, streams, shardLimits, MappingSettings.ofBatchSize(BATCH_SIZE), SEED);
        TidemarkApplication application = new TidemarkApplication(catalogs, console, console, generation, retires);
        catalogFile.ifPresent(application::beside);
        try {
            LocalSystem system = LocalSystem.start(settings, application, console);
            console.ready(system, catalogs);
            LocalTraining training = training(application, system, catalogs, directory, catalogFile, console);
            LocalRun run = new LocalRun(application, system, training, console, catalogs.streams());
            run.watch.start();
            return run;
        } catch (IOException | RuntimeException e) {
            application.close();
            throw e;
        }
    }

    private static LocalTraining training(
            TidemarkApplication application,
            LocalSystem system,
            Catalogs catalogs,
            @Nullable Path directory,
            Optional<Path> catalogFile,
            Console console)
            throws IOException {
        try {
            return LocalTraining.start(
                    application.deployment(system.endpoints()),
                    catalogs.current().trainings(),
                    directory,
                    catalogFile.map(file -> file.toAbsolutePath().getParent()).orElse(Path.of("")),
                    system.api(),
                    console);
        } catch (IOException | RuntimeException e) {
            system.close();
            throw e;
        }
    }

    LocalSystem system() {
        return system;
    }

    /** Whether nothing was ever put on a stream, as far as it remembers. */
    boolean isEmpty(String stream) {
        Streams streams = system.streams();
        return streams.describe(stream).shards().stream()
                .allMatch(shard -> streams.countAfter(stream, shard.id(), null) == 0);
    }

    /** Puts events on a stream in the background, at most once. */
    void replay(String stream, List<SampleEvent> events, int eventsPerSecond) {
        Thread thread = new Thread(() -> put(stream, events, eventsPerSecond), "replay");
        thread.setDaemon(true);
        thread.start();
        replay = thread;
    }

    /** If the shard's limits or a full disk refuse a record, the record is not at fault. */
    private boolean isTaken(String stream, NewRecord record) {
        return system.streams().put(stream, List.of(record)).get(0) instanceof PutResult;
    }

    private void put(String stream, List<SampleEvent> events, int eventsPerSecond) {
        try {
            new PacedPut(events, eventsPerSecond, System::currentTimeMillis)
                    .run(
                            (key, data) -> isTaken(stream, new NewRecord(key, null, data)),
                            () -> system.mapping(stream).pendingRecords(),
                            console);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                // Stopped while a record was being written: nothing to tell.
                return;
            }
            console.note("the replay stopped: " + e.getMessage());
        }
    }

    /** Ends the replay, lets batches in flight finish, and closes everything. */
    @Override
    public void close() {
        console.stopping();
        watch.interrupt();
        try (application;
                system) {
            training.stop();
            if (replay != null) {
                replay.interrupt();
                replay.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            console.note("what was trained with could not be removed: " + e.getMessage());
        }
    }
}
