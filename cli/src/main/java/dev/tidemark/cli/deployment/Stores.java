package dev.tidemark.cli.deployment;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.dynamodb.DynamoStateScan;
import dev.tidemark.aws.dynamodb.TableCare;
import dev.tidemark.aws.dynamodb.Tables;
import dev.tidemark.aws.kinesis.KinesisLineage;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3BackfillLog;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3CutLog;
import dev.tidemark.aws.s3.S3ImportLog;
import dev.tidemark.aws.s3.S3MonitorLog;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.aws.s3.S3ReferenceLog;
import dev.tidemark.aws.s3.S3SchemaStore;
import dev.tidemark.aws.s3.S3TrainingLog;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.ReferenceInputs;
import dev.tidemark.core.fold.SchemaInputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.learn.CutMaker;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.Deployment;
import dev.tidemark.tables.RemoteFiles;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/** The stores of a deployment, as its functions use them, and its failures in words. */
public final class Stores implements AutoCloseable {

    private final Map<String, String> environment;
    private final AwsClients clients;
    private final String where;

    /** @param where for messages */
    Stores(Map<String, String> environment, AwsClients clients, String where) {
        this.environment = environment;
        this.clients = clients;
        this.where = where;
    }

    /** What the deployment's functions are told, with these catalogs; closed with the stores. */
    public Deployment deployment(Catalogs catalogs) {
        for (Environment variable : List.of(Environment.STATE_TABLE, Environment.CONTROL_TABLE, Environment.BUCKET)) {
            value(variable);
        }
        return new Deployment(environment, catalogs, clients);
    }

    public S3Quarantine quarantine() {
        String bucket = value(Environment.BUCKET);
        return new S3Quarantine(client(clients::s3), bucket, Backoff.system());
    }

    public S3Archive archive() {
        String bucket = value(Environment.BUCKET);
        return new S3Archive(client(clients::s3), bucket, Backoff.system());
    }

    /** Objects of any bucket. */
    public S3Reader objects() {
        return new S3Reader(() -> client(clients::s3));
    }

    /** Files of rows in any bucket. */
    public RemoteFiles files() {
        return new S3Files(client(clients::s3));
    }

    public S3ImportLog importLog() {
        String bucket = value(Environment.BUCKET);
        return new S3ImportLog(client(clients::s3), bucket, Backoff.system());
    }

    /** The ARN of a stream of the deployment. */
    public String streamArn(String stream) {
        return await(client(clients::kinesis).describeStreamSummary(request -> request.streamName(stream)))
                .streamDescriptionSummary()
                .streamARN();
    }

    public S3RedriveLog redriveLog() {
        String bucket = value(Environment.BUCKET);
        return new S3RedriveLog(client(clients::s3), bucket, Backoff.system());
    }

    public S3ReferenceLog referenceLog() {
        String bucket = value(Environment.BUCKET);
        return new S3ReferenceLog(client(clients::s3), bucket, Backoff.system());
    }

    /** What reading records needs. */
    public Inputs inputs() {
        String bucket = value(Environment.BUCKET);
        return new SchemaInputs(
                new S3SchemaStore(client(clients::s3), bucket, Backoff.system()),
                new ReferenceInputs(referenceLog(), System::currentTimeMillis));
    }

    public S3CutLog cutLog() {
        String bucket = value(Environment.BUCKET);
        return new S3CutLog(client(clients::s3), bucket, Backoff.system());
    }

    public S3TrainingLog trainingLog() {
        String bucket = value(Environment.BUCKET);
        return new S3TrainingLog(client(clients::s3), bucket, Backoff.system());
    }

    public CutMaker cutMaker(Catalogs catalogs) {
        return new CutMaker(control(), redriveLog(), cutLog(), lineage(catalogs), System::currentTimeMillis);
    }

    public S3BackfillLog backfillLog() {
        String bucket = value(Environment.BUCKET);
        return new S3BackfillLog(client(clients::s3), bucket, Backoff.system());
    }

    public S3Checkpoints checkpoints() {
        String bucket = value(Environment.BUCKET);
        return new S3Checkpoints(client(clients::s3), bucket, Backoff.system());
    }

    /** What was found of logged vectors. */
    public S3MonitorLog vectors(String generation) {
        String bucket = value(Environment.BUCKET);
        return S3MonitorLog.ofVectors(client(clients::s3), bucket, generation, Backoff.system());
    }

    public DynamoStateScan stateScan() {
        String table = value(Environment.STATE_TABLE);
        return new DynamoStateScan(client(clients::dynamoDb), table, CapacityMeter.NONE);
    }

    /** @param catalogs say how records of the streams are packed */
    private KinesisLineage lineage(Catalogs catalogs) {
        KinesisAsyncClient kinesis = client(clients::kinesis);
        return new KinesisLineage(kinesis, new KinesisStreams(kinesis, InstantSource.system()), catalogs::packingOf);
    }

    /** The protection of the deployment's state table; empty if the table is gone. */
    public CompletableFuture<Optional<TableCare>> care() {
        return TableCare.of(client(clients::dynamoDb), value(Environment.STATE_TABLE));
    }

    /** Creates missing tables of a restored generation. */
    public CompletableFuture<Void> createTables(String generation, TableCare care) {
        return Tables.create(client(clients::dynamoDb), Tables.stateOf(generation), Tables.controlOf(generation), care);
    }

    public DynamoControlStore control() {
        return control(value(Environment.CONTROL_TABLE));
    }

    /** The generation that the deployment folds into; empty if its control table is not named, or has no row. */
    public Optional<String> generation() {
        String table = environment.get(Environment.CONTROL_TABLE.variable());
        return table == null || table.isBlank()
                ? Optional.empty()
                : await(control().readControl()).map(ControlRow::generation);
    }

