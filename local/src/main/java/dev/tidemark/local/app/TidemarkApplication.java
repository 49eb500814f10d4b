package dev.tidemark.local.app;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.Tables;
import dev.tidemark.aws.s3.KeyPage;
import dev.tidemark.aws.s3.QuarantineSieve;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.Activation;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.forward.Forward;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.forward.ForwardFunction;
import dev.tidemark.functions.forward.ForwardLog;
import dev.tidemark.functions.ingest.BatchLog;
import dev.tidemark.functions.ingest.IngestFunction;
import dev.tidemark.functions.query.QueryFunction;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.Application;
import dev.tidemark.local.Endpoints;
import dev.tidemark.local.mapping.BatchFunction;
import dev.tidemark.serve.ApiFunction;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/**
 * Creates what the template would create, switches the deployment to the catalog, and hands out the functions. They find
 * everything through the same environment variables as on Lambda.
 */
public final class TidemarkApplication implements Application, AutoCloseable {

    /** The bucket of archive and quarantine. */
    public static final String BUCKET = "tidemark";

    /** The table of the state items. */
    public static final String STATE_TABLE = "tidemark-state";

    /** The table of the control row and the lane rows. */
    public static final String CONTROL_TABLE = "tidemark-control";

    private static final String FIRST_GENERATION = FoldSettings.DEFAULT.generation();

    private final Catalogs catalogs;
    private final BatchLog log;
    private final ForwardLog forwardLog;
    private final String generation;
    private final boolean retires;
    private InstantSource clock = InstantSource.system();
    private @Nullable Path catalogFile;
    private @Nullable AwsClients clients;
    private @Nullable Deployment deployment;

    /** The same for one catalog. */
    public TidemarkApplication(Catalog catalog, BatchLog log) {
        this(Catalogs.of(catalog), log);
    }

    /** For the generation with which every deployment begins. */
    public TidemarkApplication(Catalogs catalogs, BatchLog log) {
        this(catalogs, log, (batch, outcome) -> {}, FIRST_GENERATION, false);
    }

    /**
     * @param log receives every batch
     * @param forwardLog receives every batch of a stream whose events are put onto others
     * @param generation which state is folded and served: the first one, or one that was restored
     * @param retires whether views that are folded but in none of the catalogs are retired; otherwise nothing starts
     *     while there are such views
     */
    public TidemarkApplication(
            Catalogs catalogs, BatchLog log, ForwardLog forwardLog, String generation, boolean retires) {
        this.catalogs = catalogs;
        this.log = log;
        this.forwardLog = forwardLog;
        this.generation = generation;
        this.retires = retires;
    }

    /** Where the catalog's file is, beside which baselines are looked for. Only before it is prepared. */
    public TidemarkApplication beside(Path catalogFile) {
        this.catalogFile = catalogFile;
        return this;
    }

    /** What queries take for the present. Only before it is prepared. */
    public TidemarkApplication asOf(InstantSource present) {
        this.clock = present;
        return this;
    }

    /** The table of a generation's state items. */
    public static String stateTable(String generation) {
        return generation.equals(FIRST_GENERATION) ? STATE_TABLE : Tables.stateOf(generation);
    }

    /** The table of a generation's control row and lane rows. */
    public static String controlTable(String generation) {
        return generation.equals(FIRST_GENERATION) ? CONTROL_TABLE : Tables.controlOf(generation);
    }

    @Override
    public String mappingName(String stream) {
        return generation.equals(FIRST_GENERATION) ? stream : generation + "-" + stream;
    }

    @Override
    public void prepare(Endpoints endpoints) {
        Deployment local = deployment(endpoints);
        if (!generation.equals(FIRST_GENERATION)) {
            checkRestored(endpoints);
        }
        Tables.create(
                        local.clients().dynamoDb(),
                        local.value(Environment.STATE_TABLE),
                        local.value(Environment.CONTROL_TABLE))
                .join();
        createBucket(local.clients().s3(), local.value(Environment.BUCKET));
        activate(control(endpoints));
    }

