package dev.tidemark.local;

import dev.tidemark.kinesis.KinesisServer;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.kinesis.file.DamagedFile;
import dev.tidemark.local.mapping.EventSourceMapping;
import dev.tidemark.local.mapping.MappingListener;
import dev.tidemark.local.store.DynamoDbStore;
import dev.tidemark.local.store.S3Store;
import dev.tidemark.serve.ApiServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The whole system in this process: DynamoDB, S3, streams, the ingest function fed by event source mappings, and the
 * query function behind the API. All of it is reachable from this machine only.
 */
public final class LocalSystem implements AutoCloseable {

    private static final String TABLES = "dynamodb";

    private final StartedParts closing;
    private final Streams streams;
    private final Endpoints endpoints;
    private final ApiServer api;
    private final Map<String, EventSourceMapping> mappings;
    private final Map<String, EventSourceMapping> forwarding;

    private LocalSystem(
            StartedParts closing,
            Streams streams,
            Endpoints endpoints,
            ApiServer api,
            Map<String, EventSourceMapping> mappings,
            Map<String, EventSourceMapping> forwarding) {
        this.closing = closing;
        this.streams = streams;
        this.endpoints = endpoints;
        this.api = api;
        this.mappings = mappings;
        this.forwarding = forwarding;
    }

    /**
     * Starts everything; what had been started is closed again if something fails.
     *
     * @throws DirectoryInUse if another process uses the directory
     * @throws DamagedFile if a file of the directory does not hold what was written to it
     * @throws IOException a port is taken or the directory cannot be used
     */
    public static LocalSystem start(LocalSettings settings, Application application, MappingListener listener)
            throws IOException {
        return start(settings, application, listener, InstantSource.system());
    }

    /**
     * The same with another clock.
     *
     * @param clock says when records arrive; must go on by itself
     */
    public static LocalSystem start(
            LocalSettings settings, Application application, MappingListener listener, InstantSource clock)
            throws IOException {
        StartedParts closing = new StartedParts();
        try {
            return start(settings, application, listener, clock, closing);
        } catch (Exception | Error e) {
            closing.closeAfter(e);
            throw e;
        }
    }

    private static LocalSystem start(
            LocalSettings settings,
            Application application,
            MappingListener listener,
            InstantSource clock,
            StartedParts closing)
            throws IOException {
        if (settings.directory() != null) {
            closing.add(DirectoryLock.of(settings.directory()));
        }
        checkTables(settings, application);
        // DynamoDB and S3 take the longest, so they start beside each other and beside the rest.
        CompletableFuture<DynamoDbStore> dynamoDb =
                concurrently(() -> closing.add(DynamoDbStore.start(settings.portOf(2), settings.directoryOf(TABLES))));
        CompletableFuture<S3Store> s3 =
                concurrently(() -> closing.add(S3Store.start(settings.portOf(3), settings.directoryOf("s3"))));
        closing.await(dynamoDb);
        closing.await(s3);
        Streams streams = closing.add(new Streams(clock, settings.directoryOf("kinesis"), settings.shardLimits()));
        settings.streams().forEach((name, shards) -> createIfAbsent(streams, name, shards));
        KinesisServer kinesis = closing.add(KinesisServer.start(streams, settings.portOf(1)));
        Endpoints endpoints = new Endpoints(
                kinesis.endpoint(),
                join(dynamoDb).endpoint(),
                join(s3).endpoint(),
                join(dynamoDb).client());
        prepare(application, endpoints);
        ApiServer api = closing.add(ApiServer.start(settings.portOf(0), () -> application.query(endpoints), clock));
        SplittableRandom random = new SplittableRandom(settings.seed());
        Map<String, EventSourceMapping> mappings = new LinkedHashMap<>();
        for (String stream : settings.streams().keySet()) {
            mappings.put(
                    stream,
                    closing.add(EventSourceMapping.start(
                            streams,
                            stream,
                            settings.mapping(),
                            () -> application.ingest(endpoints),
                            checkpoints(settings, application, stream),
                            clock,
                            random.split(),
                            listener)));
        }
        Map<String, EventSourceMapping> forwarding = new LinkedHashMap<>();
        for (String stream : application.forwarded()) {
            forwarding.put(
                    stream,
                    closing.add(EventSourceMapping.start(
                            streams,
                            stream,
                            settings.mapping(),
                            () -> application.forward(endpoints),
                            settings.directoryOf("forward-" + stream + ".json"),
                            clock,
                            random.split(),
                            listener)));
        }
        return new LocalSystem(closing, streams, endpoints, api, mappings, forwarding);
    }

    private static @Nullable Path checkpoints(LocalSettings settings, Application application, String stream) {
        return settings.directoryOf("mapping-" + application.mappingName(stream) + ".json");
    }

    /** Without its tables a folded stream would continue as if nothing had been folded. */
    private static void checkTables(LocalSettings settings, Application application) throws IOException {
        Path directory = settings.directoryOf(TABLES);
        if (directory == null || DynamoDbStore.hasTables(directory)) {
            return;
        }
        for (String stream : settings.streams().keySet()) {
            Path checkpoints = checkpoints(settings, application, stream);
            if (checkpoints != null && Files.exists(checkpoints)) {
                throw new DamagedFile(
                        DynamoDbStore.tables(directory),
                        "is missing or empty, although stream " + stream + " was folded");
            }
        }
    }

    private static void createIfAbsent(Streams streams, String name, int shards) {
        if (!streams.exists(name)) {
            streams.create(name, shards);
        }
    }

    private static void prepare(Application application, Endpoints endpoints) throws IOException {
        try {
            application.prepare(endpoints);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the application could not be prepared: " + e.getMessage(), e);
        }
    }

    private interface Start<T> {
        T start() throws IOException;
    }

    private static <T> CompletableFuture<T> concurrently(Start<T> start) {
        CompletableFuture<T> started = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        started.complete(start.start());
                    } catch (Throwable e) {
                        started.completeExceptionally(e);
                    }
                },
                "start");
        thread.setDaemon(true);
        thread.start();
        return started;
    }

    private static <T> T join(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Where the API answers. */
    public URI api() {
        return api.endpoint();
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    /** The streams, to put records without HTTP. */
    public Streams streams() {
        return streams;
    }

    /**
     * The event source mapping of a stream.
     *
     * @throws IllegalArgumentException if the settings do not name the stream
     */
    public EventSourceMapping mapping(String stream) {
        return of(mappings, stream);
    }

    /**
     * The second event source mapping of a stream whose events are put onto others.
     *
     * @throws IllegalArgumentException if there is none
     */
    public EventSourceMapping forwarding(String stream) {
        return of(forwarding, stream);
    }

    private static EventSourceMapping of(Map<String, EventSourceMapping> mappings, String stream) {
        @Nullable EventSourceMapping mapping = mappings.get(stream);
        if (mapping == null) {
            throw new IllegalArgumentException("no such stream: '" + stream + "', there are " + mappings.keySet());
        }
        return mapping;
    }

    /** Stops everything: deliveries first, then the stores. May be repeated. */
    @Override
    public void close() {
        closing.close();
    }
}
