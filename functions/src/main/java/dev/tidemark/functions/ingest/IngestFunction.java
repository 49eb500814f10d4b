package dev.tidemark.functions.ingest;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.kinesis.KinesisLineage;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.aws.lambda.Mappings;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.Priming;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The handler that Lambda's event source mapping calls with a batch of one shard. It answers with the first record that
 * is not done (rule F9); the mapping then delivers again from there. It throws only for a defect, because an exception
 * makes the mapping bisect the batch.
 */
public final class IngestFunction implements RequestHandler<KinesisEvent, StreamsEventResponse> {

    /** Writes stop after this share of the time that is left, so that those under way end before the time-out. */
    private static final double ISSUING_SHARE = 0.6;

    private static final System.Logger LOG = System.getLogger(IngestFunction.class.getName());

    private final BatchFold fold;
    private final StreamDirectory streams;
    private final BatchLog log;
    private final MappingCheck mapping;
    private final LongSupplier clockMillis;

    /** Held because the checkpoint's context holds it weakly; null where there is no checkpoint. */
    @SuppressWarnings("unused")
    private final @Nullable Priming priming;

    /** For Lambda: everything from the environment. */
    public IngestFunction() {
        this(Deployment.onLambda());
    }

    /** For a deployment found elsewhere; all else is as on Lambda. */
    public IngestFunction(Deployment deployment) {
        this(deployment, new CapacityCounter());
    }

    private IngestFunction(Deployment deployment, CapacityCounter capacity) {
        this(
                deployment,
                capacity,
                new JsonBatchLog(System.out, capacity, System::currentTimeMillis),
                // Asked for at the first batch, so that a client is made only then.
                new MappingCheck(
                        (function, source) -> new Mappings(deployment.clients().lambda()).find(function, source),
                        System.out,
                        System::currentTimeMillis));
    }

    /** For a deployment where no Lambda can be asked for the mapping, such as the local run's. */
    public IngestFunction(Deployment deployment, BatchLog log) {
        this(deployment, CapacityMeter.NONE, log, MappingCheck.none());
    }

    private IngestFunction(Deployment deployment, CapacityMeter meter, BatchLog log, MappingCheck mapping) {
        this.clockMillis = System::currentTimeMillis;
        KinesisStreams known = new KinesisStreams(deployment.clients().kinesis(), InstantSource.system());
        this.fold = new BatchFold(
                deployment.catalogs(),
                ports(deployment, known, meter, clockMillis),
                FoldSettings.DEFAULT.withGeneration(deployment.value(Environment.GENERATION)));
        this.streams = known::describe;
        this.log = log;
        this.mapping = mapping;
        this.priming = Priming.register(() -> prime(deployment));
    }

    /** Sends nothing: the ingest function must not write before it is called, nor keep connections in the snapshot. */
    private static void prime(Deployment deployment) {
        try (AwsClients clients = AwsClients.unconnected(deployment.environment())) {
            Deployment unconnected = new Deployment(deployment.environment(), deployment.catalogs(), clients);
            KinesisStreams streams = new KinesisStreams(clients.kinesis(), InstantSource.system());
            FoldPorts ports = ports(unconnected, streams, CapacityMeter.NONE, System::currentTimeMillis);
            deployment.catalogs().all().forEach(catalog -> new Rehearsal(catalog, ports).run());
            Rehearsal.played(new Mappings(clients.lambda()).find("rehearsal", "rehearsal"), List.of())
                    .thenCompose(found -> Rehearsal.played(
                            streams.describe("arn:aws:kinesis:::stream/rehearsal", "shardId-000000000000"), found))
                    .join();
        }
    }

    /**
     * @param clockMillis the clock of the fold's ports
     */
    public IngestFunction(BatchFold fold, StreamDirectory streams, BatchLog log, LongSupplier clockMillis) {
        this(fold, streams, log, MappingCheck.none(), clockMillis);
    }

    IngestFunction(
            BatchFold fold, StreamDirectory streams, BatchLog log, MappingCheck mapping, LongSupplier clockMillis) {
        this.fold = fold;
        this.streams = streams;
        this.log = log;
        this.mapping = mapping;
        this.clockMillis = clockMillis;
        this.priming = null;
    }

    private static FoldPorts ports(
            Deployment deployment, KinesisStreams streams, CapacityMeter meter, LongSupplier clockMillis) {
        AwsClients clients = deployment.clients();
        Backoff backoff = Backoff.system();
        String bucket = deployment.value(Environment.BUCKET);
        return new FoldPorts(
                new DynamoItemStore(
                        clients.dynamoDb(),
                        clients.dynamoDbWrites(),
                        deployment.value(Environment.STATE_TABLE),
                        meter,
                        backoff),
                new DynamoControlStore(
                        clients.dynamoDb(),
                        clients.dynamoDbWrites(),
                        deployment.value(Environment.CONTROL_TABLE),
                        meter),
                new S3Archive(clients.s3(), bucket, backoff),
                new S3Quarantine(clients.s3(), bucket, backoff),
                new KinesisLineage(clients.kinesis(), streams),
                backoff.scheduler()::after,
                clockMillis,
                // Whatever is seeded here is seeded alike in every sandbox restored from one snapshot, but this.
                new SecureRandom());
    }

    @Override
    public StreamsEventResponse handleRequest(KinesisEvent event, Context context) {
        long issuingMillis = (long) (context.getRemainingTimeInMillis() * ISSUING_SHARE);
        long stopAtMillis = clockMillis.getAsLong() + issuingMillis;
        return isEmpty(event)
                ? response(null)
                : mapping.check(
                                context.getInvokedFunctionArn(),
                                event.getRecords().get(0).getEventSourceARN())
                        .thenCompose(checked -> handle(event, stopAtMillis))
                        .join();
    }

    /**
     * The same without blocking.
     *
     * @param stopAtMillis when to stop issuing writes
     */
    public CompletableFuture<StreamsEventResponse> handle(KinesisEvent event, long stopAtMillis) {
        if (isEmpty(event)) {
            return CompletableFuture.completedFuture(response(null));
        }
        KinesisEventRecord first = event.getRecords().get(0);
        return streams.describe(KinesisBatches.streamArn(first), KinesisBatches.shardId(first))
                .handle(IngestFunction::described)
                .thenCompose(stream -> stream.isPresent()
                        ? fold(event, stream.get(), stopAtMillis)
                        : CompletableFuture.completedFuture(
                                response(first.getKinesis().getSequenceNumber())));
    }

    private static boolean isEmpty(KinesisEvent event) {
        return event.getRecords() == null || event.getRecords().isEmpty();
    }

    /** Kinesis may not answer for a while; the batch waits in the stream and is delivered again. */
    private static Optional<StreamInfo> described(@Nullable StreamInfo stream, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.log(System.Logger.Level.WARNING, "the stream could not be described", failure);
        }
        return Optional.ofNullable(stream);
    }

    private CompletableFuture<StreamsEventResponse> fold(KinesisEvent event, StreamInfo stream, long stopAtMillis) {
        Batch batch = KinesisBatches.decode(event, stream);
        return fold.fold(batch, stopAtMillis).thenApply(outcome -> {
            log.folded(batch, outcome);
            return response(outcome.firstFailed());
        });
    }

    private static StreamsEventResponse response(@Nullable String firstFailed) {
        StreamsEventResponse response = new StreamsEventResponse();
        response.setBatchItemFailures(firstFailed == null ? List.of() : List.of(new BatchItemFailure(firstFailed)));
        return response;
    }
}
