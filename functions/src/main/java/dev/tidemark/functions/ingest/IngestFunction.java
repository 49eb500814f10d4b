package dev.tidemark.functions.ingest;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.functions.Deployment;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The handler that Lambda's event source mapping calls with a batch of one shard. It answers with the first record that
 * is not done (rule F9); the mapping then delivers again from there. It throws only for a defect: an exception makes
 * the mapping bisect the batch.
 */
public final class IngestFunction implements RequestHandler<KinesisEvent, StreamsEventResponse> {

    /** No write is begun after this share of the remaining time, so that those in flight end before the time-out. */
    private static final double ISSUING_SHARE = 0.6;

    private static final System.Logger LOG = System.getLogger(IngestFunction.class.getName());

    private final IngestParts parts;

    /** For Lambda: everything from the environment. */
    public IngestFunction() {
        this(IngestParts.of(Deployment.onLambda()));
    }

    IngestFunction(IngestParts parts) {
        this.parts = parts;
    }

    /** For another deployment; everything else is as on Lambda. */
    public static IngestFunction of(Deployment deployment) {
        return new IngestFunction(IngestParts.of(deployment));
    }

    /** For a deployment whose mapping no Lambda knows, such as the local run's. */
    public static IngestFunction of(Deployment deployment, BatchLog log) {
        return new IngestFunction(IngestParts.of(deployment, CapacityMeter.NONE, log, MappingCheck.none()));
    }

    /**
     * Without a deployment.
     *
     * @param clockMillis the clock of the fold's ports
     */
    public static IngestFunction of(BatchFold fold, StreamDirectory streams, BatchLog log, LongSupplier clockMillis) {
        return new IngestFunction(new IngestParts(fold, streams, log, MappingCheck.none(), clockMillis, null));
    }

    @Override
    public StreamsEventResponse handleRequest(KinesisEvent event, Context context) {
        long issuingMillis = (long) (context.getRemainingTimeInMillis() * ISSUING_SHARE);
        long stopAtMillis = parts.clockMillis().getAsLong() + issuingMillis;
        return KinesisBatches.isEmpty(event)
                ? KinesisBatches.response(null)
                : parts.mapping()
                        .check(
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
        if (KinesisBatches.isEmpty(event)) {
            return CompletableFuture.completedFuture(KinesisBatches.response(null));
        }
        KinesisEventRecord first = event.getRecords().get(0);
        return parts.streams()
                .describe(KinesisBatches.streamArn(first), KinesisBatches.shardId(first))
                .handle(IngestFunction::described)
                .thenCompose(stream -> stream.isPresent()
                        ? fold(event, stream.get(), stopAtMillis)
                        : CompletableFuture.completedFuture(
                                KinesisBatches.response(first.getKinesis().getSequenceNumber())));
    }

    /** Kinesis may not answer for a while; the batch waits in the stream and is delivered again. */
    private static Optional<StreamInfo> described(@Nullable StreamInfo stream, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.log(System.Logger.Level.WARNING, "the stream could not be described", failure);
        }
        return Optional.ofNullable(stream);
    }

    private CompletableFuture<StreamsEventResponse> fold(KinesisEvent event, StreamInfo stream, long stopAtMillis) {
        Batch batch = parts.fold().unpack(KinesisBatches.decode(event, stream));
        return parts.fold().fold(batch, stopAtMillis).thenApply(outcome -> {
            parts.log().folded(batch, outcome);
            return KinesisBatches.response(outcome.firstFailed());
        });
    }
}