    /** A generation that was not restored would begin empty, without the records that the stream no longer has. */
    private void checkRestored(Endpoints endpoints) {
        try {
            ControlRow row = control(endpoints).readControl().join().orElse(null);
            if (row != null && row.phase() == ControlRow.Phase.LIVE) {
                return;
            }
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof ResourceNotFoundException)) {
                throw e;
            }
        }
        throw new IllegalStateException(
                "there is no live generation '" + generation + "' here: restore one with `tidemark restore --to "
                        + generation + "` while the first generation runs");
    }

    @Override
    public BatchFunction ingest(Endpoints endpoints) {
        IngestFunction function = IngestFunction.of(deployment(endpoints), log);
        return event -> function.handleRequest(event, new LocalContext("ingest"));
    }

    @Override
    public Set<String> forwarded() {
        return catalogs.current().forwards().stream().map(Forward::from).collect(Collectors.toSet());
    }

    @Override
    public BatchFunction forward(Endpoints endpoints) {
        ForwardFunction function = ForwardFunction.of(deployment(endpoints), forwardLog);
        return event -> function.handleRequest(event, new LocalContext("forward"));
    }

    @Override
    public ApiFunction query(Endpoints endpoints) {
        QueryFunction function = QueryFunction.of(deployment(endpoints), clock);
        return request -> function.handleRequest(request, new LocalContext("query"));
    }

    /** The control table of the running system, for inspection. */
    public DynamoControlStore control(Endpoints endpoints) {
        Deployment local = deployment(endpoints);
        return new DynamoControlStore(
                local.clients().dynamoDb(),
                local.clients().dynamoDbWrites(),
                local.value(Environment.CONTROL_TABLE),
                CapacityMeter.NONE);
    }

    /** How many entries the quarantine holds, one for each record and view that could not fold it. */
    public int quarantinedRecords(Endpoints endpoints) {
        Deployment local = deployment(endpoints);
        S3Quarantine quarantine =
                new S3Quarantine(local.clients().s3(), local.value(Environment.BUCKET), Backoff.system());
        QuarantineSieve sieve = new QuarantineSieve();
        int entries = 0;
        for (String view : viewNames()) {
            String after = null;
            do {
                KeyPage page = quarantine.list(view, after, KeyPage.MAX_KEYS).join();
                for (String key : page.keys()) {
                    entries += sieve.next(key, quarantine.read(key).join()).size();
                }
                after = page.next();
            } while (after != null);
        }
        return entries;
    }

    @Override
    public synchronized void close() {
        if (clients != null) {
            clients.close();
        }
    }

    /** What the functions are told; closed with this. */
    public synchronized Deployment deployment(Endpoints endpoints) {
        if (deployment == null) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    Environment.STATE_TABLE.variable(),
                    stateTable(generation),
                    Environment.CONTROL_TABLE.variable(),
                    controlTable(generation),
                    Environment.GENERATION.variable(),
                    generation,
                    Environment.BUCKET.variable(),
                    BUCKET,
                    "AWS_REGION",
                    Streams.REGION,
                    "AWS_ENDPOINT_URL_KINESIS",
                    endpoints.kinesis().toString(),
                    "AWS_ENDPOINT_URL_DYNAMODB",
                    endpoints.dynamoDb().toString(),
                    "AWS_ENDPOINT_URL_S3",
                    endpoints.s3().toString()));
            if (catalogFile != null) {
                environment.put(Environment.CATALOG.variable(), catalogFile.toString());
            }
            clients = AwsClients.of(
                    environment,
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")),
                    endpoints.tables());
            deployment = new Deployment(environment, catalogs, clients);
        }
        return deployment;
    }

    private static void createBucket(S3AsyncClient s3, String bucket) {
        try {
            s3.createBucket(request -> request.bucket(bucket)).join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof BucketAlreadyOwnedByYouException
                    || e.getCause() instanceof BucketAlreadyExistsException)) {
                throw e;
            }
        }
    }

    private void activate(DynamoControlStore control) {
        ControlRow current = control.readControl().join().orElse(null);
        if (!retires) {
            checkNoneIsLost(current);
        }
        Catalog next = catalogs.next();
        Optional<ControlRow> row = Activation.next(
                current, versions(catalogs.current()), next == null ? Set.of() : versions(next), generation);
        if (row.isPresent() && !(control.writeControl(row.get()).join() instanceof Cas.Stored)) {
            throw new IllegalStateException(
                    "the control row could not be written: is another process using this data?");
        }
    }

    /** A forgotten catalog option must not lose the views of the right catalog: a retired version never comes back. */
    private void checkNoneIsLost(@Nullable ControlRow current) {
        if (current == null) {
            return;
        }
        Set<String> known = catalogs.views().stream().map(View::version).collect(Collectors.toSet());
        List<String> lost = current.views().entrySet().stream()
                .filter(view -> view.getValue().isFolded() && !known.contains(view.getKey()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!lost.isEmpty()) {
            throw new IllegalStateException("the data here has views that the catalog does not have (versions " + lost
                    + "). Is the right catalog named with --catalog? A changed view goes live with --next FILE and "
                    + "`tidemark backfill`. --retire gives these versions up for good");
        }
    }

    private static Set<String> versions(Catalog catalog) {
        return catalog.views().stream().map(View::version).collect(Collectors.toSet());
    }

    private Set<String> viewNames() {
        return catalogs.views().stream().map(View::name).collect(Collectors.toSet());
    }
}