    public DynamoControlStore controlOf(String generation) {
        return control(Tables.controlOf(generation));
    }

    private DynamoControlStore control(String table) {
        return new DynamoControlStore(
                client(clients::dynamoDb), client(clients::dynamoDbWrites), table, CapacityMeter.NONE);
    }

    public DynamoItemStore items() {
        return items(value(Environment.STATE_TABLE));
    }

    public DynamoItemStore itemsOf(String generation) {
        return items(Tables.stateOf(generation));
    }

    private DynamoItemStore items(String table) {
        return new DynamoItemStore(
                client(clients::dynamoDb),
                client(clients::dynamoDbWrites),
                table,
                CapacityMeter.NONE,
                Backoff.system());
    }

    /** What a replay reads. */
    public HistoryPorts past() {
        return new HistoryPorts(archive(), redriveLog(), checkpoints(), control(), inputs());
    }

    /** Of the running state, for jobs that change it. */
    public ChangePorts change(Catalogs catalogs) {
        return change(catalogs, past(), items());
    }

    /** Of another generation's. */
    public ChangePorts changeOf(String generation, Catalogs catalogs) {
        return change(
                catalogs,
                new HistoryPorts(archive(), redriveLog(), checkpoints(), controlOf(generation), inputs()),
                itemsOf(generation));
    }

    private ChangePorts change(Catalogs catalogs, HistoryPorts past, ItemStore items) {
        return new ChangePorts(
                past,
                items,
                quarantine(),
                backfillLog(),
                lineage(catalogs),
                pause(),
                System::currentTimeMillis,
                new SplittableRandom(),
                importLog());
    }

    /**
     * Checks that a catalog is the one folded here, or one of the two while views are being changed.
     *
     * @throws Failure if the deployment does not fold all of its views
     */
    public void checkFolds(Catalog catalog) {
        await(control().readControl()).ifPresent(row -> checkFolds(catalog, row));
    }

    private void checkFolds(Catalog catalog, ControlRow row) {
        List<String> foreign = catalog.views().stream()
                .filter(view -> !row.folds(view.version()))
                .map(view -> view.name() + " " + view.version())
                .toList();
        if (!foreign.isEmpty()) {
            throw new Failure("this catalog is not what is folded at " + where + ", which does not fold its "
                    + (foreign.size() == 1 ? "view " : "views ") + String.join(", ", foreign)
                    + ": name the deployment's catalog with --catalog or $" + Environment.CATALOG.variable()
                    + "; a local run is asked for its own without either");
        }
    }

    /**
     * Before something is folded into all views, as long as it takes.
     *
     * @throws Failure likewise, and if a view is folded that neither catalog has, as while views are being changed
     */
    public void checkFoldsOnly(Catalogs catalogs) {
        await(control().readControl()).ifPresent(row -> {
            checkFolds(catalogs.current(), row);
            Set<String> known = catalogs.views().stream().map(View::version).collect(Collectors.toSet());
            List<String> unknown = row.views().keySet().stream()
                    .filter(version -> row.folds(version) && !known.contains(version))
                    .sorted()
                    .toList();
            if (!unknown.isEmpty()) {
                throw new Failure("views are being changed at " + where + ": it also folds the view versions "
                        + String.join(", ", unknown)
                        + ", which the catalog does not define: name the other catalog of the"
                        + " change too, with --next or $" + Environment.NEXT_CATALOG.variable()
                        + ", or wait for `tidemark backfill finish`");
            }
        });
    }

    private static <C> C client(Supplier<C> maker) {
        try {
            return maker.get();
        } catch (SdkException e) {
            throw new Failure("AWS needs a region and credentials; set AWS_REGION, and see whether `aws sts "
                    + "get-caller-identity` works (" + e.getMessage() + ")");
        }
    }

    public Pause pause() {
        return Backoff.system().scheduler()::after;
    }

    /**
     * Waits for an answer.
     *
     * @throws Failure if there is none; it says what can be done
     */
    public <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw new Failure(problem(e.getCause() == null ? e : e.getCause()));
        }
    }

    private String problem(Throwable cause) {
        if (cause instanceof NoSuchBucketException) {
            return "there is no bucket '" + value(Environment.BUCKET) + "' at " + where
                    + ": name the deployment's with " + option(Environment.BUCKET);
        }
        if (cause instanceof ResourceNotFoundException) {
            return "there is no table '" + value(Environment.STATE_TABLE) + "' or '"
                    + value(Environment.CONTROL_TABLE) + "' at " + where + ": name the deployment's with "
                    + option(Environment.STATE_TABLE) + " and " + option(Environment.CONTROL_TABLE);
        }
        if (cause instanceof AwsServiceException refusal) {
            return where + " answered with status " + refusal.statusCode() + " (" + refusal.getMessage()
                    + "); is this the right deployment, and are you permitted to use it?";
        }
        if (cause instanceof SdkException silence) {
            return "no answer from " + where + " (" + silence.getMessage()
                    + "); start it with `tidemark run`, or name another deployment with --port or --aws";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private String value(Environment variable) {
        String value = environment.get(variable.variable());
        if (value == null || value.isBlank()) {
            throw new Failure(
                    "which deployment? Name it with " + option(variable) + "; the outputs of its stack say the name");
        }
        return value;
    }

    private static String option(Environment variable) {
        String name = variable.variable().substring("TIDEMARK_".length());
        return "--" + name.toLowerCase(Locale.ROOT).replace('_', '-') + " or $" + variable.variable();
    }

    @Override
    public void close() {
        clients.close();
    }
}
